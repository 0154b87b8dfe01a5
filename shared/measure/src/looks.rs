//! A comparison that runs until it is decided: when it looks at its rounds, and what it
//! may conclude.
//!
//! A test that looks at the data again and again, and stops when a difference shows,
//! finds a false one more often than a single look does. So the times of the looks are
//! fixed beforehand, and each look has an equal part of the chance of error. By
//! Bonferroni's inequality all of them together are wrong at most as often as one look at
//! 95 %. The last look may be due earlier, when the budget is spent, since that does not
//! depend on which row leads.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    results::{Kind, ModelResults, Row},
    standing::resolution_of,
    statistics::{TAIL, Verdict, estimate_within, verdict},
    summary::{is_comparable, ratios_of},
};

/// The factor below which a difference decides no choice. Two rows are alike where their
/// interval lies within it. The resolution would not do: with few rounds it is coarse,
/// and more rounds make it finer, so that a tie within it may still change.
pub const NEGLIGIBLE: f64 = 1.05;

/// The numbers of rounds after which the rounds are looked at: each twice the one before.
const DOUBLING: [usize; 6] = [8, 16, 32, 64, 128, 256];

/// After which rounds to look, and how sure to be at each look.
#[derive(Clone, Debug)]
pub struct Looks {
    after: Vec<usize>,
    tail: f64,
}

impl Looks {
    /// Those by which all looks together are wrong at most 5 times in 100.
    #[must_use]
    pub fn doubling() -> Self {
        Self {
            after: DOUBLING.to_vec(),
            tail: TAIL / DOUBLING.len() as f64,
        }
    }

    /// What one would do without thinking: a look after each round, at 95 %.
    #[cfg(test)]
    pub(crate) fn naive(most: usize) -> Self {
        Self {
            after: (crate::statistics::FEWEST..=most).collect(),
            tail: TAIL,
        }
    }

    /// The chance that an interval leaves the median out at one end, at each look.
    pub fn tail(&self) -> f64 {
        self.tail
    }

    /// Rounds before which there is no look, whatever the budget.
    pub(crate) fn fewest(&self) -> usize {
        self.after[0]
    }

    /// Rounds after which there is no further look.
    pub(crate) fn most(&self) -> usize {
        self.after[self.after.len() - 1]
    }

    pub(crate) fn are_due(&self, rounds: usize) -> bool {
        self.after.contains(&rounds)
    }
}

/// How a comparison ended that ran until it was decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decided {
    /// The chance that an interval leaves the median out at one end.
    pub tail: f64,
    /// Pairs that more rounds could have decided.
    pub undecided: Vec<(String, String)>,
}

/// Pairs of rows that are neither called different nor known to be alike. Rows that did
/// not do the same work are in no pair. Nor are rows that are left out, as they'd have no
/// more samples.
pub(crate) fn undecided(
    rows: &[Row],
    left_out: &BTreeSet<String>,
    reference: &str,
    tail: f64,
) -> Vec<(String, String)> {
    let first = rows.iter().find(|row| row.name == reference);
    let resolution = first.and_then(|first| resolution_of(rows, first));
    let rows_on: Vec<&Row> = rows
        .iter()
        .filter(|row| row.kind != Kind::Control && !left_out.contains(&row.name))
        .collect();
    let mut pairs = Vec::new();
    for (index, first) in rows_on.iter().enumerate() {
        for second in &rows_on[index + 1..] {
            if is_comparable(first, second)
                && !is_decided(&ratios_of(second, first), resolution, tail)
            {
                pairs.push((first.name.clone(), second.name.clone()));
            }
        }
    }
    pairs
}

/// Whether two are called different, or so much alike that more rounds would not matter.
fn is_decided(ratios: &[f64], resolution: Option<f64>, tail: f64) -> bool {
    let Some(ratio) = estimate_within(ratios, tail) else {
        return false;
    };
    match (verdict(&ratio, resolution), ratio.interval) {
        (Verdict::Faster | Verdict::Slower, _) => true,
        (Verdict::Tie, Some((low, high))) => high.max(low.recip()) <= NEGLIGIBLE,
        _ => false,
    }
}

