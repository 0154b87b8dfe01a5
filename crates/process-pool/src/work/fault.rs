//! What is to go wrong in a task.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use test_fixtures::Misuse;

/// One thing that is to go wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// In this task; in every task if there is none.
    pub task: Option<usize>,
    /// What.
    pub kind: FaultKind,
    /// At every attempt, not only at the first.
    pub always: bool,
}

/// What goes wrong. Each has its case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The worker is killed in the middle of the task.
    Kill = 1,
    /// It exits with code 0 and without a reply.
    Exit,
    /// It aborts.
    Abort,
    /// The task panics.
    Panic,
    /// The worker is stopped, and never continued.
    Stop,
    /// It answers with a frame of the wrong magic.
    CorruptMagic,
    /// It answers with a frame that claims 4 GiB.
    HugeLength,
    /// It answers with half a frame, and exits.
    ShortFrame,
    /// It writes 4 MiB to its standard error first.
    FloodStderr,
    /// The task has 8 MiB of ballast, and so has its reply.
    Big,
}

impl FaultKind {
    /// All of them, with their names.
    pub const ALL: [(&'static str, FaultKind); 10] = [
        ("kill", FaultKind::Kill),
        ("exit", FaultKind::Exit),
        ("abort", FaultKind::Abort),
        ("panic", FaultKind::Panic),
        ("stop", FaultKind::Stop),
        ("corrupt-magic", FaultKind::CorruptMagic),
        ("huge-length", FaultKind::HugeLength),
        ("short-frame", FaultKind::ShortFrame),
        ("flood-stderr", FaultKind::FloodStderr),
        ("big", FaultKind::Big),
    ];
}

impl FromStr for Fault {
    type Err = Misuse;

    fn from_str(text: &str) -> Result<Self, Misuse> {
        let wrong = || {
            let kinds: Vec<_> = FaultKind::ALL.iter().map(|(name, _)| *name).collect();
            let kinds = kinds.join(", ");
            Misuse::new(format!(
                "a fault is TASK:KIND or TASK:KIND:always, TASK a number or `all`, KIND one of {kinds}"
            ))
        };
        let mut parts = text.split(':');
        let task = match parts.next() {
            Some("all") => None,
            Some(number) => Some(number.parse().map_err(|_| wrong())?),
            None => return Err(wrong()),
        };
        let name = parts.next().ok_or_else(wrong)?;
        let known = FaultKind::ALL.iter().find(|(known, _)| *known == name);
        let (_, kind) = *known.ok_or_else(wrong)?;
        let always = match (parts.next(), parts.next()) {
            (None, _) => false,
            (Some("always"), None) => true,
            _ => return Err(wrong()),
        };
        Ok(Self { task, kind, always })
    }
}
