//! The findings of a sweep, in words and figures that every form of it shares.

use std::fmt::Write;

use measure::{
    results::Kind,
    statistics::{Estimate, FEWEST, Verdict},
    sweep::{
        analysis::ONE_CORE,
        crossing::Crossing,
        fit::{Curve, FEWEST as FEWEST_SIZES, Growth, Shape},
        results::{Line, Quantity, Sweep},
    },
};

use test_fixtures::not_run;

use crate::{
    figure::{megabytes, ratio_of, time},
    notes::python,
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
        Quantity::Time | Quantity::Cpu => time(value),
        Quantity::Memory => megabytes(value),
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
        Quantity::Time | Quantity::Cpu if slope < 0.01 => format!("{slope:.1e} ns"),
        Quantity::Time | Quantity::Cpu => time(slope),
        Quantity::Memory if slope < 0.01 => format!("{slope:.1e} B"),
        Quantity::Memory if slope < 10.0 => format!("{slope:.2} B"),
        Quantity::Memory if slope < 1e3 => format!("{slope:.0} B"),
        Quantity::Memory if slope < 1e6 => format!("{:.1} kB", slope / 1e3),
        Quantity::Memory => megabytes(slope),
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
pub(crate) fn interpreters(sweep: &Sweep) -> Vec<String> {
    let first = sweep.points.first();
    let python = first.and_then(|point| python(&point.results, &sweep.host.packages));
    python.into_iter().collect()
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

fn passes(field: &str, crossing: &Crossing) -> String {
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
    use measure::sweep::{crossing::Told, results::Mark};

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
