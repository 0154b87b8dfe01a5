//! The exercises: what each asks for, the trials that an answer is put to, and what is said
//! of one that is wrong.
//!
//! An answer is a contestant like any variant: a program does the model's job in a process
//! of its own, and the model's own check decides. What is here is which small jobs tell most
//! about an answer, and how the words of a check are said to somebody who learns.
//!
//! Nothing here depends on the package `exercises`, where the holes are: an answer that does
//! not compile is no reason not to have an exercise explained.

mod exercises;
mod judge;
mod pattern;

pub use exercises::{EXERCISES, find};
pub use judge::{Verdict, judge};
use test_fixtures::Deviation;

/// A hole in the workspace, and how it is judged.
#[derive(Debug)]
pub struct Exercise {
    /// `at_most_tokio`; its file is `exercises/src/MODEL/NAME.rs`, with the model's name in
    /// Rust's spelling.
    pub name: &'static str,
    /// The model whose job it does, and whose check decides.
    pub model: &'static str,
    /// What is asked for, in a line.
    pub task: &'static str,
    /// The variant that has the same function, to be read afterwards; of hazards, the folder.
    pub answer: &'static str,
    /// Where to look when one is stuck: the same function on another runtime.
    pub other: &'static str,
    /// An entry of `compare how`.
    pub how: &'static str,
    /// Cases that its runtime can't pass, as they are declared of the variant.
    pub deviations: &'static [Deviation],
    /// The jobs, in the order in which they are tried. The first that fails is explained.
    pub trials: &'static [Trial],
}

/// A job that an answer is tried on.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// The arguments of the model's job, between spaces.
    pub job: &'static str,
    /// What the trial must fail with, if it must: words of its error.
    pub fails: Option<&'static str>,
    /// Milliseconds after which it is ended.
    pub within: u64,
    /// What is said, by the words of the check. The first that fits is taken. A `{}` in the
    /// words stands for anything up to the words behind it, and `{0}`, `{1}` in what is said
    /// for the first and the second of them.
    pub says: &'static [(&'static str, &'static str)],
}

impl Trial {
    /// A job that an answer must do in so many milliseconds, and what is said of one that
    /// doesn't.
    const fn new(
        job: &'static str,
        within: u64,
        says: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            job,
            fails: None,
            within,
            says,
        }
    }
}

impl Exercise {
    /// Its file, from the root of the workspace.
    #[must_use]
    pub fn file(&self) -> String {
        let model = self.model.replace('-', "_");
        format!("exercises/src/{model}/{}.rs", self.name)
    }

    /// The file of a variant, or of a hazard's piece, from the root of the workspace.
    #[must_use]
    pub fn source_of(&self, variant: &str) -> String {
        match self.model {
            "hazards" => format!("crates/hazards/src/hazards/{variant}.rs"),
            model => format!("crates/{model}/src/variants/{variant}.rs"),
        }
    }

    /// What to look at.
    #[must_use]
    pub fn look_at(&self) -> [String; 3] {
        [
            format!("docs/src/learn/{}.md, the chapter", self.model),
            format!("{}, the same elsewhere", self.source_of(self.other)),
            format!("compare how {}, the way from Python", self.how),
        ]
    }
}
