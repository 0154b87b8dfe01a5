//! `compare faults`: every case against every variant, as a table: models x variants x cases.

use anyhow::Result;
use clap::Args;
use measure::model::{AnyModel, Contestant};
use test_fixtures::{Verdict, interrupt, name, not_run, print, shown, tell};

use crate::models::{self, MODELS, known_somewhere};

/// What to hold against what.
#[derive(Debug, Args)]
pub(crate) struct Faults {
    /// Only these models
    #[arg(value_name = "MODEL")]
    models: Vec<String>,
    /// Only these variants or peers, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "NAMES", value_parser = name)]
    variants: Vec<String>,
}

/// Judges the models' cases and prints each verdict as it is known. False if any fails.
pub(crate) fn run(faults: &Faults) -> Result<bool> {
    interrupt::listen()?;
    let Faults { models, variants } = faults;
    let models = match models.is_empty() {
        true => MODELS.to_vec(),
        false => models
            .iter()
            .map(|name| models::named(name))
            .collect::<Result<_, _>>()?,
    };
    known_somewhere(&models, variants)?;
    let mut all_well = true;
    let mut missing = Vec::new();
    for model in models {
        print(&format!("{}\n", model.name()))?;
        for contestant in model.contestants() {
            if !variants.is_empty() && !variants.contains(&contestant.name) {
                continue;
            }
            if let Err(why) = &contestant.runner {
                let id = format!("{}/{}", model.name(), contestant.name);
                missing.push((id, shown(why)));
                continue;
            }
            all_well &= judge(model, &contestant)?;
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

fn judge(model: &dyn AnyModel, contestant: &Contestant) -> Result<bool> {
    let name = &contestant.name;
    let mut held = 0;
    let mut notes = Vec::new();
    let mut all_well = true;
    model.judge(contestant, &mut |case, verdict| {
        match verdict {
            Verdict::Holds => held += 1,
            Verdict::Deviates(reason) => {
                notes.push(format!("deviates  {case}: {reason}"))
            }
            Verdict::Fails(why) => {
                all_well = false;
                notes.push(format!("FAILS     {case}: {why}"));
            }
            Verdict::Outdated => {
                all_well = false;
                notes.push(format!(
                    "FAILS     {case}: holds, though it is declared not to"
                ));
            }
        }
        Ok(())
    })?;
    print(&format!("  {name:17} {held} cases hold\n"))?;
    for note in notes {
        print(&format!("      {}\n", shown(&note)))?;
    }
    Ok(all_well)
}
