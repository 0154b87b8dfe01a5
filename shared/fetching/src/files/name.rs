//! Names of files, from URLs and headers that nothing has checked yet.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use test_fixtures::shown;
use thiserror::Error;
use url::Url;

use super::disposition;

/// How the names of files end that are not whole yet.
pub(super) const SUFFIX: &str = ".unfinished";

/// The most bytes in a name that Linux's file systems take.
const LONGEST: usize = 255;

/// The name of a file in a folder: never a path, so it can't lead out of there. Written to
/// a terminal, it moves no cursor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

/// Why something is no name of a file, in one line that advises what to do.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("{0}")]
pub struct NameError(String);

impl Name {
    /// The name in a URL: its path's last segment, decoded. A segment that is no UTF-8
    /// when it is decoded stays as it is.
    ///
    /// # Errors
    /// The URL names no file, or one that can't be.
    pub fn of_url(url: &str) -> Result<Self, NameError> {
        let none =
            || NameError("the URL names no file; its path must end in a name".into());
        let url = Url::parse(url).map_err(|_| none())?;
        let segment = url
            .path_segments()
            .and_then(|mut segments| segments.next_back());
        let segment = segment
            .filter(|segment| !segment.is_empty())
            .ok_or_else(none)?;
        let decoded = percent_decode_str(segment).decode_utf8();
        Self::checked(&decoded.unwrap_or(segment.into()), "the URL")
    }

    /// The name in the value of a `Content-Disposition` header; `None` if it has none.
    ///
    /// # Errors
    /// It has one that can't be.
    pub fn of_header(value: &[u8]) -> Option<Result<Self, NameError>> {
        let name = disposition::file_name(value)?;
        let checked = Self::checked(&name, "the answer");
        Some(match name.starts_with('.') {
            // Programs take their settings from such files.
            true => checked.and_then(|_| Err(refused(&name, "the answer", "is hidden"))),
            false => checked,
        })
    }

    fn checked(text: &str, by: &str) -> Result<Self, NameError> {
        let why = match text {
            "" => "is empty",
            "." | ".." => "is a directory's",
            _ if text.contains(['/', '\\']) => "is a path",
            _ if text.contains('\0') => "has a NUL in it",
            _ if text.len() > LONGEST => "is longer than 255 bytes",
            // It would be swept.
            _ if is_unfinished(text) => "is that of an unfinished file",
            _ => return Ok(Self(text.to_owned())),
        };
        Err(refused(text, by, why))
    }

    /// The same name with a number behind it; `None` if that is too long.
    pub(crate) fn numbered(&self, number: usize) -> Option<Self> {
        let name = format!("{}.{number}", self.0);
        (name.len() <= LONGEST).then_some(Self(name))
    }

    /// The name as the file system has it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a file of this name is taken for one that a killed download left.
fn is_unfinished(text: &str) -> bool {
    text.starts_with(".interleave-") && text.ends_with(SUFFIX)
}

fn refused(text: &str, by: &str, why: &str) -> NameError {
    let start: String = text.chars().take(40).collect();
    let more = if start.len() < text.len() { "…" } else { "" };
    let start = shown(&start);
    NameError(format!(
        "{by} names its file \"{start}{more}\", which {why}; fetch it under another URL"
    ))
}

impl NameError {
    /// What stands under the name can be neither kept nor replaced.
    pub(super) fn stands(name: &Name, kind: &str) -> Self {
        Self(format!(
            "what stands under the name {name} is {kind}, which is never replaced; save \
             into another directory"
        ))
    }

    /// Another file of this run has the name, and the number that would set them apart.
    pub(super) fn taken(name: &Name) -> Self {
        Self(format!(
            "{name} is another file's name already; fetch it into another directory"
        ))
    }
}

impl TryFrom<String> for Name {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        Self::checked(&text, "the job")
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.0))
    }
}

/// The names of these URLs' files, in input order. A URL whose name another has already
/// gets the first number from 2 on that makes it a new one.
pub fn names(urls: &[String]) -> Vec<Result<Name, NameError>> {
    let mut taken = HashSet::new();
    // The next number of each name, below which none is free: thousands may be alike.
    let mut next = HashMap::new();
    let mut name = |url: &String| {
        let first = Name::of_url(url)?;
        if taken.insert(first.clone()) {
            return Ok(first);
        }
        let number = next.entry(first.clone()).or_insert(2);
        while let Some(numbered) = first.numbered(*number) {
            *number += 1;
            if taken.insert(numbered.clone()) {
                return Ok(numbered);
            }
        }
        Err(NameError(format!(
            "{first} is another URL's name, and too long for a number"
        )))
    };
    urls.iter().map(&mut name).collect()
}

#[cfg(test)]
mod tests;
