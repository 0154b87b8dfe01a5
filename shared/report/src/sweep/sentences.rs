//! The findings of a sweep, in words and figures that every form of it shares.

use std::{cmp::Ordering, fmt::Write};

use measure::{
    latency::{Meaning, fewest_items},
    results::Kind,
    statistics::{Estimate, FEWEST, Verdict},
    sweep::{
        analysis::ONE_CORE,
        crossing::Crossing,
        fit::{Curve, FEWEST as FEWEST_SIZES, Growth, Shape},
        knee::{self, Knee, PERCENT, RATE, Range},
        results::{Line, Mark, Quantity, Sweep},
    },
};

use test_fixtures::not_run;

use crate::{
    figure::{megabytes, ratio_of, time},
    groups,
    notes::of_peers,
};

/// A size at which every shape is far from every other.
const FAR: f64 = 1e6;

/// The sweep in one line.
pub(crate) fn title(sweep: &Sweep) -> String {
    let sizes = sweep.points.len();
    let s = if sizes == 1 { "" } else { "s" };
    let range = match (sweep.points.first(), sweep.points.last()) {
        (Some(first), Some(last)) => {
            format!(" from {} to {}", whole(first.value), whole(last.value))
        }
        _ => String::new(),
    };
    format!(
        "{} over {}: {sizes} size{s}{range}",
        sweep.model, sweep.field
    )
}

/// A figure of that quantity, with its unit.
pub(crate) fn figure(quantity: Quantity, value: f64) -> String {
    match quantity {
        Quantity::Time | Quantity::Cpu | Quantity::P99 => time(value),
        Quantity::Memory => megabytes(value),
    }
}

/// What a quantity is, in words.
pub(crate) fn meaning(sweep: &Sweep, quantity: Quantity) -> &'static str {
    match (quantity, sweep.latency) {
        (Quantity::Time, _) => "Time",
        (Quantity::Cpu, _) => "CPU time of the whole process",
        (Quantity::Memory, _) => "Memory at the most",
        (Quantity::P99, Some(Meaning::Response)) => {
            "p99 of the response times, from when an item was due"
        }
        (Quantity::P99, _) => "p99 of the service times, from when an item began",
    }
}

/// A median, with its interval where it has one.
pub(crate) fn with_interval(quantity: Quantity, estimate: Estimate) -> String {
    let median = figure(quantity, estimate.median);
    match interval(quantity, estimate) {
        Some(interval) => format!("{median}, 95 % interval {interval}"),
        None => median,
    }
}

/// The ends of an interval: "1.20 ms to 1.30 ms".
pub(crate) fn interval(quantity: Quantity, estimate: Estimate) -> Option<String> {
    let (low, high) = estimate.interval?;
    Some(format!(
        "{} to {}",
        figure(quantity, low),
        figure(quantity, high)
    ))
}

