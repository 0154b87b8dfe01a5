//! A process's descendants, and what the system reports of each.

use std::fs;

use rustix::process::{Pid, WaitOptions, waitpid};

use crate::guard::is_guard;

/// Its children, and theirs, but for the guards of trials.
pub fn descendants(pid: Pid) -> Vec<Pid> {
    let mut all = with_guards(pid);
    all.retain(|pid| !is_guard(*pid));
    all
}

/// Its children, and theirs.
pub(crate) fn with_guards(pid: Pid) -> Vec<Pid> {
    let mut found = Vec::new();
    let Ok(threads) = fs::read_dir(format!("/proc/{}/task", pid.as_raw_nonzero())) else {
        return found;
    };
    for thread in threads.flatten() {
        let children = fs::read_to_string(thread.path().join("children"));
        for child in children.unwrap_or_default().split_whitespace() {
            if let Some(child) = child.parse().ok().and_then(Pid::from_raw) {
                found.push(child);
                found.extend(with_guards(child));
            }
        }
    }
    found
}

/// Whether it has not ended yet.
pub fn lives(pid: Pid) -> bool {
    // An orphan may have become ours; if it has ended, this takes it away.
    let _ = waitpid(Some(pid), WaitOptions::NOHANG);
    !matches!(state(pid), None | Some('Z' | 'X'))
}

/// The letter that the system has for its state: `T` for one that is stopped.
pub fn state(pid: Pid) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}
