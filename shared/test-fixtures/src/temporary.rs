//! Files and directories that are made in a directory for temporary files. Each has this
//! project's name and its process's id in its own name, and the next run removes what a
//! killed one has left.
//!
//! A name is `interleave-PID-START-` and something random. `START` is when the process
//! began, in clock ticks since the machine did (`proc_pid_stat(5)`), so a process that has
//! got the same number later is not taken for the owner.

use std::{
    env,
    ffi::OsStr,
    fs, io,
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    process,
    sync::{LazyLock, Once},
};

use rustix::{
    fs::{FallocateFlags, FlockOperation, OFlags, fallocate, flock, fstatvfs},
    io::Errno,
    process::geteuid,
};
use tempfile::{Builder, NamedTempFile, TempPath};

use crate::{Misuse, tell};

/// Memory as a file system, where the system has it.
pub const IN_MEMORY: &str = "/dev/shm";

/// What all names begin with; a hidden one has a dot before it.
const PREFIX: &str = "interleave-";

/// What the names of this process begin with.
static OWN: LazyLock<String> = LazyLock::new(|| {
    let pid = process::id();
    // Without /proc no program can see which processes live, so nothing is swept either.
    let start = start(pid).unwrap_or(0);
    format!("{PREFIX}{pid}-{start}-")
});
static HIDDEN: LazyLock<String> = LazyLock::new(|| format!(".{}", *OWN));

/// A directory that is removed with all that is in it when this is dropped.
#[derive(Debug)]
pub struct TemporaryDir {
    path: PathBuf,
    _held: fs::File,
}

/// An empty file that is removed when this is dropped.
#[derive(Debug)]
pub struct TemporaryFile {
    path: TempPath,
    _held: fs::File,
}

impl TemporaryDir {
    /// A new one in `parent`.
    ///
    /// # Errors
    /// It can't be made, in the system's own words.
    pub fn new_in(parent: &Path) -> io::Result<Self> {
        sweep_all(parent);
        // Not by tempfile's own way, whose errors have lost the system's number.
        let make = |path: &Path| fs::DirBuilder::new().mode(0o700).create(path);
        let made = Builder::new().prefix(&*OWN).make_in(parent, make)?;
        let path = made.into_temp_path().keep()?;
        let held = fs::File::open(&path)?;
        hold(&held);
        Ok(Self { path, _held: held })
    }

    /// A new one in the directory for temporary files.
    ///
    /// # Errors
    /// Misuse: nothing can be made there. The line names `TMPDIR`.
    pub fn new() -> Result<Self, Misuse> {
        Self::new_in(&env::temp_dir()).map_err(|error| misuse(&error))
    }

    /// The same, where there is room for so many bytes now.
    ///
    /// # Errors
    /// Misuse: nothing can be made there, or too little. The line names `TMPDIR`.
    pub fn with_room(bytes: u64) -> Result<Self, Misuse> {
        try_room(&env::temp_dir(), bytes).map_err(|error| misuse(&error))?;
        Self::new()
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What names in [`IN_MEMORY`] begin with that belong to this directory: they are
    /// removed before it is. Short, since sockets have such names, too.
    pub fn prefix(&self) -> String {
        let name = self.path.file_name().and_then(OsStr::to_str);
        prefix(name.unwrap_or_default()).unwrap_or_default()
    }
}

impl Drop for TemporaryDir {
    fn drop(&mut self) {
        remove_named(&self.path);
        // What can't be removed now is swept by the next run.
        drop(fs::remove_dir_all(&self.path));
    }
}

impl TemporaryFile {
    /// A new one in `parent`.
    ///
    /// # Errors
    /// It can't be made, in the system's own words.
    pub fn new_in(parent: &Path) -> io::Result<Self> {
        sweep_all(parent);
        let mut options = fs::OpenOptions::new();
        options.read(true).write(true).create_new(true).mode(0o600);
        let made = Builder::new()
            .prefix(&*OWN)
            .make_in(parent, |path| options.open(path))?;
        let (held, path) = made.into_parts();
        hold(&held);
        Ok(Self { path, _held: held })
    }

