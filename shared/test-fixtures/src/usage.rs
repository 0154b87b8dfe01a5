//! Misuse, in one line.

use thiserror::Error;

/// The caller asked for something that can't be: exit code 2.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct Misuse(pub String);

impl Misuse {
    /// Misuse, with what is wrong and what to do.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// A command line error in one line: what is wrong, what to do.
pub fn one_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let mut lines: Vec<_> = text
        .split("\n\n")
        .filter(|part| !part.starts_with("Usage:") && !part.starts_with("For more"))
        .flat_map(str::lines)
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("tip: to pass"))
        .collect();
    if let Some(first) = lines.first_mut() {
        *first = first.strip_prefix("error: ").unwrap_or(first);
    }
    let line = lines.join(" ").replace(" tip: ", "; ");
    format!("{line}; try --help")
}
