//! What a sweep says, in words and figures that every form of it shares.

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

use crate::{
    figure::{megabytes, time},
    notes::python,
};

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
        Some(interval) => format!("{median} ({interval})"),
        None => median,
    }
}

/// The ends of an interval: "1.20 ms – 1.30 ms".
pub(crate) fn interval(quantity: Quantity, estimate: Estimate) -> Option<String> {
    let (low, high) = estimate.interval?;
    Some(format!(
        "{} – {}",
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

/// How it grows: `n: 2.00 ms + 500 ns × n, ±3 %`.
pub(crate) fn growth(quantity: Quantity, growth: Option<&Growth>) -> String {
    let Some(Growth { curves, error }) = growth else {
        return format!("too few sizes to say; {FEWEST_SIZES} are needed");
    };
    let off = format!("±{:.0} %", error * 100.0);
    let Some(best) = curves.first() else {
        return format!("follows none of the curves ({off} at the best)");
    };
    if curves.len() > 1 {
        let names: Vec<_> = curves.iter().map(|curve| curve.shape.name()).collect();
        return format!("{}: not told apart, {off}", names.join(" or "));
    }
    format!("{}: {}, {off}", best.shape.name(), curve(quantity, best))
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
    let ends = sweep.lines.iter().filter_map(|line| {
        let end = line.end.as_ref()?;
        Some(match line.is_not_installed {
            true => format!("{}: {}", line.name, end.why),
            false => {
                let at = format!("{} {}", sweep.field, whole(end.value));
                format!("{} ends at {at}: {}", line.name, end.why)
            }
        })
    });
    ends.collect()
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
        let why = format!("no crossing is told: {FEWEST} rounds of a size are needed");
        return vec![why];
    }
    let mut lines: Vec<String> = sweep
        .crossings
        .iter()
        .map(|crossing| passes(&sweep.field, crossing))
        .collect();
    if lines.is_empty() {
        lines.push("nobody passes another, as far as these rounds tell".to_owned());
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
        let who: Vec<String> = sweep
            .lines
            .iter()
            .filter_map(|line| throughout(line, verdict))
            .collect();
        if !who.is_empty() {
            let who = who.join(", ");
            lines.push(format!("{word} than {ONE_CORE} wherever told apart: {who}"));
        }
    }
    lines
}

/// The line's name and the sizes at which it is told apart from one core, if it is so and
/// always in the same way.
fn throughout(line: &Line, verdict: Verdict) -> Option<String> {
    let told = line.to_one_core.iter();
    let told: Vec<_> = told
        .filter(|told| matches!(told.verdict, Verdict::Faster | Verdict::Slower))
        .collect();
    let (first, last) = (told.first()?, told.last()?);
    let same = told.iter().all(|told| told.verdict == verdict);
    same.then(|| match verdict {
        Verdict::Faster => format!("{} (from {})", line.name, whole(first.value)),
        _ => format!("{} (up to {})", line.name, whole(last.value)),
    })
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn growth_is_told_in_a_line() {
        let curve = |shape, constant, slope| Curve {
            shape,
            constant,
            slope,
        };
        let told = |curves: &[Curve]| {
            let curves = curves.to_vec();
            let error = 0.031;
            growth(Quantity::Time, Some(&Growth { curves, error }))
        };
        let linear = curve(Shape::Linear, 2e6, 500.0);
        assert_eq!(told(&[linear]), "n: 2.00 ms + 500 ns × n, ±3 %");
        let inverse = curve(Shape::Inverse, 0.0, 5e9);
        assert_eq!(told(&[inverse]), "1/n: 5.00 s ÷ n, ±3 %");
        let constant = curve(Shape::Constant, 5e6, 0.0);
        assert_eq!(told(&[constant]), "constant: 5.00 ms, ±3 %");
        let log = curve(Shape::Linearithmic, 2e6, 40.0);
        let two = told(&[linear, log]);
        assert_eq!(two, "n or n log n: not told apart, ±3 %");
        assert!(told(&[]).contains("none of the curves"));
        assert!(growth(Quantity::Time, None).contains("too few"));
    }
}
