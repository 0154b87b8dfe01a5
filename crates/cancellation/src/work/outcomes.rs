//! What became of every task, in eight bytes each: a million must not weigh more than the
//! tasks themselves.

use std::{collections::BTreeMap, fmt};

use fetching::Page;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, SeqAccess, Visitor},
    ser::SerializeSeq,
};
use test_fixtures::{Failure, Outcome};

/// How far a task has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It has not begun.
    Queued,
    /// It waits for a connection.
    Connecting,
    /// It has sent its request and waits for the answer's head.
    ReadingHead,
    /// It has the head and reads the body.
    ReadingBody,
    /// It sleeps, computes, blocks or waits for its process.
    Working,
}

impl Phase {
    const ALL: [Phase; 5] = [
        Phase::Queued,
        Phase::Connecting,
        Phase::ReadingHead,
        Phase::ReadingBody,
        Phase::Working,
    ];
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Queued => "queued",
            Phase::Connecting => "connecting",
            Phase::ReadingHead => "reading the head",
            Phase::ReadingBody => "reading the body",
            Phase::Working => "working",
        })
    }
}

/// What became of one task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Done, failed, panicked or cancelled. A fetch that was done has its page.
    pub outcome: Outcome<Option<Page>>,
    /// How far it had come.
    pub phase: Phase,
    /// When it had ended, in microseconds from the start of the job.
    pub at_us: u64,
}

/// The kind of an outcome, without what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// There is none yet.
    Pending,
    Ok,
    Cancelled,
    Failed,
    Panicked,
}

impl Kind {
    const ALL: [Kind; 5] = [
        Kind::Pending,
        Kind::Ok,
        Kind::Cancelled,
        Kind::Failed,
        Kind::Panicked,
    ];
}

/// A task's phase, the kind of its outcome, and when both came to be: nanoseconds from the
/// start of the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot(pub(super) u64);

impl Slot {
    pub(super) fn new(phase: Phase, kind: Kind, nanos: u64) -> Self {
        Self(nanos << 6 | (kind as u64) << 3 | phase as u64)
    }

    pub(super) fn phase(self) -> Phase {
        Phase::ALL[(self.0 & 7) as usize]
    }

    pub(super) fn kind(self) -> Kind {
        Kind::ALL[(self.0 >> 3 & 7) as usize]
    }

    pub(super) fn nanos(self) -> u64 {
        self.0 >> 6
    }
}

/// What belongs to an outcome, for the few that have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    Page(Page),
    Failure(Failure),
    Panic(String),
}

/// What became of every task, in input order. On the wire it is a list of [`Ended`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    pub(super) slots: Vec<Slot>,
    pub(super) details: BTreeMap<usize, Detail>,
}

impl Outcomes {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// What became of each.
    pub fn iter(&self) -> impl Iterator<Item = Ended> {
        (0..self.slots.len()).map(|index| self.ended(index))
    }

    /// What became of one.
    pub(crate) fn ended(&self, index: usize) -> Ended {
        let slot = self.slots[index];
        let outcome = match (slot.kind(), self.details.get(&index)) {
            (_, Some(Detail::Page(page))) => Outcome::Ok(Some(page.clone())),
            (_, Some(Detail::Failure(failure))) => Outcome::Failed(failure.clone()),
            (_, Some(Detail::Panic(message))) => Outcome::Panicked(message.clone()),
            (Kind::Ok, None) => Outcome::Ok(None),
            _ => Outcome::Cancelled,
        };
        Ended {
            outcome,
            phase: slot.phase(),
            at_us: slot.nanos() / 1000,
        }
    }

    fn push(&mut self, ended: Ended) -> Result<(), &'static str> {
        let (kind, detail) = match ended.outcome {
            Outcome::Ok(page) => (Kind::Ok, page.map(Detail::Page)),
            Outcome::Failed(failure) => (Kind::Failed, Some(Detail::Failure(failure))),
            Outcome::Panicked(message) => (Kind::Panicked, Some(Detail::Panic(message))),
            Outcome::Cancelled => (Kind::Cancelled, None),
            Outcome::TimedOut | Outcome::WorkerLost => {
                return Err("a task is ok, failed, panicked or cancelled");
            }
        };
        if let Some(detail) = detail {
            self.details.insert(self.slots.len(), detail);
        }
        let nanos = ended.at_us.min(u64::MAX >> 16) * 1000;
        self.slots.push(Slot::new(ended.phase, kind, nanos));
        Ok(())
    }
}

impl Serialize for Outcomes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.len()))?;
        for ended in self.iter() {
            list.serialize_element(&ended)?;
        }
        list.end()
    }
}

impl<'de> Deserialize<'de> for Outcomes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(List)
    }
}

struct List;

impl<'de> Visitor<'de> for List {
    type Value = Outcomes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of what became of each task")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Outcomes, A::Error> {
        let mut outcomes = Outcomes::default();
        while let Some(ended) = list.next_element()? {
            outcomes.push(ended).map_err(de::Error::custom)?;
        }
        Ok(outcomes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let json = r#"[{"outcome":{"ok":null},"phase":"working","at_us":1000},
            {"outcome":"cancelled","phase":"reading_head","at_us":500001},
            {"outcome":{"panicked":"asked to"},"phase":"queued","at_us":0}]"#;
        let outcomes: Outcomes = serde_json::from_str(json).expect("it is a list");
        let written = serde_json::to_string(&outcomes).expect("it can be written");
        assert_eq!(
            written,
            json.replace(char::is_whitespace, "")
                .replace("askedto", "asked to")
        );
    }

    #[test]
    fn no_task_has_an_outcome_of_another_model() {
        let json = r#"[{"outcome":"timed_out","phase":"working","at_us":1}]"#;
        assert!(serde_json::from_str::<Outcomes>(json).is_err());
    }
}