/// A whole number with its thousands apart.
pub(crate) fn whole(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A row's name, and whether people should still begin with it.
pub(crate) fn name(line: &Line) -> String {
    match line.legacy {
        true => format!("{} (legacy)", line.name),
        false => line.name.clone(),
    }
}

/// How a line grows: `n: 2.00 ms + 500 ns × n, off by 3 %`. Where several curves fit alike,
/// what is certain is by how much it grew.
pub(crate) fn growth(quantity: Quantity, line: &Line) -> String {
    let Some(Growth { curves, error }) = quantity.growth(line) else {
        return format!("too few sizes to say; {FEWEST_SIZES} are needed");
    };
    let off = match error * 100.0 {
        percent if percent < 1.0 => "off by less than 1 %".to_owned(),
        percent => format!("off by {percent:.0} %"),
    };
    match &**curves {
        [] => format!("follows no curve; even the nearest is {off}"),
        [best] => format!("{}: {}, {off}", best.shape.name(), curve(quantity, best)),
        several => {
            let mut shapes: Vec<Shape> =
                several.iter().map(|curve| curve.shape).collect();
            // In one order, since the best is not known.
            shapes.sort_by(|a, b| a.at(FAR).total_cmp(&b.at(FAR)));
            let names: Vec<_> = shapes.iter().map(|shape| shape.name()).collect();
            let grown =
                grown(quantity, line).map_or_else(String::new, |grown| grown + "; ");
            format!("{grown}{} fit alike", all_of(&names))
        }
    }
}

/// "12.4 times as much at 1,000 as at 10".
fn grown(quantity: Quantity, line: &Line) -> Option<String> {
    let marks = line.marks.iter();
    let medians = marks.filter_map(|mark| Some((mark.value, quantity.of(mark)?.median)));
    let medians: Vec<_> = medians.collect();
    let ((from, least), (to, most)) = (*medians.first()?, *medians.last()?);
    (least > 0.0).then(|| {
        let (times, from, to) = (ratio_of(most / least), whole(from), whole(to));
        format!("{times} times as much at {to} as at {from}")
    })
}

/// "n, n log n and n²".
fn all_of(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn curve(quantity: Quantity, curve: &Curve) -> String {
    let Curve {
        shape,
        constant,
        slope,
    } = *curve;
    let mut text = String::new();
    if constant > 0.0 || shape == Shape::Constant {
        text += &figure(quantity, constant);
    }
    if shape != Shape::Constant {
        let plus = if text.is_empty() { "" } else { " + " };
        let slope = small(quantity, slope);
        let times = match shape {
            Shape::Inverse => " ÷ n".to_owned(),
            shape => format!(" × {}", shape.name()),
        };
        write!(text, "{plus}{slope}{times}").expect("a String takes all");
    }
    text
}

/// A slope, which may be far smaller than any figure.
fn small(quantity: Quantity, slope: f64) -> String {
    match quantity {
        Quantity::Memory if slope < 0.01 => format!("{slope:.1e} B"),
        Quantity::Memory if slope < 10.0 => format!("{slope:.2} B"),
        Quantity::Memory if slope < 1e3 => format!("{slope:.0} B"),
        Quantity::Memory if slope < 1e6 => format!("{:.1} kB", slope / 1e3),
        Quantity::Memory => megabytes(slope),
        _ if slope < 0.01 => format!("{slope:.1e} ns"),
        _ => time(slope),
    }
}

/// Where lines end before the others, and why.
pub(crate) fn ends(sweep: &Sweep) -> Vec<String> {
    let ended = |line: &&Line| !line.is_not_installed;
    let ends = sweep.lines.iter().filter(ended).filter_map(|line| {
        let end = line.end.as_ref()?;
        let at = format!("{} {}", sweep.field, whole(end.value));
        Some(format!("{} ends at {at}: {}", line.name, end.why))
    });
    let missing = sweep.lines.iter().filter(|line| line.is_not_installed);
    let missing =
        missing.filter_map(|line| Some((&line.name, line.end.as_ref()?.why.as_str())));
    ends.chain(not_run(missing)).collect()
}

/// Trials that failed and ended no line.
pub(crate) fn failures(sweep: &Sweep) -> Vec<String> {
    let mut failures = Vec::new();
    for point in &sweep.points {
        for row in &point.results.rows {
            let ended = point.ended.iter().any(|(name, _)| *name == row.name);
            if row.kind == Kind::Control || ended {
                continue;
            }
            if let Some(why) = row.failures.values().last() {
                let (count, of) = (row.failures.len(), point.results.rounds);
                failures.push(format!(
                    "{} failed in {count} of {of} rounds at {} {}: {why}",
                    row.name,
                    sweep.field,
                    whole(point.value)
                ));
            }
        }
    }
    failures
}

/// What ran the peers.
pub(crate) fn languages(sweep: &Sweep) -> Vec<String> {
    let first = sweep.points.first();
    let of_peers = first.and_then(|point| of_peers(&point.results, &sweep.host.packages));
    of_peers.into_iter().collect()
}

/// Where one passes another.
pub(crate) fn crossings(sweep: &Sweep) -> Vec<String> {
    let told = sweep
        .points
        .iter()
        .any(|point| point.results.resolution.is_some());
    if !told {
        let why = format!("not looked for: {FEWEST} rounds of a size are needed");
        return vec![why];
    }
    let mut lines: Vec<String> = sweep
        .crossings
        .iter()
        .map(|crossing| passes(&sweep.field, crossing))
        .collect();
    if lines.is_empty() {
        lines.push("none was found at these sizes".to_owned());
    }
    lines
}

pub(crate) fn passes(field: &str, crossing: &Crossing) -> String {
    let Crossing {
        passes,
        passed,
        value,
        between: (from, to),
    } = crossing;
    let between = format!("between {} and {}", whole(*from), whole(*to));
    // Over more than a factor of ten, a straight line is a guess.
    match *to <= 10 * *from {
        true => {
            let value = two_digits(*value);
            format!("{passes} passes {passed} where {field} is about {value} ({between})")
        }
        false => format!("{passes} passes {passed} {between} {field}"),
    }
}

/// Interpolation knows no more than two digits.
fn two_digits(value: f64) -> String {
    if value < 9.95 {
        return format!("{value:.1}");
    }
    let step = 10_f64.powf(value.log10().floor() - 1.0);
    whole(((value / step).round() * step) as u64)
}

/// A rate that may be interpolated; a rate of the sweep is what it is.
fn rate(rate: f64) -> String {
    match rate.fract() == 0.0 {
        true => whole(rate as u64),
        false => two_digits(rate),
    }
}

/// A knee in a cell: "9,100", "< 1,000", "> 16,000".
pub(crate) fn knee(line: &Line) -> String {
    let Some(knee) = &line.knee else {
        return "–".to_owned();
    };
    match (knee.rate.place(), knee.rate.from, knee.rate.to) {
        (Some(place), ..) => rate(place),
        (None, None, Some(to)) => format!("< {}", rate(to)),
        (None, Some(from), None) => format!("> {}", rate(from)),
        (None, Some(from), Some(to)) => format!("{} to {}", rate(from), rate(to)),
        (None, None, None) => "?".to_owned(),
    }
}

/// The interval of a knee: "8,700 to 9,500".
pub(crate) fn knee_interval(knee: &Knee) -> Option<String> {
    let Range { from, to } = knee.interval?;
    Some(match (from, to) {
        (Some(from), Some(to)) => format!("{} to {}", rate(from), rate(to)),
        (Some(from), None) => format!("from {} on, open above", rate(from)),
        (None, Some(to)) => format!("up to {}, open below", rate(to)),
        (None, None) => "open at both ends".to_owned(),
    })
}

/// A knee with all that is known of it, by the row's name.
pub(crate) fn knee_in_full(line: &Line) -> Option<String> {
    let Some(knee) = &line.knee else {
        let was_late = line.marks.iter().any(|mark| mark.late() > 0);
        let why = format!("{}: not known, since the load was late", name(line));
        return was_late.then_some(why);
    };
    let mut text = format!("{}: {}", name(line), place(knee));
    // Of one that each round bounds alike, the interval says nothing more.
    let differs = knee.interval != Some(knee.rate);
    if let Some(interval) = knee_interval(knee).filter(|_| differs) {
        write!(text, ", 95 % interval {interval}").expect("a String takes all");
    }
    let some = |count: usize| (1..knee.rounds).contains(&count);
    for (count, what) in [(knee.at_once, "above at once"), (knee.never, "never above")] {
        if some(count) {
            let of = knee.rounds;
            write!(text, "; {what} in {count} of {of} rounds")
                .expect("a String takes all");
        }
    }
    Some(text)
}

fn place(knee: &Knee) -> String {
    match (knee.rate.place(), knee.rate.from, knee.rate.to) {
        (Some(place), ..) => format!("about {}", rate(place)),
        (None, None, Some(to)) => format!("below {}", rate(to)),
        (None, Some(from), None) => format!("above {}", rate(from)),
        (None, Some(from), Some(to)) => {
            format!("between {} and {}", rate(from), rate(to))
        }
        (None, None, None) => "not known, since the rounds disagree".to_owned(),
    }
}

/// Where each row's p99 leaves the floor: the limit, the finding, and each row's knee with
/// its interval. Empty where the sweep is not over a rate.
pub(crate) fn knees(sweep: &Sweep) -> Vec<String> {
    let Some(limit) = &sweep.limit else {
        return match sweep.field == RATE {
            true => no_limit(sweep),
            false => Vec::new(),
        };
    };
    let (most, row) = (time(limit.nanos), &limit.row);
    let lowest = time(limit.nanos / knee::TIMES);
    let first = whole(limit.rate);
    let mut lines = vec![format!(
        "the limit is {most}, for all rows: twice the lowest p99 at {first}, {lowest} of {row}"
    )];
    lines.extend(knees_sentence(sweep));
    lines.extend(sweep.lines.iter().filter_map(knee_in_full));
    lines.extend(late_load(sweep));
    lines
}

/// Why a sweep over a rate has no knees.
fn no_limit(sweep: &Sweep) -> Vec<String> {
    let late = late_load(sweep);
    let first = sweep.points.first().map(|point| whole(point.value));
    let why = match first.filter(|_| !late.is_empty()) {
        Some(first) => format!(
            "not looked for: the load was late at {first} in every row, and the first \
             rate makes the limit"
        ),
        None => {
            let items = fewest_items(PERCENT);
            format!("not looked for: p99 takes {items} items or more in each trial")
        }
    };
    std::iter::once(why).chain(late).collect()
}

/// Which rows leave the floor at which rate, and which of these can't be told apart.
pub(crate) fn knees_sentence(sweep: &Sweep) -> Option<String> {
    let limit = sweep.limit.as_ref()?;
    let mut rows: Vec<(&Line, &Knee)> = sweep
        .lines
        .iter()
        .filter_map(|line| Some((line, line.knee.as_ref()?)))
        .collect();
    // The highest rate first, and last those that never leave.
    rows.sort_by(|(_, a), (_, b)| {
        let from = |knee: &Knee| knee.rate.from.unwrap_or(0.0);
        let never = a.rate.to.is_none().cmp(&b.rate.to.is_none());
        never.then(from(b).total_cmp(&from(a)))
    });
    let mut parts: Vec<(String, Vec<&str>)> = Vec::new();
    for (line, knee) in &rows {
        let place = match (knee.rate.place(), knee.rate.from, knee.rate.to) {
            (Some(place), ..) => format!("at about {}", rate(place)),
            (None, Some(from), None) => format!("nowhere up to {}", rate(from)),
            (None, None, None) => "somewhere".to_owned(),
            _ => place(knee),
        };
        match parts.last_mut().filter(|(last, _)| *last == place) {
            Some((_, names)) => names.push(&line.name),
            None => parts.push((place, vec![&line.name])),
        }
    }
    let parts: Vec<String> = parts
        .iter()
        .map(|(place, names)| format!("{place} in {}", all_of(names)))
        .collect();
    let alike = not_told_apart(&rows);
    (!parts.is_empty()).then(|| {
        let most = time(limit.nanos);
        format!("p99 goes above {most} {}{alike}", parts.join(", "))
    })
}

/// The end of that sentence: groups of rows in which no two are told apart.
fn not_told_apart(rows: &[(&Line, &Knee)]) -> String {
    let order = |a: usize, b: usize| knee::compare(rows[a].1, rows[b].1);
    let all = 0..rows.len();
    let mut pairs = all
        .clone()
        .flat_map(|a| (0..a).map(move |b| (a, b)))
        .peekable();
    if pairs.peek().is_none() {
        return String::new();
    }
    if pairs.all(|(a, b)| order(a, b).is_none()) {
        return format!("; it takes {FEWEST} rounds to tell them apart");
    }
    let is_tie = |a, b| a != b && order(a, b) == Some(Ordering::Equal);
    let ties: Vec<Vec<bool>> = all
        .clone()
        .map(|a| all.clone().map(|b| is_tie(a, b)).collect())
        .collect();
    let Some(groups) = groups::groups(&ties) else {
        return "; too many of them can't be told apart to be listed".to_owned();
    };
    let groups: Vec<String> = groups
        .iter()
        .map(|group| {
            let names: Vec<&str> = group.iter().map(|at| &*rows[*at].0.name).collect();
            all_of(&names)
        })
        .collect();
    match groups.is_empty() {
        true => "; each differs from each".to_owned(),
        false => format!("; can't be told apart: {}", groups.join("; ")),
    }
}

/// Where the load could not keep its schedule, so that p99 is not the variant's.
pub(crate) fn late_load(sweep: &Sweep) -> Vec<String> {
    let mut lines = Vec::new();
    for point in &sweep.points {
        let at = |line: &Line| -> Option<String> {
            let mark = line.marks.iter().find(|mark| mark.value == point.value)?;
            let (late, of) = (mark.late(), mark.p99.len());
            (late > 0).then(|| format!("{} in {late} of {of}", line.name))
        };
        let late: Vec<String> = sweep.lines.iter().filter_map(at).collect();
        if !late.is_empty() {
            let value = whole(point.value);
            lines.push(format!(
                "at {value} the load was late, and these rounds are no figures of the \
                 server: {}",
                late.join(", ")
            ));
        }
    }
    lines
}

/// Whether the load was late in so many rounds that a mark has no p99.
pub(crate) fn is_of_load(mark: &Mark, quantity: Quantity) -> bool {
    quantity == Quantity::P99 && mark.late() > 0 && quantity.of(mark).is_none()
}

/// Whether it pays to share the work, where that is known and nothing crosses.
pub(crate) fn one_core(sweep: &Sweep) -> Vec<String> {
    let mut lines = Vec::new();
    for (verdict, word) in [(Verdict::Faster, "faster"), (Verdict::Slower, "slower")] {
        let names: Vec<String> = sweep
            .lines
            .iter()
            .filter_map(|line| throughout(line, verdict))
            .collect();
        if !names.is_empty() {
            lines.push(format!("{word} than {ONE_CORE}: {}", names.join(", ")));
        }
    }
    lines
}

/// The line's name and the sizes at which it differs from one core, if it does so always in
/// the same way: "rayon from 10,000 on". Other sizes are ties.
fn throughout(line: &Line, verdict: Verdict) -> Option<String> {
    let differing = line.to_one_core.iter();
    let differing: Vec<_> = differing
        .filter(|told| matches!(told.verdict, Verdict::Faster | Verdict::Slower))
        .collect();
    let (first, last) = (differing.first()?, differing.last()?);
    let same = differing.iter().all(|told| told.verdict == verdict);
    same.then(|| match verdict {
        Verdict::Faster => format!("{} from {} on", line.name, whole(first.value)),
        _ => format!("{} up to {}", line.name, whole(last.value)),
    })
}

#[cfg(test)]
mod tests {
    use measure::{
        host::Host,
        sweep::{crossing::Told, knee::Limit},
    };

    use super::*;

    #[test]
    fn figures() {
        assert_eq!(whole(7), "7");
        assert_eq!(whole(1000), "1,000");
        assert_eq!(whole(1_234_567), "1,234,567");
        assert_eq!(two_digits(3149.0), "3,100");
        assert_eq!(two_digits(1.44), "1.4");
        assert_eq!(two_digits(9.96), "10");
        assert_eq!(two_digits(99.6), "100");
    }

    fn line(medians: &[(u64, f64)], time: Option<Growth>) -> Line {
        let estimate = |median| Estimate {
            median,
            interval: None,
        };
        let marks = medians.iter().map(|(value, median)| Mark {
            value: *value,
            time: estimate(*median),
            cpu: estimate(*median),
            memory: None,
            p99: Vec::new(),
        });
        Line {
            name: "line".to_owned(),
            kind: Kind::Variant,
            legacy: false,
            is_not_installed: false,
            marks: marks.collect(),
            end: None,
            time,
            cpu: None,
            memory: None,
            to_one_core: Vec::new(),
            knee: None,
        }
    }

    #[test]
    fn growth_is_said_in_a_line() {
        let curve = |shape, constant, slope| Curve {
            shape,
            constant,
            slope,
        };
        let said = |error: f64, curves: &[Curve]| {
            let curves = curves.to_vec();
            let line = line(
                &[(10, 5e6), (100, 5.1e6), (1000, 5.1e6)],
                Some(Growth { curves, error }),
            );
            growth(Quantity::Time, &line)
        };
        let linear = curve(Shape::Linear, 2e6, 500.0);
        assert_eq!(
            said(0.031, &[linear]),
            "n: 2.00 ms + 500 ns × n, off by 3 %"
        );
        let inverse = curve(Shape::Inverse, 0.0, 5e9);
        assert_eq!(said(0.031, &[inverse]), "1/n: 5.00 s ÷ n, off by 3 %");
        let constant = curve(Shape::Constant, 5e6, 0.0);
        let line_of_constant = "constant: 5.00 ms, off by less than 1 %";
        assert_eq!(said(0.0004, &[constant]), line_of_constant);
        let of = |shape| curve(shape, 2e6, 40.0);
        assert_eq!(
            said(0.0, &[Shape::Linearithmic, Shape::Linear].map(of)),
            "1.02 times as much at 1,000 as at 10; n and n log n fit alike"
        );
        let four = [
            Shape::Linearithmic,
            Shape::Linear,
            Shape::Root,
            Shape::Quadratic,
        ];
        assert_eq!(
            said(0.0, &four.map(of)),
            "1.02 times as much at 1,000 as at 10; n, n log n, n√n and n² fit alike"
        );
        assert_eq!(
            said(0.45, &[]),
            "follows no curve; even the nearest is off by 45 %"
        );
        assert!(growth(Quantity::Time, &line(&[], None)).contains("too few"));
        // A process may use less CPU than the clock counts.
        let both = [Shape::Linear, Shape::Linearithmic].map(of).to_vec();
        let growth_of_both = Growth {
            curves: both,
            error: 0.0,
        };
        let from_zero = line(&[(1, 0.0), (9, 1.0)], Some(growth_of_both));
        let said = growth(Quantity::Time, &from_zero);
        assert_eq!(said, "n and n log n fit alike");
    }

    fn range(from: f64, to: f64) -> Range {
        Range {
            from: Some(from).filter(|from| *from > 0.0),
            to: Some(to).filter(|to| to.is_finite()),
        }
    }

    fn with_knee(name: &str, rate: Range, interval: Option<Range>) -> Line {
        Line {
            name: name.to_owned(),
            knee: Some(Knee {
                rate,
                interval,
                rounds: 7,
                at_once: 0,
                never: 1,
            }),
            ..line(&[], None)
        }
    }

    fn at_rates(lines: Vec<Line>, limit: Option<f64>) -> Sweep {
        Sweep {
            version: 1,
            command: Vec::new(),
            started: 0,
            host: Host::here([]),
            interrupted: false,
            model: "serving".to_owned(),
            about: String::new(),
            field: "rate".to_owned(),
            args: Vec::new(),
            latency: Some(Meaning::Response),
            limit: limit.map(|nanos| Limit {
                nanos,
                row: "quick".to_owned(),
                rate: 1000,
            }),
            points: Vec::new(),
            lines,
            bounds: Vec::new(),
            crossings: Vec::new(),
        }
    }

    #[test]
    fn knees_are_said_in_a_sentence() {
        let never = range(16_000.0, f64::INFINITY);
        let at_once = range(0.0, 1000.0);
        let open = range(8700.5, f64::INFINITY);
        let near = range(8000.5, 9000.5);
        let far = range(4100.5, 4300.5);
        let lines = vec![
            with_knee("stays", never, Some(never)),
            with_knee("slow", at_once, Some(at_once)),
            with_knee("first", range(9123.4, 9123.4), Some(open)),
            with_knee("near", range(8512.3, 8512.3), Some(near)),
            with_knee("far", range(4212.3, 4212.3), Some(far)),
            with_knee("slow_too", at_once, Some(at_once)),
        ];
        let sweep = at_rates(lines, Some(304e3));
        assert_eq!(
            knees_sentence(&sweep).as_deref(),
            Some(
                "p99 goes above 304 µs at about 9,100 in first, at about 8,500 in near, at \
                 about 4,200 in far, below 1,000 in slow and slow_too, nowhere up to 16,000 \
                 in stays; can't be told apart: first and near; first and stays; slow and \
                 slow_too"
            )
        );
        let cells: Vec<String> = sweep.lines.iter().map(knee).collect();
        assert_eq!(
            cells,
            ["> 16,000", "< 1,000", "9,100", "8,500", "4,200", "< 1,000"]
        );
        let said = knees(&sweep);
        assert_eq!(
            said[0],
            "the limit is 304 µs, for all rows: twice the lowest p99 at 1,000, 152 µs of quick"
        );
        assert!(
            said.contains(
                &"first: about 9,100, 95 % interval from 8,700 on, open above; never above \
                  in 1 of 7 rounds"
                    .to_owned()
            ),
            "{said:?}"
        );
    }

    #[test]
    fn without_rounds_or_items_knees_say_what_is_missing() {
        let one = range(5000.5, 5000.5);
        let lines = ["a", "b"].map(|name| with_knee(name, one, None));
        let sweep = at_rates(lines.to_vec(), Some(1e5));
        assert_eq!(
            knees_sentence(&sweep).as_deref(),
            Some(
                "p99 goes above 100 µs at about 5,000 in a and b; it takes 6 rounds to tell \
                 them apart"
            )
        );
        let without = at_rates(Vec::new(), None);
        let why = ["not looked for: p99 takes 100 items or more in each trial"];
        assert_eq!(knees(&without), why);
        assert_eq!(knees_sentence(&without), None);
        let unknown = with_knee("a", range(0.0, f64::INFINITY), None);
        assert_eq!(knee(&unknown), "?");
        assert!(knee_in_full(&unknown).is_some_and(|said| said.contains("disagree")));
    }

    #[test]
    fn one_core_is_passed_from_a_size_on() {
        let at = |value, verdict| Told {
            value,
            ratio: Estimate {
                median: 1.0,
                interval: None,
            },
            verdict,
        };
        let mut line = line(&[], None);
        line.to_one_core = vec![
            at(10, Verdict::Tie),
            at(1000, Verdict::Faster),
            at(10_000, Verdict::Faster),
        ];
        let faster = throughout(&line, Verdict::Faster);
        assert_eq!(faster.as_deref(), Some("line from 1,000 on"));
        assert_eq!(throughout(&line, Verdict::Slower), None);
        line.to_one_core[0].verdict = Verdict::Slower;
        assert_eq!(throughout(&line, Verdict::Faster), None);
        line.to_one_core.truncate(1);
        let slower = throughout(&line, Verdict::Slower);
        assert_eq!(slower.as_deref(), Some("line up to 10"));
    }
}
