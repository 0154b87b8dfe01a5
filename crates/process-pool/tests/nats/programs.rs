//! The program itself as the coordinator and as other machines, which are killed, stopped
//! and continued.

use std::{
    collections::HashSet,
    env,
    io::{BufRead, BufReader, Read},
    num::NonZeroUsize,
    panic::resume_unwind,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use async_nats::jetstream::{self, consumer::pull::OrderedConfig};
use futures_util::StreamExt;
use process_pool::{
    Count, Job, Output, Server, connect,
    parts::frame::{Decoder, Kind},
    variants::nats::run::ACK_WAIT,
};
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use test_fixtures::{Outcome, cores, descendants, monotonic_nanos};
use tokio::{runtime::Builder, time::timeout};

use crate::machine::{LIMIT, PROGRAM, until};

/// What is read of a trial's reply.
#[derive(Deserialize)]
struct Reply {
    output: Output,
}

/// A program that is killed at the end.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Result<Self> {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        Ok(Self(command.stderr(Stdio::piped()).spawn()?))
    }

    /// A coordinator of this job, with a worker process of its own.
    fn coordinator(job: &Job) -> Result<Self> {
        let mut running = Self::start(Command::new(PROGRAM).args(["trial", "nats"]))?;
        let stdin = running.0.stdin.take().context("it is piped")?;
        serde_json::to_writer(stdin, job)?;
        Ok(running)
    }

    /// A machine with one worker process. Returns once it takes tasks.
    fn machine(server: &Server) -> Result<Self> {
        let mut command = Command::new(PROGRAM);
        command.args(["worker", "--workers", "1", "--nats", server.url()]);
        let mut running = Self::start(&mut command)?;
        let stderr = running.0.stderr.take().context("it is piped")?;
        let mut lines = BufReader::new(stderr).lines();
        for words in ["waits for runs", "takes tasks of"] {
            let line = lines.next().context("it has ended")??;
            ensure!(line.contains(words), "{line}");
        }
        Ok(running)
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        Ok(kill_process(Pid::from_child(&self.0), signal)?)
    }

    /// The counts that it replies with, once it has ended.
    fn counts(mut self) -> Result<Vec<Count>> {
        let (mut text, mut why) = (String::new(), String::new());
        let stdout = self.0.stdout.take().context("it is piped")?;
        { stdout }.read_to_string(&mut text)?;
        let stderr = self.0.stderr.take().context("it is piped")?;
        { stderr }.read_to_string(&mut why)?;
        ensure!(self.0.wait()?.success(), "{why}");
        let reply: Reply = serde_json::from_str(&text)?;
        let counts = reply
            .output
            .outcomes
            .into_iter()
            .map(|outcome| match outcome {
                Outcome::Ok(count) => Ok(count),
                other => bail!("{other:?}"),
            });
        counts.collect()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails only if it has ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn job(server: &Server, below: u64, ranges: usize) -> Job {
    Job {
        below,
        ranges,
        workers: NonZeroUsize::MIN,
        timeout_ms: 60_000,
        noop: false,
        faults: Vec::new(),
        nats: Some(server.url().to_owned()),
        names_hosts: false,
        run: Some("mine".to_owned()),
        wait_us: 0,
        delay_us: 0,
        window: None,
    }
}

/// Waits until so many messages are stored among the results of a job.
fn until_stored(job: &Job, count: u64) -> Result<()> {
    let url = job.nats.as_deref().context("it has a server")?;
    let stream = format!("{}-results", job.run_name());
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let jetstream = jetstream::new(connect(url).await?);
        until("results are stored", async || {
            let Ok(stream) = jetstream.get_stream(&stream).await else {
                return Ok(false);
            };
            Ok(stream.cached_info().state.messages >= count)
        })
        .await
    })
}

/// Waits until a task of a job begins that was delivered before.
fn until_begun_again(job: &Job) -> Result<()> {
    let url = job.nats.as_deref().context("it has a server")?;
    let stream = format!("{}-results", job.run_name());
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let jetstream = jetstream::new(connect(url).await?);
        let stream = jetstream.get_stream(&stream).await?;
        let mut messages = stream
            .create_consumer(OrderedConfig::default())
            .await?
            .messages()
            .await?;
        let begun = async {
            while let Some(message) = messages.next().await {
                let mut decoder = Decoder::default();
                decoder.push(&message?.payload);
                if let Some(frame) = decoder.next_frame()?
                    && frame.kind == Kind::Task
                {
                    return Ok(());
                }
            }
            bail!("the results have ended")
        };
        timeout(LIMIT, begun).await?
    })
}

fn whole(counts: &[Count], primes: u64) -> Result<()> {
    let sum: u64 = counts.iter().map(|count| count.primes).sum();
    ensure!(sum == primes, "{sum} primes, not {primes}");
    Ok(())
}

/// Nobody could go on with it.
pub(crate) fn an_interrupted_run_without_a_name_is_removed() -> Result<()> {
    let server = Server::start()?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let streams = || {
        runtime.block_on(async {
            let jetstream = jetstream::new(connect(server.url()).await?);
            anyhow::Ok(jetstream.stream_names().count().await)
        })
    };
    let mut command = Command::new(PROGRAM);
    command.args(["--variants", "nats", "--nats", server.url()]);
    command.args(["--below", "400000000", "--workers", "1"]);
    let mut program = Running::start(&mut command)?;
    let start = Instant::now();
    while streams()? < 2 {
        ensure!(start.elapsed() < LIMIT, "there is no run");
        thread::sleep(Duration::from_millis(5));
    }
    program.signal(Signal::INT)?;
    let code = program.0.wait()?.code();
    ensure!(code == Some(130), "exit code {code:?}");
    let left = streams()?;
    ensure!(left == 0, "{left} streams are left");
    Ok(())
}

