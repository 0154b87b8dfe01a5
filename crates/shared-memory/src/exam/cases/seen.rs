//! What is seen of a job while it runs and when it is gone, beside its output.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use test_fixtures::{Bench, Settings, Span, descendants, lives};

use super::PATIENCE;
use crate::SharedMemory;

/// Whether its workers are threads; all others' are processes.
fn has_threads(bench: &Bench<SharedMemory>) -> bool {
    ["std_only", "crossbeam", "rayon", "go", "node"].contains(&bench.name())
}

/// What one says of a worker that goes wrong.
fn last_words(bench: &Bench<SharedMemory>, fault: &str) -> Result<String> {
    let args = ["--n", "100000", "--fault", fault];
    match bench.trial(&args, &Settings::default()) {
        Ok(_) => bail!("it did not fail"),
        Err(error) => Ok(error.to_string()),
    }
}

pub(super) fn workers_at_once(bench: &Bench<SharedMemory>) -> Result<()> {
    // Each worker has chunks enough to meet one with a pause in it.
    let args = ["--n", "1000000", "--workers", "4", "--pause", "2s"];
    let settings = Settings {
        spans: true,
        ..Settings::default()
    };
    let trial = bench.trial(&args, &settings)?;
    let lanes: BTreeSet<_> = trial.spans.iter().map(|span| &span.lane).collect();
    ensure!(lanes.len() == 4, "{} workers, not 4", lanes.len());
    let at_once = |now: &Span| {
        let spans = trial.spans.iter();
        spans
            .filter(|span| span.start <= now.start && now.start < span.end)
            .count()
    };
    let most = trial.spans.iter().map(at_once).max();
    ensure!(most == Some(4), "{most:?} at once, not 4");
    Ok(())
}

pub(super) fn lost_part_is_named(bench: &Bench<SharedMemory>) -> Result<()> {
    for (fault, how) in [
        ("1:kill", "it was killed by signal 9"),
        ("1:exit", "it ended with exit code 1 and no report"),
    ] {
        let line = last_words(bench, fault)?;
        let due = match (has_threads(bench), fault) {
            // If a thread kills or ends the process, no thread is left to report it.
            (true, "1:kill") => "killed by signal 9: it said nothing".to_owned(),
            (true, _) => "exit code 1: it said nothing".to_owned(),
            (false, _) => format!(
                "exit code 1: shared-memory: worker 1: {how}; elements 25000 to 50000 are \
                 not whole"
            ),
        };
        ensure!(line.starts_with(&due), "{line:?}, not {due:?}");
    }
    Ok(())
}

pub(super) fn worker_panics(bench: &Bench<SharedMemory>) -> Result<()> {
    let line = last_words(bench, "1:panic")?;
    let is_asked = line.contains("panicked: worker 1 was asked to panic");
    ensure!(line.starts_with("exit code 1:") && is_asked, "{line}");
    Ok(())
}

pub(super) fn creator_killed(bench: &Bench<SharedMemory>) -> Result<()> {
    const WORKERS: usize = 4;
    // Enough that every worker has a chunk with a pause in it.
    let args = ["--n", "1000000", "--workers", "4", "--pause", "1h"];
    let mut program = bench
        .demo(&args)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let pid = Pid::from_child(&program);
    let at_work = wait_for(|| {
        let all = descendants(pid);
        let creator = *all.first().filter(|pid| !is_floor(**pid))?;
        let workers = match has_threads(bench) {
            true => tasks(creator),
            false => all.len(),
        };
        (workers > WORKERS).then_some((creator, all))
    });
    let Some((creator, all)) = at_work else {
        program.kill()?;
        program.wait()?;
        bail!("its workers did not start");
    };
    let names: BTreeSet<_> = all.iter().flat_map(|pid| named_memory(*pid)).collect();
    kill_process(creator, Signal::KILL)?;
    program.wait()?;
    for pid in all {
        wait_for(|| (!lives(pid)).then_some(()))
            .with_context(|| format!("process {pid:?} is still there"))?;
    }
    let left = names.iter().find(|name| name.exists());
    ensure!(left.is_none(), "{left:?} is still there");
    Ok(())
}

pub(super) fn no_name_left(bench: &Bench<SharedMemory>) -> Result<()> {
    let before = names();
    bench.trial(&["--n", "100000"], &Settings::default())?;
    let killed = ["--n", "100000", "--fault", "1:kill"];
    ensure!(
        bench.trial(&killed, &Settings::default()).is_err(),
        "it did not fail"
    );
    // Other programs at work here remove their names again.
    let new: Vec<_> = names().difference(&before).cloned().collect();
    wait_for(|| new.iter().all(|name| !name.exists()).then_some(()))
        .with_context(|| format!("{new:?} are left"))
}

/// All that has a name in `/dev/shm`.
fn names() -> BTreeSet<PathBuf> {
    let names = fs::read_dir("/dev/shm").into_iter().flatten().flatten();
    names.map(|name| name.path()).collect()
}

/// Whether a process finds the floor, before another does the job.
fn is_floor(pid: Pid) -> bool {
    let words = fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero()));
    // One that is not there yet, or no more, does not do the job.
    words.map_or(true, |words| {
        words.is_empty() || words.split(|byte| *byte == 0).any(|word| word == b"floor")
    })
}

/// How many threads a process has.
fn tasks(pid: Pid) -> usize {
    let folder = format!("/proc/{}/task", pid.as_raw_nonzero());
    fs::read_dir(folder).map_or(0, Iterator::count)
}

/// What a process has open or mapped that has a name in `/dev/shm`.
fn named_memory(pid: Pid) -> Vec<PathBuf> {
    let process = format!("/proc/{}", pid.as_raw_nonzero());
    let open = fs::read_dir(format!("{process}/fd")).into_iter().flatten();
    let open = open
        .flatten()
        .filter_map(|fd| fs::read_link(fd.path()).ok());
    let mapped = fs::read_to_string(format!("{process}/maps")).unwrap_or_default();
    let mapped = mapped
        .lines()
        .filter_map(|line| line.find('/').map(|at| &line[at..]));
    let all = open.chain(mapped.map(PathBuf::from));
    all.filter(|path| path.starts_with(Path::new("/dev/shm")))
        .collect()
}

fn wait_for<T>(mut condition: impl FnMut() -> Option<T>) -> Option<T> {
    let clock = Instant::now();
    loop {
        let value = condition();
        if value.is_some() || clock.elapsed() > PATIENCE {
            return value;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(test)]
mod tests {
    use test_fixtures::temporary::TemporaryFile;

    use super::*;

    #[test]
    fn memory_with_a_name_is_found() -> Result<()> {
        let file = TemporaryFile::new_in(Path::new("/dev/shm"))?;
        let found = named_memory(rustix::process::getpid());
        ensure!(found.contains(&file.path().to_owned()), "{found:?}");
        Ok(())
    }
}
