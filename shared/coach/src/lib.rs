//! The exercises: what each asks for, the trials that an answer is put to, and what is said
//! of one that is wrong.
//!
//! An answer is a contestant like any variant: a program does the model's job in a process
//! of its own, and the model's own check decides. What is here is which small jobs tell most
//! about an answer, and how the words of a check are said to somebody who learns.
//!
//! What no job shows is looked at: the same program calls the function with work that waits
//! for what must come meanwhile, and says what did not.
//!
//! Nothing here depends on the package `exercises`, where the holes are: an answer that does
//! not compile is no reason not to have an exercise explained.

mod code;
mod exercises;
mod judge;
mod pattern;

pub use exercises::{EXERCISES, find};
pub use judge::{Answer, Judged, Verdict, judge};
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
    /// The jobs and looks, in the order in which they are tried. The first that fails is
    /// explained.
    pub trials: &'static [Trial],
    /// What its code must have or must not have, where neither a job nor a look shows it.
    pub code: &'static [Code],
}

/// What is asked of an answer's code, without its comments and spaces.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// Of these words it has one, or has none.
    pub words: &'static [&'static str],
    /// Whether it has one.
    pub has: bool,
    /// What is said where that is not so.
    pub says: &'static str,
}

/// What an answer is tried on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The look that it is, if it is no job.
    pub look: Option<&'static str>,
    /// The arguments of the model's job, between spaces; of a look, what it is in words.
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

/// Milliseconds after which a look is ended that has not ended itself.
const LOOK_WITHIN: u64 = 4000;

impl Trial {
    /// A job that an answer must do in so many milliseconds, and what is said of one that
    /// doesn't.
    const fn new(
        job: &'static str,
        within: u64,
        says: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            look: None,
            job,
            fails: None,
            within,
            says,
        }
    }

    /// A look of that name, what it is in words, and what is said of an answer that fails.
    const fn look(
        look: &'static str,
        about: &'static str,
        says: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            look: Some(look),
            ..Self::new(about, LOOK_WITHIN, says)
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

    /// Of a hazard, the file with the function that goes wrong: what the hole begins with.
    #[must_use]
    pub fn failing(&self) -> Option<String> {
        let piece = self.answer.strip_suffix("/cure")?;
        Some(self.source_of(&format!("{piece}/failing")))
    }

    /// Whether the code in its file is that of another, as the hole of a hazard begins.
    #[must_use]
    pub fn is_unchanged(&self, text: &str, failing: &str) -> bool {
        code::is_same(text, failing)
    }

    /// The file of a variant, or of a hazard's piece, from the root of the workspace.
    #[must_use]
    pub fn source_of(&self, variant: &str) -> String {
        match self.model {
            "hazards" => format!("crates/hazards/src/hazards/{variant}.rs"),
            model => format!("crates/{model}/src/variants/{variant}.rs"),
        }
    }

    /// What to look at, and in which order.
    #[must_use]
    pub fn look_at(&self) -> [String; 3] {
        [
            match self.model {
                "hazards" => {
                    "docs/src/learn/hazards.md, its section \"What goes wrong\": it \
                              prints some cures"
                        .to_owned()
                }
                model => {
                    format!("docs/src/learn/{model}.md, its section \"What goes wrong\"")
                }
            },
            format!(
                "cargo run --release -- how {}, the way from Python",
                self.how
            ),
            match self.model {
                "hazards" => {
                    format!("{}, the same hazard elsewhere", self.source_of(self.other))
                }
                _ => format!(
                    "{}, the same elsewhere: it is the answer but for a few lines, so look \
                     there last",
                    self.source_of(self.other)
                ),
            },
        ]
    }
}
