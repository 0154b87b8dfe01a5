//! What a trial allocates, where an allocator counts it: `compare why` has one loaded before
//! the program (`shared/compare/preload/allocations.rs`).
//!
//! Allocator, trial and parent share a file of numbers of eight bytes each: processes that
//! count, allocations, bytes; then the last two at the clock's start, and at its stop.

use std::{
    env, fs,
    io::{self, Write},
    os::unix::fs::FileExt,
    path::Path,
};

/// In the environment of a program that counts: the file.
pub const ALLOCATIONS: &str = "INTERLEAVE_ALLOCATIONS";

/// The allocator maps a page.
const LENGTH: usize = 4096;
/// Where the running counters are, and where they are kept.
const NOW: u64 = 8;
const AT_START: u64 = 24;
const AT_STOP: u64 = 40;

/// What was allocated while a trial's clock ran, in it and in all that it started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocations {
    /// How often memory was asked for; growing what is there is one more time.
    pub count: u64,
    /// For how many bytes in all.
    pub bytes: u64,
}

impl Allocations {
    /// Makes the file, with all numbers zero.
    ///
    /// # Errors
    /// It can't be written.
    pub fn prepare(path: &Path) -> io::Result<()> {
        fs::File::create(path)?.write_all(&[0; LENGTH])
    }

    /// What a trial has left in the file. A program that keeps nothing at its clock's start
    /// and stop, as those of other languages, has all that it allocated. `None` if nothing
    /// counted.
    ///
    /// # Errors
    /// It can't be read.
    pub fn read(path: &Path) -> io::Result<Option<Self>> {
        let file = fs::File::open(path)?;
        let mut numbers = [0; 8];
        file.read_exact_at(&mut numbers, 0)?;
        if u64::from_ne_bytes(numbers) == 0 {
            return Ok(None);
        }
        let (start, stop) = (pair(&file, AT_START)?, pair(&file, AT_STOP)?);
        let stop = if stop == (0, 0) {
            pair(&file, NOW)?
        } else {
            stop
        };
        Ok(Some(Self {
            count: stop.0.saturating_sub(start.0),
            bytes: stop.1.saturating_sub(start.1),
        }))
    }
}

fn pair(file: &fs::File, at: u64) -> io::Result<(u64, u64)> {
    let mut numbers = [0; 16];
    file.read_exact_at(&mut numbers, at)?;
    let (first, second) = numbers.split_at(8);
    let number = |bytes: &[u8]| u64::from_ne_bytes(bytes.try_into().expect("eight"));
    Ok((number(first), number(second)))
}

/// The file as the trial has it.
#[derive(Debug)]
pub(crate) struct Counted(fs::File);

impl Counted {
    /// `None` if nothing counts.
    ///
    /// # Errors
    /// The file can't be opened.
    pub(crate) fn wanted() -> io::Result<Option<Self>> {
        let Some(path) = env::var_os(ALLOCATIONS) else {
            return Ok(None);
        };
        let file = fs::OpenOptions::new().read(true).write(true).open(path)?;
        Ok(Some(Self(file)))
    }

    /// Keeps what was counted until now, as the clock's start. It allocates nothing.
    pub(crate) fn start(&self) -> io::Result<()> {
        self.keep(AT_START)
    }

    /// The same, as the clock's stop.
    pub(crate) fn stop(&self) -> io::Result<()> {
        self.keep(AT_STOP)
    }

    fn keep(&self, at: u64) -> io::Result<()> {
        let mut numbers = [0; 16];
        self.0.read_exact_at(&mut numbers, NOW)?;
        self.0.write_all_at(&numbers, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_allocated_is_what_the_clock_saw() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("counts");
        Allocations::prepare(&path).expect("a file");
        let read = || Allocations::read(&path).expect("it is whole");
        assert_eq!(read(), None);
        let open = || fs::OpenOptions::new().read(true).write(true).open(&path);
        let counted = Counted(open().expect("a file"));
        let count = |numbers: [u64; 3]| {
            let bytes = numbers.map(u64::to_ne_bytes).concat();
            counted.0.write_all_at(&bytes, 0).expect("written");
        };
        count([1, 10, 1000]);
        let all = Allocations {
            count: 10,
            bytes: 1000,
        };
        assert_eq!(read(), Some(all));
        counted.start().expect("kept");
        count([3, 17, 1500]);
        counted.stop().expect("kept");
        count([3, 99, 9999]);
        let within = Allocations {
            count: 7,
            bytes: 500,
        };
        assert_eq!(read(), Some(within));
    }
}
