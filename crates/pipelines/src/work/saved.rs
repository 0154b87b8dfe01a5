//! What becomes of an item.

use std::fmt;

use fetching::{Sha256, direct::Landed, files::File};
use serde::{Deserialize, Serialize};

/// What became of an item that passed all steps, or that was there already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    /// Which item.
    pub item: usize,
    /// Its file.
    pub file: File,
    /// What is in it; none if it was there already, and is left as it was.
    pub content: Option<Content>,
}

/// What a body has in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// Its SHA-256.
    pub sha256: Sha256,
    /// Its words: what white space separates.
    pub words: u64,
}

impl Landed for Saved {
    fn is_kept(&self) -> bool {
        self.file.is_kept()
    }
}

impl fmt::Display for Saved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Saved { file, content, .. } = self;
        match content {
            Some(Content { sha256, words }) => {
                write!(f, "{file}, {words} words, sha256 {sha256:.16}")
            }
            None => file.fmt(f),
        }
    }
}
