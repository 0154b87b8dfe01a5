//! What the check saw, and the least time that a job could take.

use std::{collections::BTreeMap, fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{Class, Outcome};

/// What the check saw of one trial, in the order in which to show it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// What it saw.
    pub seen: Vec<Fact>,
    /// Promises of the model that the output does not keep. Each is a failure, unless the
    /// variant declares it as a deviation; then it is shown beside the time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breaches: Vec<Breach>,
    /// How much of the job was done as the job asks: rows are compared where it is the
    /// same and not nothing. None where the check accepts no output that did less than
    /// all, and in results of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<Done>,
    /// Whether the times are the load's own rather than the variant's, since a load from
    /// outside could not do as it was to.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_of_load: bool,
}

/// Items that ended as the job asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// How many did.
    pub items: u64,
    /// How many there were.
    pub of: u64,
}

/// A promise of the model that an output does not keep, although it is whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Breach {
    /// The case that holds variants to the promise.
    pub case: String,
    /// What was seen instead: "peak in flight 50 of 100".
    pub why: String,
    /// Whether nothing but the variant can be the cause. Where a busy machine could be, it
    /// is no failure, and is shown only if it is declared.
    pub is_certain: bool,
}

/// One thing that the check saw: "peak in flight 10 of 10".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is: "peak in flight".
    pub name: String,
    /// How much of it there was.
    pub value: Value,
    /// How much of it there could be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<u64>,
    /// Whether tables have a column for it: it is what the job was run for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub column: bool,
}

/// A fact's value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A count.
    Count(u64),
    /// A ratio or a measure; its unit is in the fact's name.
    Number(f64),
    /// Words.
    Text(String),
}

impl Facts {
    /// No facts yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a count.
    pub fn count(mut self, name: &str, value: u64) -> Self {
        self.push(name, Value::Count(value), None);
        self
    }

    /// Adds a count out of a number that it can't pass.
    pub fn count_of(mut self, name: &str, value: u64, of: u64) -> Self {
        self.push(name, Value::Count(value), Some(of));
        self
    }

    /// Adds a measure; the name carries its unit.
    pub fn number(mut self, name: &str, value: f64) -> Self {
        self.push(name, Value::Number(value), None);
        self
    }

    /// Adds a measure that tables have a column for: what the job was run for.
    pub fn column(self, name: &str, value: f64) -> Self {
        let mut facts = self.number(name, value);
        if let Some(last) = facts.seen.last_mut() {
            last.column = true;
        }
        facts
    }

    /// Adds words.
    pub fn text(mut self, name: &str, value: impl Into<String>) -> Self {
        self.push(name, Value::Text(value.into()), None);
        self
    }

    /// Adds how many items had which outcome, failures by their class. An outcome that no
    /// item had is left out, except `ok`. Those that are ok are what was done, until
    /// [`done`](Self::done) says otherwise.
    pub fn outcomes<T>(mut self, outcomes: &[Outcome<T>]) -> Self {
        let ok = outcomes.iter().filter(|o| o.ok().is_some()).count();
        self.push("ok", Value::Count(ok as u64), Some(outcomes.len() as u64));
        self = self.done(ok, outcomes.len());
        let mut classes: BTreeMap<Class, u64> = BTreeMap::new();
        for outcome in outcomes {
            if let Outcome::Failed(failure) = outcome {
                *classes.entry(failure.class).or_default() += 1;
            }
        }
        for (class, count) in classes {
            self.push(&format!("failed ({class})"), Value::Count(count), None);
        }
        for word in ["panicked", "timed out", "cancelled", "worker lost"] {
            let count = outcomes.iter().filter(|o| o.word() == word).count();
            if count > 0 {
                self.push(word, Value::Count(count as u64), None);
            }
        }
        self
    }

    /// Notes how many items ended as the job asks, of how many: where a task is to be
    /// cancelled, one that was.
    pub fn done(mut self, items: usize, of: usize) -> Self {
        let (items, of) = (items as u64, of as u64);
        self.done = Some(Done { items, of });
        self
    }

    /// Notes that the times are the load's own.
    pub fn of_load(mut self) -> Self {
        self.is_of_load = true;
        self
    }

    /// Adds a promise that is not kept, by the name of the case that is about it.
    pub fn breach(self, case: &str, why: impl Into<String>) -> Self {
        self.breach_if(case, why, true)
    }

    /// The same where a busy machine could be the cause, unless it `is_certain`.
    pub fn breach_if(
        mut self,
        case: &str,
        why: impl Into<String>,
        is_certain: bool,
    ) -> Self {
        let (case, why) = (case.to_owned(), why.into());
        self.breaches.push(Breach {
            case,
            why,
            is_certain,
        });
        self
    }

