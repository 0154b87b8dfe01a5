//! How long items took: a table of percentiles for a terminal or a document, and what it
//! says in sentences.

use std::collections::BTreeSet;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use measure::{
    latency::{Meaning, RowLatency, SHOWN, Tail, fewest_items, lowest, meanings},
    results::{ModelResults, Row},
    statistics::Verdict,
};
use test_fixtures::{local, markdown, wrap};

use crate::{
    figure::{ratio_of, time},
    sweep::sentences::whole,
};

/// The columns behind the percentiles: the ratio to the reference, both ends of its
/// interval, and the verdict. Where there is little room some are left out.
const COMPARED: [&[usize]; 3] = [&[0, 1, 2, 3], &[0, 3], &[3]];

/// The latency of a model's items for a terminal, no line of its sentences wider than
/// `width`; `None` where no row has any.
pub fn text(results: &ModelResults, width: usize) -> Option<String> {
    let parts = meanings(results).into_iter().map(|meaning| {
        let tables = COMPARED.map(|columns| {
            let escape = |text: &str| local(text).into_owned();
            let mut table = table(results, meaning, columns, escape);
            table.load_style(presets::NOTHING);
            table.trim_fmt()
        });
        let fits =
            |table: &&String| table.lines().all(|line| line.chars().count() <= width);
        let [.., least] = &tables;
        let table = tables.iter().find(fits).unwrap_or(least);
        let title = format!("{}: {}", results.name, title(results, meaning));
        let title = wrap(&local(&title), width, 2);
        let said = sentences(results, meaning);
        let said = said.iter().map(|line| wrap(&local(line), width, 2) + "\n");
        format!("{title}\n\n{table}\n\n{}\n", said.collect::<String>())
    });
    let text = parts.collect::<String>();
    let alone = without_tables(results).into_iter();
    let alone = alone.map(|line| wrap(&local(&line), width, 2) + "\n");
    Some(text + &alone.collect::<String>()).filter(|text| !text.is_empty())
}

/// The same for a document; empty where no row has any.
pub(crate) fn document(results: &ModelResults) -> String {
    let parts = meanings(results).into_iter().map(|meaning| {
        let mut table = table(results, meaning, COMPARED[0], markdown);
        table.load_style(presets::ASCII_MARKDOWN);
        let said = sentences(results, meaning);
        let said = said.iter().map(|line| format!("- {}\n", markdown(line)));
        let title = format!("{}: {}", results.name, title(results, meaning));
        let title = markdown(&title);
        let table = table.trim_fmt();
        format!("{title}\n\n{table}\n\n{}\n", said.collect::<String>())
    });
    let alone = without_tables(results).into_iter();
    let alone = alone.map(|line| format!("{}\n\n", markdown(&line)));
    parts.chain(alone).collect()
}

/// What to say where no row has figures for a table.
fn without_tables(results: &ModelResults) -> Vec<String> {
    if !meanings(results).is_empty() {
        return Vec::new();
    }
    let lines = left_out(results).into_iter();
    lines
        .map(|line| format!("{}: {line}", results.name))
        .collect()
}

/// What is meant, in words.
pub(crate) fn title(results: &ModelResults, meaning: Meaning) -> String {
    let item = results.item.as_deref().unwrap_or("an item");
    match meaning {
        Meaning::Service => format!("service time of {item}: from its begin to its end"),
        Meaning::Response => {
            format!("response time of {item}: from when it was due to its end")
        }
    }
}

/// A percentile's name: `p99.9`, `max`.
pub(crate) fn name(percent: f64) -> String {
    match percent {
        100.0 => "max".to_owned(),
        percent => format!("p{percent}"),
    }
}

/// A verdict on a percentile.
pub(crate) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Faster => "lower",
        Verdict::Slower => "higher",
        Verdict::Tie => "tie",
        Verdict::Unknown => "?",
    }
}

pub(crate) fn latency(row: &Row) -> Option<&RowLatency> {
    row.summary.as_ref()?.latency.as_ref()
}

/// A row's percentile.
pub(crate) fn tail(row: &Row, meaning: Meaning, percent: f64) -> Option<&Tail> {
    let mut tails = latency(row)?.tails(meaning).iter();
    tails.find(|tail| tail.percent.total_cmp(&percent).is_eq())
}

/// The percentiles that any row has.
pub(crate) fn shown(results: &ModelResults, meaning: Meaning) -> Vec<f64> {
    let has = |percent: &f64| {
        let mut rows = results.rows.iter();
        rows.any(|row| tail(row, meaning, *percent).is_some())
    };
    SHOWN.into_iter().filter(has).collect()
}

/// The highest percentile that is not the maximum: what a row is judged by.
pub(crate) fn judged(results: &ModelResults, meaning: Meaning) -> Option<f64> {
    let mut shown = shown(results, meaning).into_iter();
    shown.rfind(|percent| *percent < 100.0)
}

