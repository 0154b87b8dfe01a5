//! The cases that every variant of every model is held to.

use std::{
    io::Read,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

use crate::{Bench, Case, Model, Settings, descendants::with_guards, lives, run_trial};

/// How long a program has to end, and its processes with it.
const PROMPT: Duration = Duration::from_secs(1);

pub(crate) fn cases<M: Model>() -> Vec<Case<M>> {
    let mut cases = vec![
        Case::holds(
            "default_job",
            "the demo's own job comes out as the oracle says",
            &[],
        ),
        Case::custom(
            "leaves_nothing",
            "after the job, descriptors and threads are back where they were, and no process is left",
            leaves_nothing,
        ),
        Case::custom(
            "leaks_nothing",
            "a second job in the same process leaves no more than the first did",
            leaks_nothing,
        ),
    ];
    if M::WAITS {
        cases = cases.into_iter().map(Case::waits).collect();
    }
    cases.extend([
        Case::custom(
            "interrupted",
            "Ctrl-C ends the program within a second, with exit code 130 and no process left",
            |bench| ends_on(bench, Signal::INT, Some(130)),
        ),
        Case::custom(
            "terminated",
            "SIGTERM ends the program within a second, with exit code 143 and no process left",
            |bench| ends_on(bench, Signal::TERM, Some(143)),
        ),
        Case::custom(
            "parent_killed",
            "when the program is killed, all its processes are gone within a second",
            |bench| ends_on(bench, Signal::KILL, None),
        ),
    ]);
    cases
}

fn leaves_nothing<M: Model>(bench: &Bench<M>) -> Result<()> {
    held(
        bench,
        &Settings {
            settle: true,
            ..Settings::default()
        },
    )
}

fn leaks_nothing<M: Model>(bench: &Bench<M>) -> Result<()> {
    held(
        bench,
        &Settings {
            settle: true,
            warm: true,
            ..Settings::default()
        },
    )
}

fn held<M: Model>(bench: &Bench<M>, settings: &Settings) -> Result<()> {
    let args = crate::job_args::<M>(&[""; 0])?;
    let (stage, job) = M::staged_for(&args, bench.runner())?;
    let trial = run_trial::<M>(bench.program(), bench.runner(), &stage, &job, settings)?;
    for (what, range) in [
        ("descriptors", trial.descriptors),
        ("threads", trial.threads),
    ] {
        let range = range.with_context(|| format!("the reply has no {what}"))?;
        ensure!(
            range.after <= range.before,
            "{} {what} before the job, {} after it",
            range.before,
            range.after
        );
    }
    ensure!(
        trial.left_behind == 0,
        "{} processes left behind",
        trial.left_behind
    );
    Ok(())
}

fn ends_on<M: Model>(
    bench: &Bench<M>,
    signal: Signal,
    exit_code: Option<i32>,
) -> Result<()> {
    let mut command = bench.demo(M::LONG);
    let child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut child = Ending(child);
    let pid = Pid::from_child(&child.0);
    let started = Instant::now();
    let mut descendants = crate::descendants(pid);
    while descendants.is_empty() {
        ensure!(
            started.elapsed() < Duration::from_secs(10),
            "it started no trial"
        );
        if let Some(status) = child.0.try_wait()? {
            bail!("it ended before it could be interrupted: {status}");
        }
        thread::sleep(Duration::from_millis(5));
        descendants = crate::descendants(pid);
    }
    // Somewhere in the middle: processes are starting, or at work.
    thread::sleep(Duration::from_millis(differing(pid) % 400));
    descendants.extend(with_guards(pid));
    kill_process(pid, signal)?;
    let sent = Instant::now();
    let status = loop {
        if let Some(status) = child.0.try_wait()? {
            break status;
        }
        ensure!(
            sent.elapsed() < PROMPT,
            "still running {PROMPT:?} after the signal"
        );
        thread::sleep(Duration::from_millis(2));
    };
    for pid in descendants {
        while lives(pid) {
            ensure!(sent.elapsed() < PROMPT, "process {pid:?} is still there");
            thread::sleep(Duration::from_millis(2));
        }
    }
    let Some(exit_code) = exit_code else {
        return Ok(());
    };
    ensure!(
        status.code() == Some(exit_code),
        "{status}, not exit code {exit_code}"
    );
    let mut stderr = String::new();
    child
        .0
        .stderr
        .take()
        .context("stderr is piped")?
        .read_to_string(&mut stderr)?;
    ensure!(
        stderr.contains("interrupted"),
        "standard error does not say so: {stderr}"
    );
    Ok(())
}

/// A number that differs from run to run; no more is needed of it.
fn differing(pid: Pid) -> u64 {
    (pid.as_raw_nonzero().get() as u64).wrapping_mul(0x9E37_79B9) >> 8
}

/// Kills the program if the case ends before it does.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        // Fails only if it has ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
