//! Figures as they are written everywhere: three digits and a unit.

use measure::statistics::Verdict;

/// A ratio: 0.96, 12.8, 289. One below a tenth has a third decimal, so that two digits of it
/// are seen.
pub(crate) fn ratio_of(ratio: f64) -> String {
    match ratio {
        ratio if ratio < 0.0995 => format!("{ratio:.3}"),
        ratio => digits(ratio),
    }
}

/// A number with three digits, or two decimals where it is small.
pub(crate) fn digits(number: f64) -> String {
    match number.abs() {
        size if size < 9.995 => format!("{number:.2}"),
        size if size < 99.95 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}

pub(crate) fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Faster => "faster",
        Verdict::Slower => "slower",
        Verdict::Tie => "tie",
        Verdict::Unknown => "?",
    }
}

/// Nanoseconds with three digits and a unit.
pub(crate) fn time(nanos: f64) -> String {
    // What would be written as 1000 of a unit is 1.00 of the next.
    let (value, unit) = match nanos {
        nanos if nanos < 999.5 => (nanos, "ns"),
        nanos if nanos < 999.5e3 => (nanos / 1e3, "µs"),
        nanos if nanos < 999.5e6 => (nanos / 1e6, "ms"),
        nanos => (nanos / 1e9, "s"),
    };
    format!("{} {unit}", digits(value))
}

pub(crate) fn megabytes(bytes: f64) -> String {
    let digits = usize::from(bytes < 1e8);
    format!("{:.digits$} MB", bytes / 1e6)
}

/// A factor above 1 as a difference: "1.5 %", and "a factor of 2.09" where per cent would
/// be hard to read.
pub(crate) fn by(factor: f64) -> String {
    match (factor - 1.0) * 100.0 {
        percent if percent < 0.05 => "0.1 %".to_owned(),
        percent if percent < 9.95 => format!("{percent:.1} %"),
        percent if percent < 99.5 => format!("{percent:.0} %"),
        _ => format!("a factor of {}", ratio_of(factor)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_has_three_digits() {
        for (nanos, text) in [
            (0.0, "0.00 ns"),
            (9.996, "10.0 ns"),
            (999.4, "999 ns"),
            (999.6, "1.00 µs"),
            (99_960.0, "100 µs"),
            (1_234_567.0, "1.23 ms"),
            (999_600_000.0, "1.00 s"),
            (12e9, "12.0 s"),
        ] {
            assert_eq!(time(nanos), text);
        }
        for (ratio, text) in [
            (0.0042, "0.004"),
            (0.0351, "0.035"),
            (0.0996, "0.10"),
            (0.964, "0.96"),
            (9.996, "10.0"),
            (99.96, "100"),
            (1288.68, "1289"),
        ] {
            assert_eq!(ratio_of(ratio), text);
        }
    }
}
