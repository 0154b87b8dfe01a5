//! The file that is behind a journal: it has no name in any directory, so whatever ends the
//! program, none is left.

use std::{
    fs::{self, File},
    io,
    os::fd::AsRawFd,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use rustix::fs::{MemfdFlags, memfd_create};

use crate::work::{Entry, entries};

/// A file that others open by its descriptor in `/proc`, as long as this is there.
#[derive(Debug)]
pub(crate) struct Counted {
    path: PathBuf,
    _file: File,
}

impl Counted {
    /// An empty one.
    ///
    /// # Errors
    /// The system has no memory or descriptor left, or no `/proc`.
    pub(crate) fn new() -> Result<Self> {
        let file = file().context("can't make a journal")?;
        // What this process is called there.
        let process = fs::read_link("/proc/self").context("can't read /proc/self")?;
        let descriptor = file.as_raw_fd().to_string();
        let path = Path::new("/proc").join(process).join("fd").join(descriptor);
        Ok(Self { path, _file: file })
    }

    /// Where it can be opened, to be written as well.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Every piece of work that was noted.
    pub(crate) fn entries(&self) -> Result<Vec<Entry>> {
        entries(&fs::read_to_string(&self.path)?)
    }
}

/// In memory; in the temporary directory, without a name, where that is not allowed.
fn file() -> io::Result<File> {
    match memfd_create("interleave-journal", MemfdFlags::CLOEXEC) {
        Ok(file) => Ok(file.into()),
        Err(_) => tempfile::tempfile(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;
    use crate::work::Journal;

    #[test]
    fn a_journal_has_no_name_that_could_stay() {
        let counted = Counted::new().expect("a journal");
        let journal = Journal::open(counted.path()).expect("it can be opened");
        journal.note(1, 2);
        assert_eq!(counted.entries().expect("lines").len(), 1);
        let meta = fs::metadata(counted.path()).expect("it is there");
        assert_eq!(meta.nlink(), 0);
        let path = counted.path().to_owned();
        drop((counted, journal));
        // Another thread may have the descriptor's number by now.
        let is_it =
            |now: fs::Metadata| (now.dev(), now.ino()) == (meta.dev(), meta.ino());
        assert!(!fs::metadata(path).is_ok_and(is_it), "it is there still");
    }
}
