//! What changed between two results: what got slower or faster, or takes more memory.
//!
//! Nothing pairs the rounds of two sittings, so medians are compared, and each side is
//! resampled on its own. A difference must be beyond the resolution of both.

mod circumstances;

use crate::{
    independent::{FEWEST, ratio_of_medians, resolution},
    results::{Kind, ModelResults, Results, Row, Sample},
    statistics::{Estimate, Verdict, median, verdict},
    summary,
};

/// What became of everything that both have.
#[derive(Debug, Default)]
pub struct Changes {
    /// Versions and other circumstances that are not the same.
    pub around: Vec<String>,
    /// One for each model.
    pub models: Vec<ModelChange>,
    /// What can't be compared, and why.
    pub apart: Vec<String>,
}

/// What became of one model.
#[derive(Debug)]
pub struct ModelChange {
    /// The model's name.
    pub name: String,
    /// The job in one line.
    pub job: String,
    /// The larger of the two resolutions.
    pub resolution: f64,
    /// Nanoseconds, old and new, where both have a floor.
    pub floors: Option<(f64, f64)>,
    /// One for each variant, peer and control.
    pub rows: Vec<RowChange>,
}

/// What became of one row.
#[derive(Debug)]
pub struct RowChange {
    /// Its name.
    pub name: String,
    /// Nanoseconds.
    pub time: Change,
    /// Bytes; none where one of them doesn't report any.
    pub memory: Option<Change>,
}

/// What became of a quantity.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// What it was.
    pub old: f64,
    /// What it is now.
    pub new: f64,
    /// New ÷ old.
    pub ratio: Estimate,
    /// `Slower` is more of it, whatever it is.
    pub verdict: Verdict,
}

/// What changed from the old to the new.
pub fn between(old: &Results, new: &Results) -> Changes {
    let mut changes = Changes::default();
    if let Some(why) = circumstances::other_machine(&old.host, &new.host) {
        changes.apart.push(why);
        return changes;
    }
    changes.around = circumstances::told(old, new);
    for old in &old.models {
        let same_name = || new.models.iter().filter(|new| new.name == old.name);
        let same_job = |new: &&ModelResults| new.args == old.args && new.job == old.job;
        match (same_name().find(same_job), same_name().next()) {
            (Some(new), _) => changes.add(old, new),
            (None, Some(new)) => changes.apart.push(format!(
                "{}: another job: {} (`{}`), now {} (`{}`)",
                old.name,
                old.job,
                old.args.join(" "),
                new.job,
                new.args.join(" ")
            )),
            (None, None) => changes.apart.push(format!("{}: only in the old", old.name)),
        }
    }
    for new in &new.models {
        if !old.models.iter().any(|old| old.name == new.name) {
            changes.apart.push(format!("{}: only in the new", new.name));
        }
    }
    changes
}

impl Changes {
    /// The rows whose time has this verdict, as `MODEL/ROW`.
    pub fn times(&self, verdict: Verdict) -> Vec<String> {
        self.rows(|row| row.time.verdict == verdict)
    }

    /// The rows that take more memory.
    pub fn larger(&self) -> Vec<String> {
        self.rows(|row| {
            let memory = row.memory.map(|memory| memory.verdict);
            memory == Some(Verdict::Slower)
        })
    }

    fn rows(&self, is_wanted: impl Fn(&RowChange) -> bool) -> Vec<String> {
        let of_model = |model: &ModelChange| -> Vec<String> {
            let rows = model.rows.iter().filter(|row| is_wanted(row));
            rows.map(|row| format!("{}/{}", model.name, row.name))
                .collect()
        };
        self.models.iter().flat_map(of_model).collect()
    }

    fn add(&mut self, old: &ModelResults, new: &ModelResults) {
        let name = &old.name;
        let (Some(first), Some(second)) = (old.resolution, new.resolution) else {
            let (old, new) = (old.rounds, new.rounds);
            self.apart.push(format!(
                "{name}: too few rounds to know the resolution ({old}, now {new})"
            ));
            return;
        };
        let resolution = first.max(second);
        let memory_resolution = memory_resolution(old).zip(memory_resolution(new));
        let mut rows = Vec::new();
        for old_row in old.rows.iter().filter(|row| row.kind != Kind::Control) {
            let Some(new_row) = new.rows.iter().find(|row| row.name == old_row.name)
            else {
                self.apart
                    .push(format!("{name}/{}: only in the old", old_row.name));
                continue;
            };
            if let Some(why) = cannot(old_row, new_row) {
                self.apart.push(format!("{name}/{}: {why}", old_row.name));
                continue;
            }
            let sides = [old_row, new_row];
            let Some(time) = change(sides.map(times), Some(resolution)) else {
                continue;
            };
            let memory = memory_resolution
                .and_then(|(old, new)| change(sides.map(peaks), Some(old.max(new))));
            rows.push(RowChange {
                name: old_row.name.clone(),
                time,
                memory,
            });
        }
        for row in new.rows.iter().filter(|row| row.kind != Kind::Control) {
            if !old.rows.iter().any(|old| old.name == row.name) {
                self.apart
                    .push(format!("{name}/{}: only in the new", row.name));
            }
        }
        if !rows.is_empty() {
            self.models.push(ModelChange {
                name: name.clone(),
                job: old.job.clone(),
                resolution,
                floors: old.floor().zip(new.floor()),
                rows,
            });
        }
    }
}

/// Why two rows can't be compared.
fn cannot(old: &Row, new: &Row) -> Option<String> {
    let last_failure = |row: &Row| row.failures.values().last().cloned();
    match (old.samples.len(), new.samples.len()) {
        (_, 0) => Some(match last_failure(new) {
            Some(why) if old.samples.is_empty() => format!("fails in both: {why}"),
            Some(why) => format!("fails now: {why}"),
            None => "no samples in the new".to_owned(),
        }),
        (0, _) => Some(match last_failure(old) {
            Some(why) => format!("failed in the old: {why}"),
            None => "no samples in the old".to_owned(),
        }),
        (old, new) if old.min(new) < FEWEST => {
            Some(format!("too few good rounds ({old}, now {new})"))
        }
        _ if !summary::is_comparable(old, new) => {
            Some("they did not do the same: different numbers of items are ok".to_owned())
        }
        _ => None,
    }
}

fn change([old, new]: [Vec<f64>; 2], resolution: Option<f64>) -> Option<Change> {
    let ratio = ratio_of_medians(&new, &old)?;
    Some(Change {
        old: median(&old)?,
        new: median(&new)?,
        ratio,
        verdict: verdict(&ratio, resolution),
    })
}

fn times(row: &Row) -> Vec<f64> {
    row.samples
        .iter()
        .map(|sample| sample.nanos as f64)
        .collect()
}

fn peaks(row: &Row) -> Vec<f64> {
    let peak = |sample: &Sample| Some(sample.memory?.peak as f64);
    row.samples.iter().filter_map(peak).collect()
}

/// By what factor the memory of the reference differs from its own under another name.
fn memory_resolution(model: &ModelResults) -> Option<f64> {
    let is_reference = |row: &&Row| row.name == model.reference;
    let reference = model.rows.iter().find(is_reference)?;
    let control = model.rows.iter().find(|row| row.kind == Kind::Control)?;
    resolution(&peaks(control), &peaks(reference))
}
