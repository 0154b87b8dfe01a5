//! What a job carries of how its files are saved.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How a job's files are saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saving {
    /// The directory, which is there.
    pub dir: PathBuf,
    /// Whether a file that stands already is replaced.
    pub force: bool,
    /// Whether a file is on the disk before it gets its name.
    pub sync: bool,
}
