//! The command line's view of the job.

use std::{fmt, io, num::NonZeroUsize, time::Duration};

use anyhow::Result;
use async_nats::ServerAddr;
use clap::Args;
use test_fixtures::{Misuse, deadline, duration, whole};

use crate::{Fault, Job};

const MOST_NUMBERS: u64 = 1_000_000_000;
const MOST_RANGES: u64 = 1_000_000;
const MOST_WORKERS: u64 = 256;
const MOST_IN_HAND: u64 = 1000;

/// Counts primes by range, in worker processes.
#[derive(Args, Clone, Debug)]
pub struct JobArgs {
    /// Count the primes below this number
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    #[arg(value_parser = whole::<u64>(0..=MOST_NUMBERS))]
    below: u64,
    /// In this many ranges of the same length, a task each
    #[arg(long, value_name = "N", default_value_t = 4)]
    #[arg(value_parser = whole::<usize>(0..=MOST_RANGES))]
    ranges: usize,
    /// On this many worker processes
    #[arg(long, value_name = "N", default_value = "4")]
    #[arg(value_parser = whole::<NonZeroUsize>(1..=MOST_WORKERS))]
    workers: NonZeroUsize,
    /// A task's deadline
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = deadline)]
    timeout: Duration,
    /// Tasks do nothing: what is left is the pool itself
    #[arg(long)]
    noop: bool,
    /// Tasks wait for this long first, and take no core meanwhile
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = duration)]
    wait: Duration,
    /// Make a task go wrong, at its first attempt or always: 3:kill, all:panic:always.
    /// Kinds: kill, exit, abort, panic, stop, corrupt-magic, huge-length, short-frame,
    /// flood-stderr, big (8 MiB each way)
    #[arg(long, value_name = "TASK:KIND[:always]")]
    fault: Vec<Fault>,
    /// The server of the variant nats, instead of one of its own: nats://HOST or
    /// tls://HOST, as the user NATS_USER with NATS_PASSWORD, if they are set
    #[arg(long, value_name = "URL")]
    nats: Option<String>,
    /// The run's name on that server: one that was not finished goes on with what is left
    #[arg(long, value_name = "NAME", requires = "nats", value_parser = run)]
    run: Option<String>,
    /// In the variant nats, a round trip to the server takes so much longer
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = duration)]
    delay: Duration,
    /// In the variant nats, a worker has this many tasks in hand at most [default: 32]
    #[arg(long, value_name = "N", value_parser = window)]
    window: Option<NonZeroUsize>,
}

/// A parser of how many tasks a worker has in hand.
pub(crate) fn window(text: &str) -> Result<NonZeroUsize, String> {
    whole(1..=MOST_IN_HAND)(text)
}

/// Holds that a NATS server's address is one. The error doesn't name it: a password may be
/// in it, which a parser of clap's would print.
pub(crate) fn nats(text: &str) -> Result<(), Misuse> {
    let address: ServerAddr = text.parse().map_err(|error: io::Error| {
        let why = "an address is nats://HOST or nats://HOST:PORT";
        Misuse(format!("--nats: {error}; {why}"))
    })?;
    match address.is_websocket() || address.host().is_empty() {
        true => {
            let why = "--nats: a server's address is nats://HOST or tls://HOST";
            Err(Misuse(why.to_owned()))
        }
        false => Ok(()),
    }
}

/// A parser of a run's name.
pub(crate) fn run(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match !text.is_empty() && text.len() <= 64 && text.chars().all(is_plain) {
        true => Ok(text.to_owned()),
        false => Err("a run's name is 1 to 64 letters, digits, - and _".to_owned()),
    }
}

impl JobArgs {
    /// Whether the job brings its own server.
    pub(crate) fn has_server(&self) -> bool {
        self.nats.is_some()
    }

    /// The job of these arguments, if it is one.
    pub(crate) fn job(&self) -> Result<Job> {
        for fault in &self.fault {
            if let Some(task) = fault.task.filter(|task| *task >= self.ranges) {
                let ranges = self.ranges;
                let why = format!(
                    "--fault: there is no task {task} among {ranges}; they count from 0"
                );
                return Err(Misuse(why).into());
            }
        }
        self.nats.as_deref().map_or(Ok(()), nats)?;
        Ok(Job {
            below: self.below,
            ranges: self.ranges,
            workers: self.workers,
            timeout_ms: self.timeout.as_millis() as u64,
            noop: self.noop,
            wait_us: self.wait.as_micros() as u64,
            faults: self.fault.clone(),
            names_hosts: self.has_server(),
            nats: self.nats.clone(),
            run: self.run.clone(),
            delay_us: self.delay.as_micros() as u64,
            window: self.window,
        })
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { below, ranges, .. } = self;
        let s = |count: usize| if count == 1 { "" } else { "s" };
        match self.noop {
            true if self.wait_us > 0 => write!(f, "{ranges} task{}", s(*ranges))?,
            true => write!(f, "{ranges} task{} that do nothing", s(*ranges))?,
            false => write!(f, "primes below {below} in {ranges} range{}", s(*ranges))?,
        }
        if self.wait_us > 0 {
            write!(f, " that wait for {:?}", self.wait())?;
        }
        write!(f, " on {} worker{}", self.workers, s(self.workers.get()))?;
        if let Some(window) = self.window {
            write!(f, ", {window} in hand")?;
        }
        if self.delay_us > 0 {
            write!(f, ", {:?} from the server and back", self.delay())?;
        }
        match self.faults.len() {
            0 => Ok(()),
            count => write!(f, ", {count} fault{}", s(count)),
        }
    }
}