    fn push(&mut self, name: &str, value: Value, of: Option<u64>) {
        self.seen.push(Fact {
            name: name.to_owned(),
            value,
            of,
            column: false,
        });
    }
}

impl fmt::Display for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fact) in self.seen.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{fact}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Count(count) => write!(f, "{} {count}", self.name)?,
            Value::Number(number) => write!(f, "{} {number:.2}", self.name)?,
            Value::Text(text) => write!(f, "{} {text}", self.name)?,
        }
        match self.of {
            Some(of) => write!(f, " of {of}"),
            None => Ok(()),
        }
    }
}

/// The least time that a job could take on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Floor {
    /// Nanoseconds.
    pub nanos: u64,
    /// What bounds it: "20 ms × 100 requests ÷ 10 permits".
    pub reason: String,
    /// Nanoseconds of the same work on one core, where that is known: the size of a job
    /// from which it pays to share it is where this is passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_core: Option<u64>,
    /// Nanoseconds after which the job is cut off, where it has a deadline. For a job
    /// that ends later, the delay means more than a ratio. A floor beyond the deadline
    /// can't keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<u64>,
    /// The floors of rows whose work has another bound than that of most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<OtherFloor>,
}

/// The least time of some rows, which is not that of the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherFloor {
    /// The names of the variants and peers.
    pub rows: Vec<String>,
    /// Nanoseconds.
    pub nanos: u64,
    /// What bounds them.
    pub reason: String,
}

impl OtherFloor {
    /// Whether it is the floor of this row, or of the variant of a row `tokio@1.45.0`.
    pub fn is_of(&self, row: &str) -> bool {
        let variant = row.split('@').next();
        self.rows.iter().any(|name| Some(&**name) == variant)
    }
}

impl Floor {
    /// A floor of `time`, because of `reason`.
    pub fn new(time: Duration, reason: impl Into<String>) -> Self {
        Self {
            nanos: time.as_nanos() as u64,
            reason: reason.into(),
            one_core: None,
            deadline: None,
            others: Vec::new(),
        }
    }

    /// The same floor, and for these rows another one.
    #[must_use]
    pub fn but(
        mut self,
        rows: &[&str],
        time: Duration,
        reason: impl Into<String>,
    ) -> Self {
        self.others.push(OtherFloor {
            rows: rows.iter().map(|row| (*row).to_owned()).collect(),
            nanos: time.as_nanos() as u64,
            reason: reason.into(),
        });
        self
    }

    /// The lesser of two floors of one job, figure by figure: whatever else the machine
    /// does only adds.
    #[must_use]
    pub fn least(self, other: Self) -> Self {
        let (mut less, more) = match self.nanos <= other.nanos {
            true => (self, other),
            false => (other, self),
        };
        less.one_core = less.one_core.into_iter().chain(more.one_core).min();
        for (less, more) in less.others.iter_mut().zip(more.others) {
            less.nanos = less.nanos.min(more.nanos);
        }
        less
    }

    /// The floor of a row in nanoseconds.
    pub fn of(&self, row: &str) -> u64 {
        let other = self.others.iter().find(|other| other.is_of(row));
        other.map_or(self.nanos, |other| other.nanos)
    }

    /// The same floor, of a job that a deadline cuts off.
    #[must_use]
    pub fn deadline(self, time: Duration) -> Self {
        let deadline = Some(time.as_nanos() as u64);
        Self { deadline, ..self }
    }

    /// The deadline, where nothing can keep it.
    pub fn missed(&self) -> Option<u64> {
        self.deadline.filter(|deadline| *deadline < self.nanos)
    }

    /// The same floor, of work that takes one core so long.
    #[must_use]
    pub fn one_core(self, time: Duration) -> Self {
        let one_core = Some(time.as_nanos() as u64);
        Self { one_core, ..self }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Floor;

    #[test]
    fn the_lesser_floor_is_so_in_every_figure() {
        let floor = |nanos: [u64; 3], reason: &str| {
            let [all, one_core, other] = nanos.map(Duration::from_nanos);
            Floor::new(all, reason)
                .one_core(one_core)
                .but(&["mmap"], other, reason)
        };
        let (first, second) = (floor([3, 9, 4], "first"), floor([2, 10, 5], "second"));
        for least in [first.clone().least(second.clone()), second.least(first)] {
            assert_eq!(least.of("std_only"), 2);
            assert_eq!(least.of("mmap"), 4);
            assert_eq!(least.one_core, Some(9));
            assert_eq!(least.reason, "second");
        }
    }
}
