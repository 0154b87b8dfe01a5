//! Rounds as they come in, drawn in lines of characters: one line per row, on an axis of
//! ratios to the reference.

use measure::{progress::View, standing::Standing, statistics::Verdict};
use test_fixtures::is_utf8;

use crate::figure::ratio_of;

/// The most columns of a name.
const NAME: usize = 24;
/// Columns of a ratio, a space and a verdict: "12.34 too few".
const SAID: usize = 13;
/// Columns of the plot without which there is none.
const NARROWEST: usize = 12;
/// The factor by which the axis extends beyond the values at each end.
const MARGIN: f64 = 1.02;

/// What the plot is drawn with; each is one column wide.
struct Characters {
    one: char,
    round: char,
    rounds: char,
    between: char,
    ends: [char; 2],
    median: char,
    beyond: [char; 2],
}

const UNICODE: Characters = Characters {
    one: '│',
    round: '•',
    rounds: '●',
    between: '─',
    ends: ['├', '┤'],
    median: '◆',
    beyond: ['◂', '▸'],
};

const ASCII: Characters = Characters {
    one: '|',
    round: '.',
    rounds: ':',
    between: '-',
    ends: ['[', ']'],
    median: 'O',
    beyond: ['<', '>'],
};

/// The picture in lines of at most `width` columns, in what the locale takes.
pub fn picture(view: &View<'_>, width: usize) -> Vec<String> {
    let characters = match is_utf8() {
        true => &UNICODE,
        false => &ASCII,
    };
    drawn(view, width, characters)
}

fn drawn(view: &View<'_>, width: usize, characters: &Characters) -> Vec<String> {
    let names = view.standings.iter().map(|row| row.name.chars().count());
    let reference = view.reference.chars().count();
    let name = names.fold(reference, usize::max).min(NAME);
    let columns = width.saturating_sub(name + SAID + 4);
    let axis = Axis::of(view.standings, columns).filter(|_| columns >= NARROWEST);
    let line = |label: &str, plot: String, said: &str| {
        let label: String = label.chars().take(name).collect();
        let plot = if axis.is_some() { plot + "  " } else { plot };
        let line = format!("{label:name$}  {plot}{said}");
        line.trim_end().chars().take(width).collect::<String>()
    };
    let plot = |draw: &dyn Fn(&Axis) -> Vec<char>| -> String {
        axis.iter().flat_map(draw).collect()
    };
    let mut lines = vec![view.line.to_owned()];
    lines.push(line("", plot(&Axis::labels), ""));
    let bar = |axis: &Axis| {
        let mut cells = vec![' '; axis.columns];
        cells[axis.column(1.0)] = characters.one;
        cells
    };
    lines.push(line(view.reference, plot(&bar), "reference"));
    for row in view.standings {
        let cells = |axis: &Axis| axis.row(row, characters);
        let verdict = match row.verdict {
            Verdict::Faster => "faster",
            Verdict::Slower => "slower",
            Verdict::Tie => "tie",
            Verdict::Unknown => "?",
        };
        let said = format!("{:>5} {verdict}", ratio_of(row.estimate.median));
        lines.push(line(&row.name, plot(&cells), &said));
    }
    let Characters {
        round,
        rounds,
        between,
        ends: [left, right],
        median,
        ..
    } = characters;
    for legend in [
        format!(
            "{round} a round  {rounds} several  {median} median  \
             {left}{between}{right} interval"
        ),
        format!(
            "time as a multiple of {}'s; ? too few rounds",
            view.reference
        ),
    ] {
        lines.push(legend.chars().take(width).collect());
    }
    lines
}

/// A logarithmic axis of ratios.
struct Axis {
    low: f64,
    high: f64,
    columns: usize,
}

impl Axis {
    /// One that holds 1, the medians and the intervals; where there is no interval yet, all
    /// rounds.
    fn of(standings: &[Standing], columns: usize) -> Option<Self> {
        let mut ends = (1.0_f64, 1.0_f64);
        for row in standings {
            let mut include = |ratio: f64| {
                if ratio.is_finite() && ratio > 0.0 {
                    ends = (ends.0.min(ratio), ends.1.max(ratio));
                }
            };
            include(row.estimate.median);
            match row.estimate.interval {
                Some((low, high)) => [low, high].into_iter().for_each(include),
                None => row.ratios.iter().copied().for_each(include),
            }
        }
        (columns > 0).then(|| Self {
            low: ends.0 / MARGIN,
            high: ends.1 * MARGIN,
            columns,
        })
    }

    /// The column of a ratio; of one beyond an end, that end's.
    fn column(&self, ratio: f64) -> usize {
        let part = (ratio / self.low).ln() / (self.high / self.low).ln();
        let last = self.columns - 1;
        ((part * last as f64).round().max(0.0) as usize).min(last)
    }