    /// A new one in the directory for temporary files.
    ///
    /// # Errors
    /// Misuse: nothing can be made there. The line names `TMPDIR`.
    pub fn new() -> Result<Self, Misuse> {
        Self::new_in(&env::temp_dir()).map_err(|error| misuse(&error))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The directory where trials save their files: in memory, so that no disk is measured,
/// or else the directory for temporary files. Each is tried with a file of `bytes` bytes,
/// since an existing directory may be read-only, another user's, or small.
///
/// # Errors
/// Misuse: both were tried in vain. The line names `TMPDIR`.
pub fn roomy(bytes: u64) -> Result<PathBuf, Misuse> {
    roomy_of(Path::new(IN_MEMORY), &env::temp_dir(), bytes)
}

fn roomy_of(memory: &Path, other: &Path, bytes: u64) -> Result<PathBuf, Misuse> {
    static SAID: Once = Once::new();
    let Err(why) = try_room(memory, bytes) else {
        return Ok(memory.to_owned());
    };
    try_room(other, bytes).map_err(|error| {
        let (memory, said) = (memory.display(), misuse(&error));
        Misuse(format!("{said} ({memory} was tried before: {why})"))
    })?;
    // Trials are slower on a disk, so its user wants to know. A system without such a
    // directory has nothing to mend.
    if why.kind() != io::ErrorKind::NotFound {
        let (memory, other) = (memory.display(), other.display());
        SAID.call_once(|| {
            tell(format_args!(
                "{memory}: {why}; trials save their files in {other} instead"
            ));
        });
    }
    Ok(other.to_owned())
}

/// Makes a file of this size and removes it.
fn try_room(parent: &Path, bytes: u64) -> io::Result<()> {
    /// A larger file would take room from others only to try; the free space is compared
    /// as well.
    const MOST: u64 = 64 << 20;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let file = hidden().make_in(parent, |path| options.open(path))?;
    let tried = bytes.clamp(1, MOST);
    let no_room = || {
        let why = format!("no room for {} MB", bytes.div_ceil(1_000_000));
        io::Error::new(io::ErrorKind::StorageFull, why)
    };
    match fallocate(file.as_file(), FallocateFlags::empty(), 0, tried) {
        Err(Errno::NOSPC | Errno::DQUOT) => return Err(no_room()),
        // A file system that can't reserve has to be taken at its word. A limit of file sizes
        // (`ulimit -f`) is the same in every directory, and named where a file meets it.
        Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::FBIG) => {}
        Err(error) => return Err(error.into()),
    }
    let free = fstatvfs(file.as_file())?;
    // What was tried is taken, and given back.
    match free.f_bavail.saturating_mul(free.f_frsize) < bytes.saturating_sub(tried) {
        true => Err(no_room()),
        false => Ok(()),
    }
}

/// A builder of files with a hidden name: for those that get their own once they are whole.
/// [`sweep`] finds them, too.
fn hidden() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(&*HIDDEN);
    builder
}

/// A hidden file that others may read, as far as the umask lets them.
///
/// # Errors
/// It can't be made, in the system's own words.
pub fn readable_in(parent: &Path, suffix: &str) -> io::Result<NamedTempFile> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create_new(true);
    // Not by tempfile's own way: that makes a private file, whose errors have lost the
    // system's number.
    hidden()
        .suffix(suffix)
        .make_in(parent, |path| options.open(path))
}

/// What to do where nothing can be made in the directory for temporary files.
pub(crate) fn misuse(error: &io::Error) -> Misuse {
    let dir = env::temp_dir();
    let dir = dir.display();
    Misuse(match env::var_os("TMPDIR") {
        Some(_) => format!(
            "TMPDIR is {dir}, and nothing can be made there: {error}; set it to a directory \
             that can be written, or unset it"
        ),
        None => format!(
            "nothing can be made in {dir}: {error}; set TMPDIR to a directory that can be \
             written"
        ),
    })
}

