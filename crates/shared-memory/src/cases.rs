//! Jobs with what must come of them.

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
use test_fixtures::{Bench, Case, Settings, descendants, lives};

use crate::SharedMemory;

/// Long enough for what is waited for on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn cases() -> Vec<Case<SharedMemory>> {
    let mut cases = shapes();
    cases.extend(losses());
    cases.extend(memory());
    cases
}

fn shapes() -> Vec<Case<SharedMemory>> {
    vec![
        Case::holds("no_items", "no squares are an empty array", &["--n", "0"]),
        Case::holds("one_item", "one square is all of it", &["--n", "1"]),
        Case::holds(
            "fewer_items_than_workers",
            "workers that nothing is left for do no harm",
            &["--n", "3", "--workers", "8"],
        ),
        Case::holds(
            "not_a_multiple",
            "a last part that is shorter than the others is whole, too",
            &["--n", "1000003", "--workers", "7"],
        ),
        Case::holds(
            "one_worker",
            "one worker does it all",
            &["--n", "300000", "--workers", "1"],
        ),
        Case::holds(
            "one_square_a_message",
            "as many messages as squares arrive in order",
            &["--n", "20000", "--workers", "3", "--batch", "1"],
        ),
        Case::holds(
            "messages_larger_than_queues",
            "a message that no pipe or ring has room for goes through in pieces",
            &["--n", "300000", "--workers", "2", "--batch", "100000"],
        ),
        Case::holds(
            "pause",
            "a worker that stops half-way goes on where it was",
            &["--n", "1000", "--batch", "7", "--pause", "20ms"],
        ),
    ]
}

fn losses() -> Vec<Case<SharedMemory>> {
    let briefly = || Settings {
        time_limit: PATIENCE,
        ..Settings::default()
    };
    vec![
        Case::fails_under(
            "worker_killed",
            "a worker that is killed half-way is said, and no array with a hole comes back",
            &["--n", "100000", "--fault", "1:kill"],
            briefly(),
            "killed by signal 9",
        ),
        Case::fails_under(
            "worker_exits",
            "so is one that exits",
            &["--n", "100000", "--fault", "1:exit"],
            briefly(),
            "exit code 1",
        ),
        Case::custom(
            "worker_panics",
            "so is one that panics, with what it had to say",
            |bench| {
                let args = ["--n", "100000", "--fault", "1:panic"];
                let Err(error) = bench.trial(&args, &Settings::default()) else {
                    bail!("it did not fail");
                };
                let line = error.to_string();
                ensure!(line.contains("worker 1 was told to panic"), "{line}");
                Ok(())
            },
        ),
        Case::custom(
            "creator_killed",
            "killed half-way, whoever made the memory leaves no process and nothing in \
             /dev/shm",
            creator_killed,
        ),
        Case::custom(
            "no_name_left",
            "a job leaves nothing in /dev/shm, whether it ends well or a worker is killed",
            no_name_left,
        ),
    ]
}

fn memory() -> Vec<Case<SharedMemory>> {
    vec![
        Case::fails_under(
            "not_enough_memory",
            "without the memory it is an error, and nothing is touched",
            &["--n", "100000000"],
            Settings {
                addresses: Some(700 << 20),
                ..Settings::default()
            },
            "not enough memory",
        ),
        Case::custom("one_array", "the array is in memory once", |bench| {
            let args = ["--n", "4000000"];
            let trial = bench.trial(&args, &Settings::default())?;
            let memory = trial.memory.context("the reply has no memory")?;
            let grown = memory.peak.saturating_sub(memory.before);
            let array = 4_000_000 * 8;
            ensure!(
                grown <= array + array / 4,
                "it took {grown} bytes, where the array has {array}"
            );
            Ok(())
        }),
    ]
}

fn creator_killed(bench: &Bench<SharedMemory>) -> Result<()> {
    const WORKERS: usize = 4;
    // So many that every worker has a chunk with a pause in it.
    let args = ["--n", "1000000", "--workers", "4", "--pause", "1h"];
    let mut program = bench
        .demo(&args)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let pid = Pid::from_child(&program);
    // Whether its workers are threads or processes: they are there.
    let at_work = wait_for(|| {
        let all = descendants(pid);
        let creator = all.iter().copied().find(|pid| is_trial(*pid))?;
        let tasks: usize = all.iter().map(|pid| tasks(*pid)).sum();
        (tasks > WORKERS).then_some((creator, all))
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

fn no_name_left(bench: &Bench<SharedMemory>) -> Result<()> {
    let before = names();
    bench.trial(&["--n", "100000"], &Settings::default())?;
    let killed = ["--n", "100000", "--fault", "1:kill"];
    ensure!(
        bench.trial(&killed, &Settings::default()).is_err(),
        "it did not fail"
    );
    // Whoever else is at work here takes its names away again.
    let new: Vec<_> = names().difference(&before).cloned().collect();
    wait_for(|| new.iter().all(|name| !name.exists()).then_some(()))
        .with_context(|| format!("{new:?} are left"))
}

/// All that has a name in `/dev/shm`.
fn names() -> BTreeSet<PathBuf> {
    let names = fs::read_dir("/dev/shm").into_iter().flatten().flatten();
    names.map(|name| name.path()).collect()
}

/// Whether a process does the job; another finds the floor.
fn is_trial(pid: Pid) -> bool {
    let words = fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero()));
    words.is_ok_and(|words| words.split(|byte| *byte == 0).any(|word| word == b"trial"))
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
    use super::*;

    #[test]
    fn memory_with_a_name_is_found() -> Result<()> {
        let path = PathBuf::from(format!("/dev/shm/interleave-{}", std::process::id()));
        let file = fs::File::create_new(&path)?;
        let found = named_memory(rustix::process::getpid());
        drop(file);
        fs::remove_file(&path)?;
        ensure!(found.contains(&path), "{found:?}");
        Ok(())
    }
}
