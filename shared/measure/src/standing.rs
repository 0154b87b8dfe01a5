//! How rows stand to the reference while rounds are still being run.

use crate::{
    results::{Kind, Row},
    statistics::{Estimate, Verdict, estimate_within, resolution, verdict},
    summary::{self, is_comparable},
};

/// One row's ratios to the reference so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// The row's name.
    pub name: String,
    /// Times the reference of the same round, in the order of the rounds.
    pub ratios: Vec<f64>,
    /// The estimate from the ratios.
    pub estimate: Estimate,
    /// The verdict so far.
    pub verdict: Verdict,
    /// Whether its job isn't quite that of the others, so that it leads nobody.
    pub does_another_job: bool,
}

/// All rows so far, but the reference, the control, and rows that share no round with the
/// reference. `tail` is the chance that an interval leaves the median out at one end.
pub fn standings(rows: &[Row], reference: &str, tail: f64) -> Vec<Standing> {
    let Some(first) = rows.iter().find(|row| row.name == reference) else {
        return Vec::new();
    };
    let resolution = resolution_of(rows, first);
    let others = rows
        .iter()
        .filter(|row| row.kind != Kind::Control && row.name != reference);
    let standing = |row: &Row| {
        let ratios = summary::ratios_of(row, first);
        let estimate = estimate_within(&ratios, tail)?;
        Some(Standing {
            name: row.name.clone(),
            ratios,
            estimate,
            verdict: match is_comparable(row, first) {
                true => verdict(&estimate, resolution),
                false => Verdict::Unknown,
            },
            does_another_job: row.another_job.is_some(),
        })
    };
    others.filter_map(standing).collect()
}

/// By what factor the reference differs from itself.
pub(crate) fn resolution_of(rows: &[Row], reference: &Row) -> Option<f64> {
    let control = rows.iter().find(|row| row.kind == Kind::Control)?;
    resolution(&summary::ratios_of(control, reference))
}

/// Which row leads so far, in a phrase; `None` where nothing is compared yet. Before
/// there are rounds enough for a verdict, the phrase has a "perhaps".
pub fn leading(standings: &[Standing], reference: &str) -> Option<String> {
    let least = |of: &dyn Fn(&&Standing) -> bool| {
        let same_job = standings
            .iter()
            .filter(|standing| !standing.does_another_job);
        let some = same_job.filter(|standing| of(standing));
        some.min_by(|a, b| a.estimate.median.total_cmp(&b.estimate.median))
    };
    let first = least(&|_| true)?;
    if let Some(faster) = least(&|standing| standing.verdict == Verdict::Faster) {
        let (name, ratio) = (&faster.name, faster.estimate.median);
        return Some(format!("{name} {ratio:.2} of {reference}"));
    }
    if standings.iter().all(|one| one.verdict != Verdict::Unknown) {
        return Some(format!("none faster than {reference}"));
    }
    Some(match first.estimate.median {
        ratio if ratio < 1.0 => {
            format!("perhaps {} {ratio:.2} of {reference}", first.name)
        }
        _ => format!("perhaps none faster than {reference}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(name: &str, median: f64, verdict: Verdict) -> Standing {
        Standing {
            name: name.to_owned(),
            ratios: vec![median],
            estimate: Estimate {
                median,
                interval: None,
            },
            verdict,
            does_another_job: name == "other",
        }
    }

    #[test]
    fn only_a_verdict_is_said_without_perhaps() {
        use Verdict::{Faster, Slower, Tie, Unknown};
        for (rows, said) in [
            (&[][..], None),
            (&[("a", 0.9, Unknown)], Some("perhaps a 0.90 of base")),
            (
                &[("a", 1.2, Unknown)],
                Some("perhaps none faster than base"),
            ),
            (
                &[("a", 0.9, Tie), ("b", 1.2, Slower)],
                Some("none faster than base"),
            ),
            (
                &[("a", 0.9, Tie), ("b", 0.95, Faster)],
                Some("b 0.95 of base"),
            ),
            (
                &[("a", 0.9, Faster), ("b", 0.5, Faster)],
                Some("b 0.50 of base"),
            ),
            (
                &[("a", 0.9, Faster), ("other", 0.1, Faster)],
                Some("a 0.90 of base"),
            ),
            (&[("other", 0.1, Faster)], None),
        ] {
            let rows = rows
                .iter()
                .map(|(name, median, verdict)| standing(name, *median, *verdict));
            let rows: Vec<_> = rows.collect();
            assert_eq!(leading(&rows, "base").as_deref(), said, "{rows:?}");
        }
    }
}
