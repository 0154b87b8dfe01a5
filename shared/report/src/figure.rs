//! Figures as they are written everywhere: three digits and a unit.

use measure::statistics::{Estimate, Verdict};

pub(crate) fn ratio(estimate: &Estimate) -> String {
    let median = ratio_of(estimate.median);
    match estimate.interval {
        Some((low, high)) => {
            format!("{median} {}–{}", ratio_of(low), ratio_of(high))
        }
        None => median,
    }
}

pub(crate) fn ratio_of(ratio: f64) -> String {
    match ratio {
        ratio if ratio < 10.0 => format!("{ratio:.2}"),
        ratio if ratio < 100.0 => format!("{ratio:.1}"),
        ratio => format!("{ratio:.0}"),
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
    let (value, unit) = match nanos {
        nanos if nanos < 1e3 => (nanos, "ns"),
        nanos if nanos < 1e6 => (nanos / 1e3, "µs"),
        nanos if nanos < 1e9 => (nanos / 1e6, "ms"),
        nanos => (nanos / 1e9, "s"),
    };
    let digits = match value {
        value if value < 10.0 => 2,
        value if value < 100.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$} {unit}")
}

pub(crate) fn megabytes(bytes: f64) -> String {
    let digits = usize::from(bytes < 1e8);
    format!("{:.digits$} MB", bytes / 1e6)
}