    /// 1, and the ends of the axis where there is room for them.
    fn labels(&self) -> Vec<char> {
        let mut cells = vec![' '; self.columns];
        let last = self.columns - 1;
        for (ratio, at) in [(1.0, self.column(1.0)), (self.low, 0), (self.high, last)] {
            let text: Vec<char> = ratio_of(ratio).chars().collect();
            let from = at.saturating_sub(text.len() / 2);
            let from = from.min(self.columns.saturating_sub(text.len()));
            let around = from.saturating_sub(1)..(from + text.len() + 1).min(last + 1);
            if cells[around].iter().all(|cell| *cell == ' ') {
                cells[from..from + text.len()].copy_from_slice(&text);
            }
        }
        cells
    }

    /// A row's rounds over its interval, and the median over both.
    fn row(&self, row: &Standing, characters: &Characters) -> Vec<char> {
        let mut cells = vec![' '; self.columns];
        cells[self.column(1.0)] = characters.one;
        let ends = row.estimate.interval;
        let ends = ends.map(|(low, high)| [self.column(low), self.column(high)]);
        if let Some([low, high]) = ends {
            cells[low..=high].fill(characters.between);
        }
        let mut counts = vec![0; self.columns];
        for ratio in &row.ratios {
            counts[self.column(*ratio)] += 1;
        }
        for (cell, count) in cells.iter_mut().zip(counts) {
            match count {
                0 => {}
                1 => *cell = characters.round,
                _ => *cell = characters.rounds,
            }
        }
        for (ratio, at) in row.ratios.iter().map(|ratio| (*ratio, self.column(*ratio))) {
            match () {
                () if ratio < self.low => cells[at] = characters.beyond[0],
                () if ratio > self.high => cells[at] = characters.beyond[1],
                () => {}
            }
        }
        if let Some(ends) = ends {
            for (at, end) in ends.into_iter().zip(characters.ends) {
                cells[at] = end;
            }
        }
        cells[self.column(row.estimate.median)] = characters.median;
        cells
    }
}

#[cfg(test)]
mod tests {
    use measure::statistics::Estimate;

    use super::*;

    fn row(
        name: &str,
        ratios: &[f64],
        ends: Option<(f64, f64)>,
        said: Verdict,
    ) -> Standing {
        let mut sorted = ratios.to_vec();
        sorted.sort_by(f64::total_cmp);
        Standing {
            name: name.to_owned(),
            ratios: ratios.to_vec(),
            estimate: Estimate {
                median: sorted[sorted.len() / 2],
                interval: ends,
            },
            verdict: said,
            does_another_job: false,
        }
    }

    fn rows() -> Vec<Standing> {
        vec![
            row(
                "tokio",
                &[0.5, 0.5, 0.52, 0.6, 9.0],
                Some((0.5, 0.6)),
                Verdict::Faster,
            ),
            row("smol", &[0.9, 1.0, 1.1], Some((0.9, 1.1)), Verdict::Tie),
            row(
                "a_long_name_that_is_cut_off",
                &[2.0],
                None,
                Verdict::Unknown,
            ),
        ]
    }

    fn view(standings: &[Standing]) -> View<'_> {
        View {
            line: "locks",
            reference: "std_only",
            standings,
        }
    }

    #[test]
    fn a_line_per_row_on_one_axis() {
        let lines = drawn(&view(&rows()), 80, &ASCII);
        assert_eq!(
            lines,
            [
                "locks",
                "                          0.49             1.00              2.04",
                "std_only                                     |                     reference",
                "tokio                      [O--]             |                  >   0.52 faster",
                "smol                                      [--O--]                   1.00 tie",
                "a_long_name_that_is_cut_                     |                 O    2.00 ?",
                ". a round  : several  O median  [-] interval",
                "time as a multiple of std_only's; ? too few rounds",
            ]
        );
    }

    /// Nothing wraps, whatever the width, and without UTF-8 all of it is ASCII.
    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for count in 0..=3 {
            for width in 0..130 {
                for characters in [&ASCII, &UNICODE] {
                    let rows = rows();
                    let view = View {
                        line: "",
                        ..view(&rows[..count])
                    };
                    let lines = drawn(&view, width, characters);
                    assert_eq!(lines.len(), count + 5);
                    let widest = lines.iter().map(|line| line.chars().count()).max();
                    assert!(widest <= Some(width), "{width}: {lines:?}");
                    let is_ascii = lines.iter().all(|line| line.is_ascii());
                    assert!(is_ascii || characters.one != '|', "{lines:?}");
                }
            }
        }
    }

    /// A ratio that can't be drawn is no panic.
    #[test]
    fn no_figure_breaks_the_axis() {
        for odd in [0.0, f64::MIN_POSITIVE, f64::MAX, f64::INFINITY, f64::NAN] {
            let rows = [row("odd", &[odd, 1.0], Some((odd, odd)), Verdict::Tie)];
            drawn(&view(&rows), 80, &ASCII);
        }
    }
}
