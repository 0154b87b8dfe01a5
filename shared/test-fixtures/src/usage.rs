//! Misuse, in one line.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use thiserror::Error;

/// How clap names the argument with which users bring URLs of their own.
const URLS: &str = "[URL]...";

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
    if let Some(line) = conflict_with_urls(error) {
        return line;
    }
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

/// The message where URLs were brought with a flag that is for others. clap would name
/// all the ways to bring some, and not why they conflict.
fn conflict_with_urls(error: &clap::Error) -> Option<String> {
    if error.kind() != ErrorKind::ArgumentConflict {
        return None;
    }
    let Some(ContextValue::String(arg)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    let with_urls = match error.get(ContextKind::PriorArg)? {
        ContextValue::Strings(others) => others.iter().any(|other| other == URLS),
        ContextValue::String(other) => other == URLS,
        _ => false,
    };
    let flag = arg.split(' ').next().unwrap_or(arg);
    with_urls.then(|| {
        format!(
            "{flag} is for the origin's own URLs; leave it out, or the URLs that you name"
        )
    })
}
