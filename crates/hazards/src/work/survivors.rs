//! Processes that outlive those that were killed.

use std::{
    io, thread,
    time::{Duration, Instant},
};

use rustix::process::{
    Pid, Signal, WaitOptions, getpid, kill_process, set_child_subreaper, waitpid,
};

/// How often it is looked whether a process has ended.
const LOOK: Duration = Duration::from_millis(1);

/// Makes this process the parent of those whose own one ends before them.
pub(crate) fn adopt() -> io::Result<()> {
    Ok(set_child_subreaper(Some(getpid()))?)
}

/// Whether an adopted process runs on, after it was waited for so long; then it is killed.
/// It is waited for in any case.
pub(crate) fn survives(pid: u64, patience: Duration) -> bool {
    let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) else {
        return false;
    };
    let started = Instant::now();
    // What can't be waited for is no child, and no child is left.
    while let Ok(None) = waitpid(Some(pid), WaitOptions::NOHANG) {
        if started.elapsed() >= patience {
            // It may have ended just now.
            let _ = kill_process(pid, Signal::KILL);
            let _ = waitpid(Some(pid), WaitOptions::empty());
            return true;
        }
        thread::sleep(LOOK);
    }
    false
}
