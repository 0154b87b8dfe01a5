//! A file that is not whole yet.

use std::{
    collections::BTreeSet,
    fs::{self, Permissions},
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use indicatif::ProgressBar;
use tempfile::{Builder, TempPath};

use super::{File, Name, SaveError};
use crate::direct;

/// Every file of this process that is not whole yet, so that a program that has to end
/// while threads still write leaves none of them.
static UNFINISHED: Mutex<Open> = Mutex::new(Open {
    is_closed: false,
    paths: BTreeSet::new(),
});

struct Open {
    /// Nothing begins any more, and nothing gets its final name.
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
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// Whether one that stands there is replaced.
    pub(super) force: bool,
    /// Whether it must be on the disk first.
    pub(super) sync: bool,
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
        let file = Builder::new()
            .prefix(".")
            .suffix(".unfinished")
            // What the umask leaves, as of any file that a program writes.
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder)
            .map_err(cant)?;
        unfinished.paths.insert(file.path().to_owned());
        drop(unfinished);
        let (file, path) = file.into_parts();
        Ok(Self {
            file,
            path: Some(path),
            folder: folder.to_owned(),
            name: name.clone(),
            bytes: 0,
            manner,
            bar: direct::bar(name, length),
        })
    }

    /// Gives the file its name, once all of it is on the disk. One that has come to stand
    /// there meanwhile is kept instead, unless it is to be replaced.
    ///
    /// # Errors
    /// The disk is full, say. Nothing is left then.
    pub fn keep(mut self) -> Result<File, SaveError> {
        let name = self.name.clone();
        match self.rename() {
            Ok(()) => Ok(File::Saved {
                name,
                bytes: self.bytes,
            }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Ok(File::Kept { name })
            }
            Err(source) => Err(SaveError { name, source }),
        }
    }

    fn rename(&mut self) -> io::Result<()> {
        if self.manner.sync {
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
        match self.manner.sync {
            // The name is in the folder, which is a file as well.
            true => fs::File::open(&self.folder)?.sync_all(),
            false => Ok(()),
        }
    }
}

impl Write for Unfinished {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        let written = self.file.write(part).map_err(|source| {
            let name = self.name.clone();
            // Whoever copies a body sees by this whether reading failed or writing.
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
            lock().paths.remove(&*path);
        }
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

/// Removes every file that is not whole, and lets no other begin or become whole.
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
