//! The sources of variants and peers, as they are kept with their results.

use serde::{Deserialize, Serialize};

/// A variant's or peer's source.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Source {
    /// Its place in the workspace: `crates/locks/src/variants/tokio.rs`.
    pub path: String,
    /// In results of earlier versions, its parts stand behind it.
    pub text: String,
    /// The files that its lesson comes with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// The lines of a `Cargo.toml` that its lesson needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
}

/// A function that goes wrong, and its cure.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pair {
    /// What goes wrong: `futurelock`.
    pub name: String,
    /// The function that goes wrong.
    pub failing: Source,
    /// The same function without what goes wrong.
    pub cure: Source,
}

/// A file that a lesson comes with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Part {
    /// Its place in the workspace.
    pub path: String,
    /// The file's text.
    pub text: String,
}

impl Part {
    /// The file's name: `semaphore.rs`.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}
