//! Results of several machines in one document.
//!
//! Seconds stay with their machine, whose results are kept whole. What is laid side by side
//! are ratios: to the reference and to the floor, both measured on the same machine.

mod table;

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde::{Deserialize, Serialize};
use test_fixtures::{Misuse, print};

use crate::{
    export, read,
    results::{Kind, ModelResults, Results, Row},
    statistics::{Estimate, Verdict, median},
    table::Style,
};

/// The version of the merged form.
const VERSION: u32 = 1;

/// What to merge, and what to make of it.
#[derive(Clone, Debug, Args)]
pub(crate) struct Merge {
    /// Files of results, one a machine
    #[arg(required = true, num_args = 2.., value_name = "RESULTS.json")]
    files: Vec<PathBuf>,
    /// Print the merged document instead of tables
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// Print tables in Markdown
    #[arg(long)]
    markdown: bool,
    /// Write the merged document here, too
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Results of several machines.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Merged {
    pub(crate) version: u32,
    pub(crate) machines: Vec<Machine>,
    pub(crate) models: Vec<MergedModel>,
}

/// A machine with all that it measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Machine {
    /// A letter, by the order of the files.
    pub(crate) name: String,
    pub(crate) file: PathBuf,
    pub(crate) results: Results,
}

/// One model's job, on all machines that did it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MergedModel {
    pub(crate) name: String,
    pub(crate) args: Vec<String>,
    /// The variant that ratios are to.
    pub(crate) reference: String,
    pub(crate) machines: Vec<JobOn>,
    pub(crate) rows: Vec<MergedRow>,
}

/// A job as a machine understood it: what is not given by arguments may be by its cores.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct JobOn {
    pub(crate) machine: String,
    pub(crate) job: String,
}

/// One row, as each machine saw it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MergedRow {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) legacy: bool,
    /// The median over machines; none where no machine has one.
    pub(crate) to_reference: Option<f64>,
    /// The median over machines; none where no machine has one.
    pub(crate) to_floor: Option<f64>,
    /// Whether one machine calls it faster where another calls it slower or a tie.
    pub(crate) is_disputed: bool,
    pub(crate) machines: Vec<Measured>,
}

/// What one machine measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Measured {
    pub(crate) machine: String,
    pub(crate) to_reference: Option<Estimate>,
    pub(crate) to_floor: Option<Estimate>,
    pub(crate) verdict: Option<Verdict>,
    /// Why there is nothing, or the last failure beside what there is.
    pub(crate) failure: Option<String>,
}

/// Merges files, and prints what came of it.
pub(crate) fn run(merge: &Merge) -> Result<()> {
    if let Some(out) = &merge.out {
        let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty());
        if out.file_name().is_none() || out.is_dir() {
            let why = format!("--out {}: name a file", out.display());
            return Err(Misuse(why).into());
        }
        export::prepare(parent.unwrap_or(Path::new(".")), "--out")?;
    }
    for (place, file) in merge.files.iter().enumerate() {
        if merge.files[..place].contains(file) {
            let why =
                format!("{} is named twice: name one file a machine", file.display());
            return Err(Misuse(why).into());
        }
    }
    let merged = merged(&merge.files)?;
    let json = || Ok::<_, anyhow::Error>(serde_json::to_string_pretty(&merged)? + "\n");
    if let Some(out) = &merge.out {
        export::whole(out, &json()?, "--out")?;
    }
    match (merge.json, merge.markdown) {
        (true, _) => print(&json()?),
        (_, true) => print(&table::render(&merged, Style::Markdown)),
        _ => print(&table::render(&merged, Style::Terminal)),
    }
}

fn merged(files: &[PathBuf]) -> Result<Merged> {
    let machines = files
        .iter()
        .enumerate()
        .map(|(index, file)| {
            Ok(Machine {
                name: letter(index),
                file: file.clone(),
                results: read::results(file)?,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(of(machines))
}

/// Lays what the machines measured side by side.
fn of(machines: Vec<Machine>) -> Merged {
    let mut models: Vec<MergedModel> = Vec::new();
    for machine in &machines {
        for model in &machine.results.models {
            let known = models.iter_mut().find(|known| {
                known.name == model.name
                    && known.args == model.args
                    && known.reference == model.reference
            });
            match known {
                Some(known) => known.add(machine, model),
                None => {
                    let mut new = MergedModel {
                        name: model.name.clone(),
                        args: model.args.clone(),
                        reference: model.reference.clone(),
                        machines: Vec::new(),
                        rows: Vec::new(),
                    };
                    new.add(machine, model);
                    models.push(new);
                }
            }
        }
    }
    models.iter_mut().for_each(MergedModel::sum_up);
    Merged {
        version: VERSION,
        machines,
        models,
    }
}

impl MergedModel {
    fn add(&mut self, machine: &Machine, model: &ModelResults) {
        self.machines.push(JobOn {
            machine: machine.name.clone(),
            job: model.job.clone(),
        });
        for row in &model.rows {
            let measured = measured(machine, row);
            match self.rows.iter_mut().find(|known| known.name == row.name) {
                Some(known) => known.machines.push(measured),
                None => self.rows.push(MergedRow {
                    name: row.name.clone(),
                    kind: row.kind,
                    legacy: row.legacy,
                    to_reference: None,
                    to_floor: None,
                    is_disputed: false,
                    machines: vec![measured],
                }),
            }
        }
    }

    fn sum_up(&mut self) {
        for row in &mut self.rows {
            let medians = |ratio: fn(&Measured) -> Option<Estimate>| {
                let ratios = row.machines.iter().filter_map(ratio);
                median(&ratios.map(|ratio| ratio.median).collect::<Vec<_>>())
            };
            row.to_reference = medians(|measured| measured.to_reference);
            row.to_floor = medians(|measured| measured.to_floor);
            let mut known = row
                .machines
                .iter()
                .filter_map(|measured| measured.verdict)
                .filter(|verdict| *verdict != Verdict::Unknown);
            let first = known.next();
            row.is_disputed = known.any(|verdict| Some(verdict) != first);
        }
    }
}

fn measured(machine: &Machine, row: &Row) -> Measured {
    let summary = row.summary.as_ref();
    Measured {
        machine: machine.name.clone(),
        to_reference: summary.and_then(|summary| summary.to_reference),
        to_floor: summary.and_then(|summary| summary.to_floor),
        verdict: summary.and_then(|summary| summary.verdict),
        failure: row.failures.values().last().cloned(),
    }
}

/// A to Z, then A2 to Z2 and so on.
fn letter(index: usize) -> String {
    let letter = char::from(b'A' + (index % 26) as u8);
    match index / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{}", round + 1),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_machine_has_a_name_of_its_own() {
        assert_eq!([0, 25, 26].map(super::letter), ["A", "Z", "A2"]);
    }
}
