//! `compare faults`: every case against every variant, as a table: models x variants x cases.

use anyhow::Result;
use clap::Args;
use measure::model::{AnyModel, Contestant};
use test_fixtures::{Verdict, interrupt, name, not_run, print, shown, tell, whole};

use crate::models::{self, MODELS, cases_known_somewhere, known_somewhere};

/// What to hold against what.
#[derive(Debug, Args)]
pub(crate) struct Faults {
    /// Only these models
    #[arg(value_name = "MODEL")]
    models: Vec<String>,
    /// Only these variants or peers, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "NAMES", value_parser = name)]
    variants: Vec<String>,
    /// Only these cases, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "NAMES", value_parser = name)]
    cases: Vec<String>,
    /// How often to run each case, which fails if it does once
    #[arg(long, value_name = "N", default_value = "1", value_parser = whole::<u32>(1..=1000))]
    times: u32,
}

/// Judges the models' cases and prints each verdict as it is known. False if any fails.
pub(crate) fn run(faults: &Faults) -> Result<bool> {
    interrupt::listen()?;
    let Faults {
        models,
        variants,
        cases,
        times,
    } = faults;
    let models = match models.is_empty() {
        true => MODELS.to_vec(),
        false => models
            .iter()
            .map(|name| models::named(name))
            .collect::<Result<_, _>>()?,
    };
    known_somewhere(&models, variants)?;
    cases_known_somewhere(&models, cases)?;
    let is_wanted = |case: &&str| cases.is_empty() || cases.iter().any(|one| one == case);
    let mut all_well = true;
    let mut missing = Vec::new();
    for model in models {
        let cases: Vec<_> = model.cases().into_iter().filter(is_wanted).collect();
        if cases.is_empty() {
            continue;
        }
        print(&format!("{}\n", model.name()))?;
        for mut contestant in model.contestants() {
            if !variants.is_empty() && !variants.contains(&contestant.name) {
                continue;
            }
            contestant.make_ready();
            if let Err(why) = &contestant.runner {
                let id = format!("{}/{}", model.name(), contestant.name);
                missing.push((id, shown(why)));
                continue;
            }
            all_well &= judge(model, &contestant, &cases, *times)?;
            if interrupt::received().is_some() {
                tell("interrupted: not all cases were judged");
                return Ok(false);
            }
        }
    }
    let missing = missing.iter().map(|(id, why)| (id, why.as_str()));
    for line in not_run(missing) {
        print(&format!("{line}\n"))?;
    }
    Ok(all_well)
}

fn judge(
    model: &dyn AnyModel,
    contestant: &Contestant,
    cases: &[&'static str],
    times: u32,
) -> Result<bool> {
    let name = &contestant.name;
    let [mut held, mut judged] = [0; 2];
    let mut notes = Vec::new();
    let mut all_well = true;
    let of_all = |count: u32| match times {
        1 => String::new(),
        _ => format!(", {count} of {times} times"),
    };
    for case in cases {
        let outcome = repeated(times, || model.judge(contestant, case))?;
        if interrupt::received().is_some() {
            break;
        }
        let Some(outcome) = outcome else {
            continue;
        };
        judged += 1;
        match outcome {
            Judged::Holds => held += 1,
            Judged::Deviates(count, reason) => {
                notes.push(format!("deviates  {case}{}: {reason}", of_all(count)));
            }
            Judged::Fails(count, why) => {
                all_well = false;
                notes.push(format!("FAILS     {case}{}: {why}", of_all(count)));
            }
        }
    }
    let told = match (judged, held) {
        (0, _) if interrupt::received().is_none() => "not for peers".to_owned(),
        (_, 1) => "1 case holds".to_owned(),
        _ => format!("{held} cases hold"),
    };
    print(&format!("  {name:17} {told}\n"))?;
    for note in notes {
        print(&format!("      {}\n", shown(&note)))?;
    }
    Ok(all_well)
}

/// What came of a case in all its runs.
#[derive(Debug, PartialEq)]
enum Judged {
    Holds,
    /// As is declared, in so many of the runs.
    Deviates(u32, &'static str),
    /// In so many of the runs, and why it did the last time.
    Fails(u32, String),
}

/// Runs a case so often; `None` where it is not for the contestant, or was interrupted,
/// which shows nothing about it.
fn repeated(
    times: u32,
    mut judge: impl FnMut() -> Result<Option<Verdict>>,
) -> Result<Option<Judged>> {
    let mut judged = Judged::Holds;
    let mut outdated = 0;
    for _ in 0..times {
        let Some(verdict) = judge()?.filter(|_| interrupt::received().is_none()) else {
            return Ok(None);
        };
        let count = match judged {
            Judged::Holds => 1,
            Judged::Deviates(count, _) | Judged::Fails(count, _) => count + 1,
        };
        match verdict {
            Verdict::Holds => {}
            Verdict::Deviates(reason) => judged = Judged::Deviates(count, reason),
            Verdict::Fails(why) => judged = Judged::Fails(count, why),
            Verdict::Outdated => outdated += 1,
        }
    }
    // What deviates now and then holds in some of the runs.
    if outdated == times {
        let why = "holds, though it is declared not to".to_owned();
        judged = Judged::Fails(times, why);
    }
    Ok(Some(judged))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(verdicts: &[Verdict]) -> Option<Judged> {
        let mut verdicts = verdicts.iter().cloned();
        let times = verdicts.len() as u32;
        repeated(times, || Ok(verdicts.next())).expect("no run goes wrong")
    }

    #[test]
    fn a_case_that_fails_once_fails() {
        let holds = Verdict::Holds;
        let fails = |why: &str| Verdict::Fails(why.to_owned());
        assert_eq!(judged(&[holds.clone(), holds.clone()]), Some(Judged::Holds));
        for (verdicts, count, why) in [
            (vec![fails("a"), holds.clone()], 1, "a"),
            (vec![holds.clone(), fails("a")], 1, "a"),
            (vec![fails("a"), holds, fails("b")], 2, "b"),
        ] {
            let due = Judged::Fails(count, why.to_owned());
            assert_eq!(judged(&verdicts), Some(due));
        }
    }

    #[test]
    fn a_deviation_that_is_seen_once_is_not_out_of_date() {
        let [deviates, outdated] = [Verdict::Deviates("declared"), Verdict::Outdated];
        for (verdicts, count) in [
            (vec![deviates.clone(), outdated.clone()], 1),
            (vec![outdated.clone(), deviates.clone(), deviates], 2),
        ] {
            let due = Judged::Deviates(count, "declared");
            assert_eq!(judged(&verdicts), Some(due));
        }
        let why = "holds, though it is declared not to".to_owned();
        assert_eq!(
            judged(&[outdated.clone(), outdated]),
            Some(Judged::Fails(2, why))
        );
    }

    #[test]
    fn a_case_that_is_not_for_a_contestant_is_not_judged() {
        assert_eq!(repeated(2, || Ok(None)).expect("nothing goes wrong"), None);
    }
}
