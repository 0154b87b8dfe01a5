//! Bodies saved as files: their names, the folder that they are saved in, and files that
//! are not whole yet.
//!
//! # Names
//! A file has the name that its answer gives it in `Content-Disposition`, else that of
//! its URL's last segment. Names from URLs are shared out in input order before anything
//! is fetched: the second URL of one name gets `name.2`. A name from a header that this run
//! has given away already gets its URL's place in the input behind it. So nothing that is
//! saved in one run replaces anything else of it.
//!
//! # Whole or not at all
//! A body is written under a hidden name in the same folder, flushed to the disk, and then
//! renamed. Whatever ends the program, what stands under a final name is whole. What a
//! killed one left under a hidden name is removed by the next that saves there.

use std::{fmt, io};

use serde::{Deserialize, Serialize};
use thiserror::Error;

mod args;
mod check;
mod disposition;
mod folder;
mod listing;
mod name;
mod saving;
mod standing;
mod unfinished;

pub use args::Files;
pub use folder::{Begun, Folder};
pub use listing::listing;
pub use name::{Name, NameError, names};
pub use saving::Saving;
pub use unfinished::Unfinished;

pub(crate) use unfinished::close;

/// The result of a body that was to be saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum File {
    /// It was saved, whole.
    Saved {
        /// The name in its folder.
        name: Name,
        /// Its size.
        bytes: u64,
    },
    /// A file of that name stood there already, and was left as it was.
    Kept {
        /// The name in its folder.
        name: Name,
    },
}

impl File {
    /// Its name.
    pub fn name(&self) -> &Name {
        match self {
            File::Saved { name, .. } | File::Kept { name } => name,
        }
    }
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            File::Saved { name, bytes } => write!(f, "saved {bytes:>12} bytes  {name}"),
            File::Kept { name } => write!(f, "kept  {:>12}        {name}", "as it was"),
        }
    }
}

/// A file could not be written.
#[derive(Debug, Error)]
#[error("can't save {name}{}", hint(.source))]
pub struct SaveError {
    /// The name that it was to have.
    pub name: Name,
    /// The cause.
    pub source: io::Error,
}

/// What to do about it, where that is known.
fn hint(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            " (make room, or name another directory)"
        }
        io::ErrorKind::FileTooLarge => " (raise ulimit -f)",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            " (name a directory that can be written)"
        }
        _ => "",
    }
}

/// What to do about a redirect that was not followed.
fn elsewhere(status: u16) -> &'static str {
    match status {
        301 | 302 | 303 | 307 | 308 => {
            ", a redirect, which is not followed; name the location that curl -I shows"
        }
        _ => "",
    }
}

/// The answer's status means that its body is not what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the server answered with status {}{}", .0, elsewhere(*.0))]
pub struct StatusError(pub u16);

impl StatusError {
    /// Accepts the statuses of answers with what was asked for: 200 to 299.
    ///
    /// # Errors
    /// It is another.
    pub fn check(status: u16) -> Result<(), StatusError> {
        match status {
            200..=299 => Ok(()),
            status => Err(StatusError(status)),
        }
    }
}
