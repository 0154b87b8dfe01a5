//! What becomes of what a future held when it is dropped half-way, method by method.
//!
//! [`methods`] is the table: for each method a verdict, what its documentation says, and a
//! function that tries it. [`Observation`] is what came of the trial, and what came of it
//! decides; the table only says what is expected. `docs/src/cancel-safety.md` is the page.

mod methods;
mod page;
mod sources;
mod trial;

use std::fmt;

pub use self::{
    methods::{GROUPS, Group, methods},
    page::{entry, findings, splice},
    sources::Sources,
    trial::{Log, Observation, Trial, observe},
};

/// What became of what a dropped future held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The next call goes on as if nothing had been dropped.
    Kept,
    /// Nothing is gone but the turn: the next call waits behind the others, or as long
    /// again.
    QueuedAnew,
    /// Something is gone, or is there twice.
    Lost,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Kept => "kept",
            Verdict::QueuedAnew => "queued anew",
            Verdict::Lost => "lost",
        })
    }
}

/// What a method's documentation says of a future that is dropped.
#[derive(Clone, Copy, Debug)]
pub enum Documented {
    /// This, in these words.
    As(Verdict, &'static str),
    /// Not a word.
    Nothing,
}

/// A method that people await in a `select!`.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// As people write it.
    pub name: &'static str,
    /// The package that has it; its version is the one in `Cargo.lock`.
    pub package: &'static str,
    /// What a trial is expected to show.
    pub verdict: Verdict,
    /// What it is said to do.
    pub documented: Documented,
    /// A file of the package, and how the line begins above which it is documented; the
    /// first of such lines. `//!` is the file's own documentation.
    pub place: (&'static str, &'static str),
    /// What became of what was held, and what to do about it.
    pub note: &'static str,
    /// Calls it, lets half of what it waits for happen, and may drop it there.
    pub trial: fn(&Trial),
}
