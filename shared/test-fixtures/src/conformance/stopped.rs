//! A trial that is stopped and continued, again and again while it runs.

use std::{
    io::{Read, Write},
    os::unix::process::CommandExt,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::{Bench, Model, Reply, guard::die_with_parent, job_args, process::hand_down};

/// How long it is stopped each time. It runs a little longer from time to time, so that
/// every call of it is met.
const STOPPED: Duration = Duration::from_millis(5);
/// How long it may take in all.
const LIMIT: Duration = Duration::from_secs(60);

/// Does the job of these arguments in a trial that is stopped and continued all the while.
/// Calls that wait with a time-out are then cut short by the system, with `Interrupted`
/// (signal(7)), also where no signal is handled.
///
/// # Errors
/// Its result is not as it must be, or it was not stopped at least three times.
pub fn stopped_and_continued<M: Model>(bench: &Bench<M>, args: &[&str]) -> Result<()> {
    let args = job_args::<M>(args)?;
    let (stage, job) = M::staged_for(&args, bench.runner())?;
    let mut command = bench.program().command();
    die_with_parent(&mut command);
    command
        .args(["trial", bench.name()])
        .envs(M::environment(&job))
        .env("RUST_BACKTRACE", "0")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if let Some(descriptor) = M::hands_down(&stage) {
        hand_down(&mut command, descriptor)?;
    }
    let mut group = Group(command.spawn()?);
    drop(command);
    let mut stdin = group.0.stdin.take().context("stdin is piped")?;
    stdin.write_all(&serde_json::to_vec(&job)?)?;
    drop(stdin);
    let stdout = group.0.stdout.take().context("stdout is piped")?;
    let stderr = group.0.stderr.take().context("stderr is piped")?;
    let (reply, words, stops) = thread::scope(|scope| -> Result<_> {
        let reply = scope.spawn(|| all(stdout));
        let words = scope.spawn(|| all(stderr));
        let stops = group.stop_until_it_ends()?;
        let read = |thread: thread::ScopedJoinHandle<'_, _>| thread.join();
        let reply = read(reply).expect("reading a pipe does not panic");
        let words = read(words).expect("reading a pipe does not panic");
        Ok((reply, words, stops))
    })?;
    // From bytes, as a trial's reply is read: what reads text would be compiled as well.
    let words = String::from_utf8_lossy(&words);
    let reply: Reply<M::Output> = serde_json::from_slice(&reply)
        .with_context(|| format!("it did not reply: {}", words.trim_end()))?;
    ensure!(!words.contains("panicked"), "{words}");
    M::check(&stage, &job, &reply.output)?;
    ensure!(stops >= 3, "it was stopped {stops} times");
    Ok(())
}

fn all(mut pipe: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What can't be read is missed where it is looked for.
    drop(pipe.read_to_end(&mut bytes));
    bytes
}

/// A trial, and whatever it starts. Dropped, it is killed.
struct Group(Child);

impl Group {
    /// Returns how often it was stopped.
    fn stop_until_it_ends(&mut self) -> Result<u64> {
        let (started, mut stops) = (Instant::now(), 0);
        while self.0.try_wait()?.is_none() {
            if started.elapsed() > LIMIT {
                self.signal(Signal::KILL);
                anyhow::bail!("it runs on after {LIMIT:?}");
            }
            self.signal(Signal::STOP);
            thread::sleep(STOPPED);
            self.signal(Signal::CONT);
            thread::sleep(STOPPED + Duration::from_millis(stops % 7));
            stops += 1;
        }
        Ok(stops)
    }

    fn signal(&self, signal: Signal) {
        // It may have ended.
        let _ = kill_process_group(Pid::from_child(&self.0), signal);
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // If it has exited, `try_wait` has reaped it, and its id may be another's then.
        if matches!(self.0.try_wait(), Ok(None)) {
            self.signal(Signal::KILL);
            drop(self.0.wait());
        }
    }
}
