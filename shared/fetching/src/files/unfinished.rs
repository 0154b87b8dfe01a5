//! A file that is not whole yet.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::Result;
use indicatif::ProgressBar;
use tempfile::TempPath;
use test_fixtures::temporary;

use super::{
    File, Name, SaveError,
    name::SUFFIX,
    standing::{replaceable, standing},
};
use crate::bars;

/// Every file of this process that is not whole yet, so that a program that has to end
/// while threads still write leaves none of them.
static UNFINISHED: Mutex<Open> = Mutex::new(Open {
    is_closed: false,
    paths: BTreeSet::new(),
});

struct Open {
    /// No file begins any more, and none gets its final name.
    is_closed: bool,
    paths: BTreeSet<PathBuf>,
}

/// A file that is being written under a hidden name. It gets its own with
/// [`keep`](Unfinished::keep); dropped, it is removed.
#[derive(Debug)]
pub struct Unfinished {
    file: fs::File,
    /// Removes the file when it is dropped; `None` once that would be too late.
    path: Option<TempPath>,
    folder: PathBuf,
    name: Name,
    bytes: u64,
    manner: Manner,
    bar: Option<ProgressBar>,
}

/// How a file gets its final name.
#[derive(Debug)]
pub(super) struct Manner {
    /// Whether one that stands there is replaced.
    pub(super) force: bool,
    /// Its folder, where both must be on the disk.
    pub(super) flushed: Option<Arc<fs::File>>,
}

impl Unfinished {
    pub(super) fn create(
        folder: &Path,
        name: &Name,
        manner: Manner,
        length: Option<u64>,
    ) -> Result<Self, SaveError> {
        let cant = |source| SaveError {
            name: name.clone(),
            source,
        };
        let mut unfinished = open().map_err(cant)?;
        let file = temporary::readable_in(folder, SUFFIX).map_err(cant)?;
        unfinished.paths.insert(file.path().to_owned());
        drop(unfinished);
        let (file, path) = file.into_parts();
        temporary::hold(&file);
        Ok(Self {
            file,
            path: Some(path),
            folder: folder.to_owned(),
            name: name.clone(),
            bytes: 0,
            manner,
            bar: bars::bar(name, length),
        })
    }

    /// Gives the file its name, once all of it is on the disk. If another file of that
    /// name has appeared meanwhile, that one is kept instead, unless it is to be
    /// replaced.
    ///
    /// # Errors
    /// The disk is full, say ([`SaveError`]), or what has appeared there is no plain file
    /// ([`NameError`](super::NameError)). Nothing is left then.
    pub fn keep(mut self) -> Result<File> {
        let name = self.name.clone();
        if self.manner.force {
            replaceable(&self.folder, &name)?;
        }
        match self.rename() {
            Ok(()) => Ok(File::Saved {
                name,
                bytes: self.bytes,
            }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                standing(&self.folder, &name)?;
                Ok(File::Kept { name })
            }
            Err(source) => Err(SaveError { name, source }.into()),
        }
    }

    fn rename(&mut self) -> io::Result<()> {
        if self.manner.flushed.is_some() {
            self.file.sync_all()?;
        }
        let target = self.folder.join(self.name.as_str());
        let mut unfinished = open()?;
        let Some(path) = self.path.take() else {
            return Ok(());
        };
        unfinished.paths.remove(&*path);
        match self.manner.force {
            true => path.persist(target)?,
            false => path.persist_noclobber(target)?,
        }
        drop(unfinished);
        match &self.manner.flushed {
            // The name is in the folder, which is a file as well.
            Some(folder) => folder.sync_all(),
            None => Ok(()),
        }
    }
}

impl Write for Unfinished {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        let written = self.file.write(part).map_err(|source| {
            let name = self.name.clone();
            // By this a caller that copies a body sees whether reading failed or writing.
            io::Error::other(SaveError { name, source })
        })?;
        self.bytes += written as u64;
        if let Some(bar) = &self.bar {
            bar.inc(written as u64);
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            let mut unfinished = lock();
            unfinished.paths.remove(&*path);
            // Under the lock, so that `close` can't return, and the program end, before
            // the file is removed.
            drop(path);
        }
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

/// Removes every file that is not whole. Afterwards no other can begin or become whole.
pub(crate) fn close() {
    let mut unfinished = lock();
    unfinished.is_closed = true;
    for path in &unfinished.paths {
        // It is there, or its owner has just removed it.
        drop(fs::remove_file(path));
    }
}

fn open() -> io::Result<MutexGuard<'static, Open>> {
    let unfinished = lock();
    match unfinished.is_closed {
        true => Err(io::Error::other("the program was asked to end")),
        false => Ok(unfinished),
    }
}

fn lock() -> MutexGuard<'static, Open> {
    // A set is never left half-changed.
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}
