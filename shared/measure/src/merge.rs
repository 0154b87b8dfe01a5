//! Results of several machines in one document.
//!
//! Seconds stay with their machine, whose results are kept whole. What is laid side by side
//! are ratios: to the reference and to the floor, both measured on the same machine.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{
    results::{Kind, ModelResults, Results, Row},
    statistics::{Estimate, Verdict, median},
};

/// The version of the merged form.
const VERSION: u32 = 1;

/// Results of several machines.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Merged {
    /// The version of the form.
    pub version: u32,
    /// One for each machine.
    pub machines: Vec<Machine>,
    /// One for each model.
    pub models: Vec<MergedModel>,
}

/// A machine with all that it measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Machine {
    /// A letter, by the order of the files.
    pub name: String,
    /// Where its results were read.
    pub file: PathBuf,
    /// All that it measured.
    pub results: Results,
}

/// One model's job, on all machines that did it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MergedModel {
    /// The model's name.
    pub name: String,
    /// The arguments that the job was given.
    pub args: Vec<String>,
    /// The variant that ratios are to.
    pub reference: String,
    /// One for each machine.
    pub machines: Vec<JobOn>,
    /// One for each variant, peer and control.
    pub rows: Vec<MergedRow>,
}

/// A job as a machine understood it: what is not given by arguments may be by its cores.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JobOn {
    /// The machine's letter.
    pub machine: String,
    /// The job in one line.
    pub job: String,
}

/// One row, as each machine saw it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MergedRow {
    /// Its name.
    pub name: String,
    /// What it stands for.
    pub kind: Kind,
    /// Whether its packages are discontinued.
    pub legacy: bool,
    /// The median over machines; none where no machine has one.
    pub to_reference: Option<f64>,
    /// The median over machines; none where no machine has one.
    pub to_floor: Option<f64>,
    /// Whether one machine calls it faster where another calls it slower or a tie.
    pub is_disputed: bool,
    /// One for each machine.
    pub machines: Vec<Measured>,
}

/// What one machine measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Measured {
    /// The machine's letter.
    pub machine: String,
    /// Times the reference.
    pub to_reference: Option<Estimate>,
    /// Times the floor.
    pub to_floor: Option<Estimate>,
    /// How it compares with the reference.
    pub verdict: Option<Verdict>,
    /// Why there is no measurement, or the last failure beside one.
    pub failure: Option<String>,
}

/// Lays what the machines measured side by side: each is a file with its results.
pub fn of(files: impl IntoIterator<Item = (PathBuf, Results)>) -> Merged {
    let machines = files.into_iter().enumerate();
    let machines: Vec<Machine> = machines
        .map(|(index, (file, results))| Machine {
            name: letter(index),
            file,
            results,
        })
        .collect();
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
