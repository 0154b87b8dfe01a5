//! For how long nothing in a process has moved, as the kernel reports it.

use std::{
    collections::BTreeMap,
    fs,
    time::{Duration, Instant},
};

/// How often each thread has stopped running, by its number.
type Switches = BTreeMap<String, u64>;

/// A process that is looked at from time to time.
#[derive(Debug)]
pub(crate) struct Stillness {
    last: Option<Switches>,
    since: Instant,
}

impl Stillness {
    pub(crate) fn new() -> Self {
        Self {
            last: None,
            since: Instant::now(),
        }
    }

    /// How many threads it has, and for how long none of them has run; nothing if one is
    /// running, wants to, or waits for a disk.
    pub(crate) fn lasts(&mut self, pid: u32) -> Option<(usize, Duration)> {
        let now = asleep(pid);
        if now != self.last {
            self.last = now;
            self.since = Instant::now();
        }
        let threads = self.last.as_ref()?.len();
        Some((threads, self.since.elapsed()))
    }
}

/// The switches of each thread, if all are asleep.
fn asleep(pid: u32) -> Option<Switches> {
    let mut switches = Switches::new();
    for thread in fs::read_dir(format!("/proc/{pid}/task")).ok()? {
        let thread = thread.ok()?;
        let status = fs::read_to_string(thread.path().join("status")).ok()?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            Some(line.trim())
        };
        if !field("State:")?.starts_with('S') {
            return None;
        }
        let voluntary: u64 = field("voluntary_ctxt_switches:")?.parse().ok()?;
        let involuntary: u64 = field("nonvoluntary_ctxt_switches:")?.parse().ok()?;
        let name = thread.file_name().to_string_lossy().into_owned();
        switches.insert(name, voluntary + involuntary);
    }
    Some(switches)
}
