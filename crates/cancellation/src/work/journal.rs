//! The journal: one line for every piece of work that was done, in a file that the check
//! has made. So the check need not believe the variant's count.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    str::FromStr,
};

use anyhow::{Context, Result};
use test_fixtures::monotonic_nanos;

/// The side that writes.
#[derive(Debug)]
pub struct Journal(File);

/// A piece of work that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The task that it was a piece of.
    pub(crate) task: usize,
    /// The process that did it.
    pub(crate) process: u32,
    /// When it was done, in nanoseconds of the system's monotonic clock.
    pub(crate) nanos: u64,
}

impl Journal {
    /// Opens the journal at `path`, which is there.
    ///
    /// # Errors
    /// It is not, or may not be written.
    pub fn open(path: &Path) -> io::Result<Self> {
        OpenOptions::new().append(true).open(path).map(Self)
    }

    /// Notes a piece of a task that is done now, by this process or another. One write of
    /// one line: with `O_APPEND` that is atomic between processes too.
    pub fn note(&self, task: usize, process: u32) {
        let line = format!("{task} {process} {}\n", monotonic_nanos());
        // A journal that is gone has no reader left: the trial was killed.
        drop((&self.0).write_all(line.as_bytes()));
    }
}

impl FromStr for Entry {
    type Err = anyhow::Error;

    fn from_str(line: &str) -> Result<Self> {
        let mut words = line.split(' ');
        let mut next = || words.next().context("a line of a journal has three words");
        Ok(Self {
            task: next()?.parse()?,
            process: next()?.parse()?,
            nanos: next()?.parse()?,
        })
    }
}

/// Every whole line of a journal.
///
/// # Errors
/// A line is none.
pub(crate) fn entries(text: &str) -> Result<Vec<Entry>> {
    let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
    let entry = |line: &str| line.parse().with_context(|| format!("in line {line:?}"));
    whole.lines().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_read() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        let journal = Journal::open(file.path()).expect("it is there");
        journal.note(3, 77);
        journal.note(4, 78);
        let text = std::fs::read_to_string(file.path()).expect("it can be read");
        let read = entries(&format!("{text}5 79")).expect("lines");
        let noted: Vec<_> = read.iter().map(|one| (one.task, one.process)).collect();
        assert_eq!(noted, [(3, 77), (4, 78)]);
        assert!(read[0].nanos <= read[1].nanos);
        assert!(entries("3 77\n").is_err());
    }
}
