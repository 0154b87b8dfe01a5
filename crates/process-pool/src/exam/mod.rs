//! What stands around the variants: the model, its command line, cases, check, floor and
//! worker.

mod args;
mod cases;
mod check;
mod floor;
mod line;
mod server;
mod unnamed;
mod worker;

use std::{ffi::OsString, time::Duration};

use anyhow::Result;
use test_fixtures::{Case, Facts, Floor, Model, Outcome, Peer, Variant};

use crate::{Count, Job, Output, variants};

pub use args::JobArgs;
pub use line::Line;
pub use server::{Server, nats_server};
pub use unnamed::Unnamed;

use server::MISSING;

/// The variant that needs a server.
const NATS: &str = "nats";

/// The model.
#[derive(Debug)]
pub struct ProcessPool;

/// What stands around a trial.
#[derive(Debug)]
pub enum Stage {
    /// Nothing.
    None,
    /// A server of its own.
    Server(Server),
    /// A run on somebody's server that has no name there.
    Unnamed(Unnamed),
}

impl Model for ProcessPool {
    const NAME: &'static str = env!("CARGO_PKG_NAME");
    const ABOUT: &'static str = "Counts primes by range in worker processes, and returns \
        the counts in input order";
    const COMPARISON: &'static [&'static str] =
        &["--below", "700000", "--ranges", "64", "--workers", "2"];
    const TRIALS: usize = 3;
    const COUNTED: &'static [&'static str] =
        &["--ranges", "100", "--below", "1000", "--workers", "2"];
    const EACH: &'static str = "task";
    const EXAMPLES: &'static [&'static str] = &[
        "--below 1000000 --ranges 1000 --workers 2",
        "--fault 2:kill",
    ];
    const LONG: &'static [&'static str] =
        &["--below", "40000000", "--ranges", "1000", "--workers", "2"];
    const WIDE: &'static [&'static str] =
        &["--below", "20000", "--ranges", "12", "--workers", "6"];
    const ITEM: Result<&'static str, &'static str> = Ok("a range");
    const PAIR: [&'static str; 2] = ["std_only", "tokio"];
    const README: &'static str = include_str!("../../README.md");

    type Args = JobArgs;
    type Job = Job;
    type Output = Output;
    type Stage = (Option<Line>, Stage);

    fn variants() -> &'static [Variant<Self>] {
        variants::VARIANTS
    }

    fn peers() -> &'static [Peer] {
        PEERS
    }

    fn job(args: &JobArgs) -> Result<Job> {
        args.job()
    }

    fn size(job: &Job) -> u64 {
        job.ranges as u64
    }

    fn stage(_args: &JobArgs, _job: &mut Job) -> Result<Self::Stage> {
        Ok((None, Stage::None))
    }

    fn stage_of(_args: &JobArgs, job: &mut Job, variant: &str) -> Result<Self::Stage> {
        if variant != NATS {
            return Ok((None, Stage::None));
        }
        let (stage, url) = match job.nats.take() {
            Some(url) if job.run.is_some() => (Stage::None, url),
            Some(url) => (Stage::Unnamed(Unnamed::of(job, url.clone())), url),
            None => {
                let server = Server::start()?;
                let url = server.url().to_owned();
                (Stage::Server(server), url)
            }
        };
        let (line, url) = match job.delay() {
            Duration::ZERO => (None, url),
            delay => {
                let (line, url) = Line::to_url(&url, delay)?;
                (Some(line), url)
            }
        };
        job.nats = Some(url);
        // The line is first, so that it ends before the server.
        Ok((line, stage))
    }

    fn lacks(args: &JobArgs, variant: &str) -> Option<String> {
        let lacks = variant == NATS && !args.has_server() && nats_server().is_none();
        lacks.then(|| MISSING.to_owned())
    }

    fn describe(job: &Job) -> String {
        job.to_string()
    }

    fn check(_stage: &Self::Stage, job: &Job, output: &Output) -> Result<Facts> {
        check::check(job, output)
    }

    fn floor(job: &Job) -> Result<Option<Floor>> {
        Ok(floor::floor(job))
    }

    fn results(job: &Job, output: &Output) -> Vec<String> {
        let line = |(index, outcome): (usize, &Outcome<Count>)| {
            let range = job.range(index);
            match outcome {
                Outcome::Ok(Count {
                    primes,
                    pid,
                    host: Some(host),
                    ..
                }) => format!("{range:?}: {primes}, by process {pid} on {host}"),
                Outcome::Ok(count) => format!("{range:?}: {}", count.primes),
                Outcome::Panicked(message) => format!("{range:?}: panicked: {message}"),
                other => format!("{range:?}: {}", other.word()),
            }
        };
        output.outcomes.iter().enumerate().map(line).collect()
    }

    fn cases() -> Vec<Case<Self>> {
        cases::cases()
    }

    /// The others have one executor thread; async-std takes it from here only.
    fn threads(_job: &Job, variant: &str) -> usize {
        match variant {
            // The reactor's.
            "smol" => 1,
            // And the executor's, and one that waits for processes.
            "async_std" => 3,
            _ => 0,
        }
    }

    fn environment(_job: &Job) -> Vec<(&'static str, String)> {
        vec![("ASYNC_STD_THREAD_COUNT", "1".to_owned())]
    }

    fn begin() {
        worker::begin();
    }

    fn worker(words: &[OsString]) -> Result<()> {
        worker::run_worker(words)
    }
}

static PEERS: &[Peer] = &[
    test_fixtures::python_peer!(
        "concurrent.futures.ProcessPoolExecutor.map, tasks in chunks",
        except {
            "worker_killed_once": "a lost worker breaks the whole pool: BrokenProcessPool (concurrent.futures, Exception classes)",
            "worker_killed_always": "a lost worker breaks the whole pool: BrokenProcessPool (concurrent.futures, Exception classes)",
            "every_worker_killed": "a lost worker breaks the whole pool: BrokenProcessPool (concurrent.futures, Exception classes)",
            "worker_exits": "a lost worker breaks the whole pool: BrokenProcessPool (concurrent.futures, Exception classes)",
            "worker_aborts": "a lost worker breaks the whole pool: BrokenProcessPool (concurrent.futures, Exception classes)",
            "corrupt_magic": "its queues are its own: nothing of ours can be corrupt in them",
            "huge_length": "its queues are its own: nothing of ours can be corrupt in them",
            "short_frame": "its queues are its own: nothing of ours can be cut short in them",
            "corrupt_always": "its queues are its own: nothing of ours can be corrupt in them",
            "stopped_past_deadline": "map's timeout stops the waiting, not the worker; nothing ends one worker of a pool",
        }
    ),
    test_fixtures::peer!(go.go: "os/exec, a goroutine for each worker process", since (1, 22)),
    test_fixtures::peer!(
        node.mjs: "child_process.fork, a message for each task",
        since (18, 0),
        except {
            "corrupt_magic": "its channel is Node's own: nothing of ours can be corrupt in it",
            "huge_length": "its channel is Node's own: nothing of ours can be corrupt in it",
            "short_frame": "its channel is Node's own: nothing of ours can be cut short in it",
            "corrupt_always": "its channel is Node's own: nothing of ours can be corrupt in it",
        }
    ),
];