/// Sweeps where something is about to be made, and where others may have left something.
fn sweep_all(parent: &Path) {
    let mut swept: Vec<PathBuf> = vec![IN_MEMORY.into(), env::temp_dir()];
    if !swept.iter().any(|known| known == parent) {
        swept.push(parent.to_owned());
    }
    swept.iter().for_each(|dir| sweep(dir));
}

/// Removes what bears this project's name, is of this user, and has no owner any more. No
/// link is followed. Best effort: others may sweep at the same time.
pub fn sweep(parent: &Path) {
    sweep_of(parent, |_| true);
}

/// The same of what is hidden, for a directory of the user's: other files in it may have
/// any name.
pub fn sweep_hidden(parent: &Path) {
    sweep_of(parent, |name| name.starts_with('.'));
}

fn sweep_of(parent: &Path, is_meant: fn(&str) -> bool) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name.to_str().filter(|name| is_meant(name)).and_then(owner);
        if owner.is_some_and(|(pid, began)| is_gone(pid, began)) {
            // It may be gone already.
            drop(remove(&entry.path()));
        }
    }
}

/// The process in a name, and when that began.
fn owner(name: &str) -> Option<(u32, u64)> {
    let name = name.strip_prefix('.').unwrap_or(name);
    let mut words = name.strip_prefix(PREFIX)?.split('-');
    let owner = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    // The random part.
    words.next().map(|_| owner)
}

/// Whether the process has ended, or is another one by now.
fn is_gone(pid: u32, began: u64) -> bool {
    // Without /proc this process can't be seen either.
    began != 0 && start(process::id()).is_some() && start(pid) != Some(began)
}

/// When a process began, if it has not ended.
fn start(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut words = stat.rsplit_once(") ")?.1.split(' ');
    // The state is the third field there, the start the 22nd.
    match words.next()? {
        "Z" | "X" => None,
        _ => words.nth(18)?.parse().ok(),
    }
}

/// What belongs to the directory of this name begins with its random part.
fn prefix(name: &str) -> Option<String> {
    owner(name)?;
    let random = name.rsplit('-').next()?;
    Some(format!("{PREFIX}{random}-"))
}

/// Removes what has a name in memory and belongs to a directory. Best effort, as sweeping is.
fn remove_named(dir: &Path) {
    let Some(prefix) = dir.file_name().and_then(OsStr::to_str).and_then(prefix) else {
        return;
    };
    for entry in fs::read_dir(IN_MEMORY).into_iter().flatten().flatten() {
        let name = entry.file_name();
        // A process's own names have its number where this has something random.
        let belongs = |name: &str| name.starts_with(&prefix) && owner(name).is_none();
        if name.to_str().is_some_and(belongs) {
            // One of another user's can't be removed.
            drop(fs::remove_file(entry.path()));
        }
    }
}

/// Removes a file or directory of this user that no process holds.
fn remove(path: &Path) -> io::Result<()> {
    let there = fs::symlink_metadata(path)?;
    let is_ours = there.uid() == geteuid().as_raw();
    if !is_ours || !(there.is_dir() || there.is_file()) {
        return Ok(());
    }
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    let flags = i32::try_from(flags).expect("these flags are small");
    let mut options = fs::OpenOptions::new();
    let opened = options.read(true).custom_flags(flags).open(path)?;
    // Its owner may live where this process can't see it: in another container.
    match flock(&opened, FlockOperation::NonBlockingLockExclusive) {
        Err(Errno::WOULDBLOCK) => Ok(()),
        _ if there.is_dir() => {
            remove_named(path);
            fs::remove_dir_all(path)
        }
        _ => fs::remove_file(path),
    }
}

/// Locks what was made as long as its owner lives: the system releases the lock of one
/// that is killed.
pub fn hold(made: &fs::File) {
    // On a file system without locks only the name shows which processes live.
    let _ = flock(made, FlockOperation::NonBlockingLockShared);
}

#[cfg(test)]
mod tests;
