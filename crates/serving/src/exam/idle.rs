//! What idle connections cost a server: its resident memory with them, and without.
//!
//! Both are read from outside, so they are had in the same way of every row and language.
//! The kernel's part is in neither: a connection's buffers, and 16 KiB of a thread's stack.

use std::{
    fs, io, thread,
    time::{Duration, Instant},
};

use rustix::process::Pid;
use test_fixtures::{Facts, lives};

/// Fewer connections cost less than what a server allocates once, with its first ones.
const FEWEST: usize = 100;
/// How long a server may take to accept all.
const ACCEPTING: Duration = Duration::from_secs(10);
/// How long its memory has to be the same, and how long that is waited for.
const STEADY: Duration = Duration::from_millis(100);
const SETTLING: Duration = Duration::from_secs(2);
/// Between two looks at a server.
const BETWEEN: Duration = Duration::from_millis(10);

/// What a server holds.
#[derive(Clone, Copy, Debug)]
struct Held {
    descriptors: usize,
    /// Resident bytes.
    memory: u64,
}

/// What idle connections cost.
#[derive(Debug)]
pub(crate) struct Cost {
    guests: usize,
    without: Held,
    with: Held,
}

/// A server before its guests come.
#[derive(Debug)]
pub(crate) struct Before {
    pid: Pid,
    held: Held,
}

impl Before {
    /// Looks at a server that has started, once its memory is steady.
    ///
    /// # Errors
    /// It has ended.
    pub(crate) fn of(pid: Pid) -> io::Result<Self> {
        settle(pid)?;
        let held = Held::of(pid)?;
        Ok(Self { pid, held })
    }

    /// Waits until the server has accepted all `guests`, or a limited time, and until its
    /// memory is steady.
    ///
    /// # Errors
    /// It has ended.
    pub(crate) fn then(self, guests: usize) -> io::Result<Cost> {
        let Self { pid, held: without } = self;
        holds(pid, without.descriptors + guests);
        settle(pid)?;
        Ok(Cost {
            guests,
            without,
            with: Held::of(pid)?,
        })
    }
}

impl Cost {
    /// The memory of all and of each; where some connections wait to be accepted, how many
    /// were, and no figure.
    pub(crate) fn facts(&self, facts: Facts) -> Facts {
        let Self {
            guests,
            without,
            with,
        } = self;
        let accepted = with.descriptors.saturating_sub(without.descriptors);
        if accepted < *guests {
            return facts.count_of("idle accepted", accepted as u64, *guests as u64);
        }
        if *guests < FEWEST {
            return facts;
        }
        let more = with.memory as f64 - without.memory as f64;
        facts
            .column("idle MB", more / 1e6)
            .column("idle KiB each", more / 1024.0 / *guests as f64)
    }
}

impl Held {
    fn of(pid: Pid) -> io::Result<Self> {
        Ok(Self {
            descriptors: descriptors(pid)?,
            memory: memory(pid)?,
        })
    }
}

/// Waits until a process has so many descriptors open. Returns false if it has ended, or has
/// fewer after a limited time.
pub(crate) fn holds(pid: Pid, count: usize) -> bool {
    let clock = Instant::now();
    while clock.elapsed() < ACCEPTING && lives(pid) {
        if descriptors(pid).is_ok_and(|open| open >= count) {
            return true;
        }
        thread::sleep(BETWEEN);
    }
    false
}

/// Waits until a process's memory is steady, or a limited time.
fn settle(pid: Pid) -> io::Result<()> {
    let clock = Instant::now();
    let (mut last, mut since) = (memory(pid)?, Instant::now());
    while since.elapsed() < STEADY && clock.elapsed() < SETTLING {
        thread::sleep(BETWEEN);
        let now = memory(pid)?;
        if now != last {
            (last, since) = (now, Instant::now());
        }
    }
    Ok(())
}

/// How many descriptors a process has open.
pub(crate) fn descriptors(pid: Pid) -> io::Result<usize> {
    Ok(fs::read_dir(format!("/proc/{pid}/fd"))?.count())
}

/// The resident memory of a process, in bytes.
fn memory(pid: Pid) -> io::Result<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    let kilobytes: Option<u64> = number.and_then(|number| number.parse().ok());
    // A process that has ended and was not waited for has none.
    let kilobytes = kilobytes.ok_or(io::ErrorKind::NotFound)?;
    Ok(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use rustix::process::getpid;

    use super::*;

    fn cost(guests: usize, accepted: usize) -> String {
        let held = |descriptors, memory| Held {
            descriptors,
            memory,
        };
        let cost = Cost {
            guests,
            without: held(10, 4_000_000),
            with: held(10 + accepted, 4_000_000 + 2_048_000),
        };
        cost.facts(Facts::new()).to_string()
    }

    #[test]
    fn memory_is_that_of_connections_that_were_accepted() {
        assert_eq!(cost(1000, 1000), "idle MB 2.05, idle KiB each 2.00");
        assert_eq!(cost(1000, 999), "idle accepted 999 of 1000");
        assert_eq!(cost(20, 20), "");
    }

    #[test]
    fn what_a_process_holds_is_seen_from_outside() -> io::Result<()> {
        const PAGES: usize = 2000;
        let before = Before::of(getpid())?;
        let memory = vec![1_u8; PAGES * 4096];
        let files = (0..FEWEST).map(|_| File::open("/proc/self/status"));
        let files = files.collect::<io::Result<Vec<_>>>()?;
        let cost = before.then(FEWEST)?;
        assert!(cost.with.descriptors >= cost.without.descriptors + files.len());
        let more = cost.with.memory.saturating_sub(cost.without.memory);
        assert!(more >= memory.len() as u64 / 10 * 9, "{cost:?}");
        Ok(())
    }
}