/// A row's cells from the percentiles on: each of those, then of the one that it is judged
/// by the ratio to the reference with its interval, and the verdict.
fn table(
    results: &ModelResults,
    meaning: Meaning,
    columns: &[usize],
    escape: impl Fn(&str) -> String,
) -> Table {
    let percents = shown(results, meaning);
    let judged = judged(results, meaning);
    let mut titles = vec![String::new()];
    titles.extend(percents.iter().copied().map(name));
    if let Some(percent) = judged {
        let name = name(percent);
        let (ratio, verdict) = (
            format!("{name} × {}", results.reference),
            format!("{name} is"),
        );
        let all = [&*ratio, "from", "to", &verdict];
        titles.extend(columns.iter().map(|column| all[*column].to_owned()));
    }
    let mut table = Table::new();
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(titles.iter().map(|title| escape(title)));
    for row in results.rows.iter().filter(|row| row.summary.is_some()) {
        let time_of = |percent: &f64| match tail(row, meaning, *percent) {
            Some(tail) => time(tail.time.median),
            None => "–".to_owned(),
        };
        let mut cells = vec![row.name.clone()];
        cells.extend(percents.iter().map(time_of));
        if let Some(percent) = judged {
            let all = compared(results, row, tail(row, meaning, percent));
            cells.extend(columns.iter().map(|column| all[*column].clone()));
        }
        table.add_row(cells.iter().map(|cell| escape(cell)));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
        if column.index > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// The ratio to the reference, the ends of its interval, and the verdict.
fn compared(results: &ModelResults, row: &Row, tail: Option<&Tail>) -> [String; 4] {
    let ratio = tail.and_then(|tail| tail.to_reference);
    let interval = ratio.and_then(|ratio| ratio.interval);
    let verdict = tail.and_then(|tail| tail.verdict);
    let own = match tail {
        Some(_) if row.name == results.reference => "1",
        _ => "",
    };
    [
        ratio.map_or_else(|| own.to_owned(), |ratio| ratio_of(ratio.median)),
        interval.map_or_else(String::new, |(low, _)| ratio_of(low)),
        interval.map_or_else(String::new, |(_, high)| ratio_of(high)),
        verdict.map_or_else(String::new, |verdict| word(verdict).to_owned()),
    ]
}

/// Who has the lowest percentiles, what the number of items supports, and which rows have
/// fewer trials or none.
pub(crate) fn sentences(results: &ModelResults, meaning: Meaning) -> Vec<String> {
    let mut said = Vec::new();
    let lowest = |percent| Some((percent, lowest(results, meaning, percent)?));
    if let Some((percent, rows)) = judged(results, meaning).and_then(lowest) {
        let names: Vec<_> = rows.iter().map(|row| &*row.name).collect();
        let (first, others) = (names[0], names[1..].join(", "));
        let line = format!("lowest {}: {first}", name(percent));
        said.push(match names.len() {
            1 => line,
            _ => format!("{line}; no difference from it was found in {others}"),
        });
    }
    let latencies = results.rows.iter().filter_map(latency);
    let items = latencies
        .map(|latency| latency.items)
        .filter(|items| *items > 0);
    let items: BTreeSet<usize> = items.collect();
    let (Some(least), Some(most)) = (items.first(), items.last()) else {
        return said;
    };
    let count = match least == most {
        true => format!("{} items a trial", whole(*least as u64)),
        false => {
            let (least, most) = (whole(*least as u64), whole(*most as u64));
            format!("{least} to {most} items a trial")
        }
    };
    let lacking = SHOWN.into_iter().filter(|percent| *percent < 100.0);
    let lacking: Vec<_> = lacking
        .filter(|percent| fewest_items(*percent) > *most)
        .map(|percent| {
            let fewest = whole(fewest_items(percent) as u64);
            format!("{} needs {fewest}", name(percent))
        })
        .collect();
    said.push(match lacking.is_empty() {
        true => format!("{count}; each figure is the median of the rounds"),
        false => format!(
            "{count}; {}; each figure is the median of the rounds",
            lacking.join(", ")
        ),
    });
    let silent = results.rows.iter().filter(|row| row.summary.is_some());
    let silent = silent.filter(|row| latency(row).is_none());
    let silent: Vec<_> = silent.map(|row| &*row.name).collect();
    if !silent.is_empty() {
        said.push(format!("reports no items: {}", silent.join(", ")));
    }
    said.extend(left_out(results));
    said
}

/// Which trials are in no figure, since their times are the load's own: some of a row's, and
/// all of them.
pub(crate) fn left_out(results: &ModelResults) -> Vec<String> {
    let late = results.rows.iter().filter_map(|row| {
        let of_load = latency(row)?.of_load;
        (of_load > 0).then_some((row, of_load))
    });
    let (all, some): (Vec<_>, Vec<_>) =
        late.partition(|(row, of_load)| *of_load == row.samples.len());
    let some = some.iter().map(|(row, of_load)| {
        let (of_load, trials) = (whole(*of_load as u64), whole(row.samples.len() as u64));
        format!("{of_load} of {trials} trials of {}", row.name)
    });
    let all = all.iter().map(|(row, _)| row.name.clone());
    [
        (
            some.collect::<Vec<_>>(),
            "left out, as the times are the load's own",
        ),
        (
            all.collect(),
            "no figures, as the times of all trials are the load's own",
        ),
    ]
    .into_iter()
    .filter(|(rows, _)| !rows.is_empty())
    .map(|(rows, what)| format!("{what}: {}", rows.join(", ")))
    .collect()
}

/// Notes that the times of these trials of these rows are the load's own.
#[cfg(test)]
pub(crate) fn make_late(results: &mut ModelResults, late: &[(&str, usize)]) {
    for row in &mut results.rows {
        let trials = late.iter().find(|(name, _)| *name == row.name);
        let trials = trials.map_or(0, |(_, trials)| *trials);
        for sample in &mut row.samples[..trials] {
            let facts = test_fixtures::Facts::clone(&sample.facts);
            sample.facts = facts.of_load().into();
        }
    }
    measure::summary::add(results);
}

#[cfg(test)]
mod tests {
    use measure::{
        mock::{Items, Machine, Mock, REFERENCE, run},
        progress::Progress,
    };

    use super::*;

    const ITEMS: Items = Items {
        count: 100,
        spread: 0.1,
        stalls: 0.0,
        run: 0,
        stall: 1.0,
    };

    #[test]
    fn trials_of_the_load_are_named_under_the_table() {
        let mut mock = Mock::new(Machine::QUIET, &[("slow", 2.0), ("late", 3.0)], 1);
        mock.items = Some(ITEMS);
        let mut results = run(mock, 6, 1, &Progress::shown());
        assert!(left_out(&results).is_empty());
        make_late(&mut results, &[("slow", 2), ("late", 6)]);
        let due = [
            "left out, as the times are the load's own: 2 of 6 trials of slow",
            "no figures, as the times of all trials are the load's own: late",
        ];
        assert_eq!(left_out(&results), due);
        let text = text(&results, 100).expect("some rows have figures");
        let document = document(&results);
        for line in due {
            assert!(text.contains(line), "no {line}: {text}");
            assert!(document.contains(line), "no {line}: {document}");
        }
        assert!(text.contains("100 items a trial"), "{text}");
        assert!(!text.contains("reports no items"), "{text}");
        let is_late = |line: &&str| line.starts_with("late");
        let late = text.lines().find(is_late).expect("a row");
        assert!(!late.contains("ms"), "{late}");
    }

    #[test]
    fn what_has_no_figure_in_any_row_is_said_without_a_table() {
        let mut mock = Mock::new(Machine::QUIET, &[], 1);
        mock.items = Some(ITEMS);
        let mut results = run(mock, 6, 1, &Progress::shown());
        let control = results.rows[1].name.clone();
        make_late(&mut results, &[(REFERENCE, 6), (&control, 6)]);
        let due = format!(
            "mock: no figures, as the times of all trials are the load's own: \
             {REFERENCE}, {control}\n"
        );
        assert_eq!(text(&results, 200).as_deref(), Some(&*due));
        assert_eq!(document(&results), due + "\n");
    }

    #[test]
    fn what_has_no_room_is_left_out() {
        let machine = Machine {
            name: "none",
            round: 0.01,
            persistence: 0.0,
            reference: 0.01,
            trial: 0.01,
            tail: 0.0,
        };
        let mut mock = Mock::new(machine, &[("slow", 2.0)], 1);
        assert_eq!(text(&run(mock, 6, 1, &Progress::shown()), 80), None);
        mock = Mock::new(machine, &[("slow", 2.0)], 1);
        mock.items = Some(ITEMS);
        let results = run(mock, 6, 1, &Progress::shown());
        let shown = |width| text(&results, width).expect("there are items");
        let wide = shown(100);
        for words in ["p99 × reference", " from ", "p99 is", "higher", "max"] {
            assert!(wide.contains(words), "no {words}: {wide}");
        }
        assert!(!wide.contains("p99.9 is"), "{wide}");
        for (width, is_there) in [(72, true), (60, false)] {
            let text = shown(width);
            assert!(
                text.lines().all(|line| line.chars().count() <= width),
                "{text}"
            );
            assert!(!text.contains(" from  "), "{text}");
            assert_eq!(text.contains("p99 × reference"), is_there, "{text}");
            assert!(text.contains("higher"), "{text}");
        }
    }
}
