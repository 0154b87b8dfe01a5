//! Scratch directories of trials, and the removal of those whose owner was killed.

use std::{fs, io, path::Path};

use rustix::fs::{FlockOperation, flock};
use tempfile::TempDir;

const PREFIX: &str = "interleave-";

/// A directory for one trial, removed when it is dropped.
#[derive(Debug)]
pub struct Scratch {
    dir: TempDir,
    /// Locked as long as its owner lives: the system lets go of it for one that is killed.
    _lock: fs::File,
}

impl Scratch {
    /// A new one in `parent`, which is rid of those that killed programs left in it.
    pub(crate) fn new_in(parent: &Path) -> io::Result<Self> {
        sweep(parent);
        let dir = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let lock = fs::File::open(dir.path())?;
        flock(&lock, FlockOperation::NonBlockingLockShared)?;
        Ok(Self { dir, _lock: lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }
}

/// Removes what has no owner. Best effort: others may sweep at the same time, and what is
/// another user's can't be removed.
fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let is_scratch = entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(PREFIX.as_bytes());
        if is_scratch && is_abandoned(&entry) {
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

/// Whether nobody holds it: not even one who has just made it and is about to lock it.
fn is_abandoned(entry: &fs::DirEntry) -> bool {
    const MAKING: std::time::Duration = std::time::Duration::from_secs(60);
    let age = entry.metadata().and_then(|data| data.modified());
    let is_old = age.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > MAKING));
    is_old
        && fs::File::open(entry.path()).is_ok_and(|dir| {
            flock(&dir, FlockOperation::NonBlockingLockExclusive).is_ok()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aged(dir: &Path) {
        let hour_ago =
            std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
        let dir = fs::File::open(dir).expect("it is there");
        dir.set_modified(hour_ago).expect("it is ours");
    }

    #[test]
    fn what_a_killed_program_left_goes_and_what_is_in_use_stays() {
        let parent = TempDir::new().expect("a directory");
        let used = Scratch::new_in(parent.path()).expect("one in use");
        let left = parent.path().join("interleave-left");
        let fresh = parent.path().join("interleave-fresh");
        let other = parent.path().join("other");
        for dir in [&left, &fresh, &other] {
            fs::create_dir(dir).expect("it can be made");
        }
        fs::write(left.join("file"), "a").expect("it can be written");
        for dir in [used.path(), &left, &other] {
            aged(dir);
        }
        let second = Scratch::new_in(parent.path()).expect("another one");
        assert!(!left.exists());
        assert!(used.path().exists() && second.path().exists());
        assert!(fresh.exists() && other.exists());
        let gone = used.path().to_owned();
        drop(used);
        assert!(!gone.exists());
    }
}