/// It is killed three times, with its worker.
pub(crate) fn a_coordinator_that_is_started_again_goes_on() -> Result<()> {
    let server = Server::start()?;
    let job = job(&server, 2_000_000, 100);
    for stored in [10, 20, 30] {
        let killed = Running::coordinator(&job)?;
        until_stored(&job, stored)?;
        drop(killed);
    }
    let counts = Running::coordinator(&job)?.counts()?;
    whole(&counts, 148_933)?;
    let pids: HashSet<_> = counts.iter().map(|count| count.pid).collect();
    ensure!(pids.len() == 4, "what was done is done again: {pids:?}");
    Ok(())
}

/// A machine is stopped with a task in hand, for longer than it may be silent. Another one
/// does the task. The first one is continued before the run is over, and goes on.
pub(crate) fn a_machine_that_was_cut_off_does_no_harm() -> Result<()> {
    let server = Server::start()?;
    let job = job(&server, 3_000_000, 30);
    let coordinator = Running::coordinator(&job)?;
    let machine = Running::machine(&server)?;
    until_stored(&job, 8)?;
    machine.signal(Signal::STOP)?;
    // Its worker process is not, so that it has an answer when it comes back.
    let counts = thread::scope(|scope| {
        let counts = scope.spawn(|| coordinator.counts());
        let again = until_begun_again(&job);
        machine.signal(Signal::CONT)?;
        let counts = counts.join().expect("it does not panic")?;
        again.map(|()| counts)
    })?;
    whole(&counts, 216_816)
}

/// Two join while it runs, one of them is killed.
pub(crate) fn machines_come_and_go() -> Result<()> {
    let server = Server::start()?;
    let job = Job {
        names_hosts: true,
        ..job(&server, 2_000_000, 60)
    };
    let coordinator = Running::coordinator(&job)?;
    until_stored(&job, 2)?;
    let machines = [Running::machine(&server)?, Running::machine(&server)?];
    until_stored(&job, 20)?;
    let [gone, stays] = machines;
    let workers = [&gone, &stays].map(|one| descendants(Pid::from_child(&one.0)));
    drop(gone);
    let counts = coordinator.counts()?;
    whole(&counts, 148_933)?;
    let by = |pids: &[Pid]| {
        let is_by = |count: &&Count| {
            pids.iter()
                .any(|pid| pid.as_raw_nonzero().get() as u32 == count.pid)
        };
        counts.iter().filter(is_by).count()
    };
    for pids in &workers {
        ensure!(by(pids) > 0, "a machine has done nothing");
    }
    let host = process_pool::this_host();
    let is_named = |count: &Count| count.host.as_ref() == Some(&host);
    ensure!(counts.iter().all(is_named), "a count names no machine");
    Ok(())
}

/// It is asked to end, and others have its tasks at once.
pub(crate) fn a_machine_that_leaves_gives_back_its_tasks() -> Result<()> {
    let server = Server::start()?;
    let job = job(&server, 2_000_000, 60);
    let coordinator = Running::coordinator(&job)?;
    let mut machine = Running::machine(&server)?;
    until_stored(&job, 10)?;
    machine.signal(Signal::TERM)?;
    let left = Instant::now();
    let code = machine.0.wait()?.code();
    ensure!(code == Some(143), "exit code {code:?}");
    ensure!(left.elapsed() < Duration::from_secs(1), "it stays");
    whole(&coordinator.counts()?, 148_933)?;
    let took = left.elapsed();
    ensure!(took < ACK_WAIT, "it was waited for: {took:?}");
    Ok(())
}

/// A worker process, the server, the coordinator or a machine is killed, at another moment
/// in each run; in every second one, the server before that. `INTERLEAVE_KILLS` is how many
/// runs there are.
pub(crate) fn whatever_is_killed_each_task_counts_once() -> Result<()> {
    let runs = env::var("INTERLEAVE_KILLS").ok();
    let runs = runs.and_then(|runs| runs.parse().ok()).unwrap_or(8);
    let next = AtomicU64::new(0);
    let some_of_them = || -> Result<()> {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= runs {
                return Ok(());
            }
            killed(number).with_context(|| format!("run {number}"))?;
        }
    };
    // Each has a server of its own, and waits much.
    thread::scope(|scope| {
        let threads: Vec<_> = (0..3 * cores().get())
            .map(|_| scope.spawn(some_of_them))
            .collect();
        let ended = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        ended.collect()
    })
}

fn killed(number: u64) -> Result<()> {
    let mut server = Server::start()?;
    let job = job(&server, 2_000_000, 40);
    let mut coordinator = Running::coordinator(&job)?;
    let machine = Running::machine(&server)?;
    let wait = |salt: u64| {
        let moment = monotonic_nanos().wrapping_mul(number | 1) >> salt;
        thread::sleep(Duration::from_millis(moment % 300));
    };
    wait(8);
    if number / 4 % 2 == 1 {
        server.restart()?;
        wait(9);
    }
    match number % 4 {
        0 => {
            let workers = descendants(Pid::from_child(&coordinator.0));
            for worker in workers {
                // It may have ended.
                let _ = kill_process(worker, Signal::KILL);
            }
        }
        1 => server.restart()?,
        2 => {
            drop(coordinator);
            coordinator = Running::coordinator(&job)?;
        }
        _ => drop(machine),
    }
    let counts = coordinator.counts()?;
    whole(&counts, 148_933)?;
    ensure!(counts.len() == 40, "{} of 40 ranges", counts.len());
    Ok(())
}