/// The sentence about the end: that all is decided, or which pairs are not. `None` where
/// it did not run until it was decided.
pub fn sentence(results: &ModelResults) -> Option<String> {
    /// Pairs that are named.
    const NAMED: usize = 3;
    let decided = results.decided.as_ref()?;
    let (name, rounds) = (&results.name, results.rounds);
    if results.resolution.is_none() {
        return Some(format!(
            "{name}: nothing could be decided in {rounds} rounds, since {} has too few \
             times",
            results.reference
        ));
    }
    let count = decided.undecided.len();
    let named = decided.undecided.iter().take(NAMED);
    let named: Vec<_> = named
        .map(|(first, second)| format!("{first} and {second}"))
        .collect();
    let more = match count.saturating_sub(NAMED) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    Some(match count {
        0 => format!("{name}: every pair is decided after {rounds} rounds"),
        _ => format!(
            "{name}: undecided after {rounds} rounds: {}{more}",
            named.join("; ")
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        mock::{Machine, Mock, run_until},
        progress::Progress,
    };

    #[test]
    fn all_looks_together_have_the_chance_of_one() {
        let looks = Looks::doubling();
        assert!(looks.tail() * looks.after.len() as f64 <= TAIL);
        // The first look is one at which there can be an interval.
        let ratios = vec![1.0; looks.fewest()];
        let first = estimate_within(&ratios, looks.tail()).expect("there are samples");
        assert!(first.interval.is_some());
        assert!(looks.after.windows(2).all(|pair| pair[1] == 2 * pair[0]));
        assert!(looks.are_due(8) && looks.are_due(256) && !looks.are_due(9));
    }

    #[test]
    fn what_is_undecided_at_the_end_is_said() {
        const WILD: Machine = Machine {
            name: "wild",
            round: 0.0,
            persistence: 0.0,
            reference: 0.5,
            trial: 0.5,
            tail: 0.0,
        };
        let entrants = [("far", 50.0), ("a", 1.0), ("b", 1.0), ("c", 1.0)];
        let run = |machine, most, until| {
            let mock = Mock::new(machine, &entrants, 1);
            run_until(mock, most, until, 1, &Progress::shown())
        };
        let said = |results| sentence(&results);
        assert_eq!(said(run(WILD, 8, None)), None);
        assert_eq!(
            said(run(WILD, 20, Some(Looks::doubling()))).as_deref(),
            Some(
                "mock: undecided after 20 rounds: reference and a; reference and b; \
                 reference and c; and 3 more"
            )
        );
        assert_eq!(
            said(run(WILD, 3, Some(Looks::doubling()))).as_deref(),
            Some(
                "mock: nothing could be decided in 3 rounds, since reference has too few \
                 times"
            )
        );
        let quiet = Machine {
            reference: 0.001,
            trial: 0.001,
            ..WILD
        };
        assert_eq!(
            said(run(quiet, 200, Some(Looks::doubling()))).as_deref(),
            Some("mock: every pair is decided after 8 rounds")
        );
    }

    #[test]
    fn decided_is_apart_or_alike() {
        let ten = |low: f64, high: f64| -> Vec<f64> {
            (0..10)
                .map(|at| low + (high - low) * f64::from(at) / 9.0)
                .collect()
        };
        for (ratios, resolution, is) in [
            (ten(1.2, 1.3), Some(1.01), true),
            (ten(0.7, 0.8), Some(1.01), true),
            (ten(0.97, 1.03), Some(1.001), true),
            (ten(0.97, 1.03), Some(1.2), true),
            // It may still be either: by the rows, or by the machine.
            (ten(0.90, 1.10), Some(1.2), false),
            (ten(0.90, 1.10), Some(1.01), false),
            (ten(0.99, 1.30), Some(1.01), false),
            // Nothing is known of it.
            (ten(1.2, 1.3), None, false),
            (vec![1.2; 7], Some(1.01), false),
            (Vec::new(), Some(1.01), false),
        ] {
            let tail = Looks::doubling().tail();
            assert_eq!(is_decided(&ratios, resolution, tail), is, "{ratios:?}");
        }
    }
}
