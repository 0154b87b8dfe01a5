//! `compare faults`: every case against every variant, as a table: models x variants x cases.

use anyhow::Result;
use clap::Args;
use measure::model::{AnyModel, Contestant};
use test_fixtures::{Verdict, interrupt, name, print, shown, tell};

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
    for model in models {
        print(&format!("{}\n", model.name()))?;
        for contestant in model.contestants() {
            if !variants.is_empty() && !variants.contains(&contestant.name) {
                continue;
            }
            all_well &= judge(model, &contestant)?;
            if interrupt::received().is_some() {
                tell("interrupted: not all cases were judged");
                return Ok(false);
            }
        }
    }
    Ok(all_well)
}

fn judge(model: &dyn AnyModel, contestant: &Contestant) -> Result<bool> {
    let name = &contestant.name;
    if let Err(missing) = &contestant.runner {
        print(&format!("  {name:17} {}\n", shown(missing)))?;
        return Ok(true);
    }
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
