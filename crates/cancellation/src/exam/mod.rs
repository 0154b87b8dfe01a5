//! What stands around the variants: the model, its command line, cases, check and floor.

mod args;
mod cases;
mod check;
mod counted;
mod latency;
mod stage;
mod watch;

use std::{ffi::OsString, time::Duration};

use anyhow::Result;
use test_fixtures::{
    Case, Checked, Facts, Floor, ItemTimes, Model, Outcome, Peer, Span, Variant,
    lacks_io_uring, peer, python_peer,
};

use crate::{
    Job, Output, Work, variants,
    work::{self, Ended},
};

pub use args::Args;
pub use stage::Stage;

/// The model.
#[derive(Debug)]
pub struct Cancellation;

impl Model for Cancellation {
    const NAME: &'static str = "cancellation";
    const ABOUT: &'static str = "A deadline that really stops the work: timers, fetches, computations, blocking calls and processes, each seen to its end";
    const COMPARISON: &'static [&'static str] =
        &["--work", "sleep", "--tasks", "500", "--deadline", "60ms"];
    const COUNTED: &'static [&'static str] = &[
        "--tasks",
        "100",
        "--work",
        "sleep",
        "--length",
        "60s",
        "--deadline",
        "1s",
    ];
    const EACH: &'static str = "task";
    const EXAMPLES: &'static [&'static str] = &[
        "--work fetch --tasks 1000",
        "--work blocking --pieces 20",
        "--tasks 1000000",
    ];
    const LONG: &'static [&'static str] = &["--deadline", "20s", "--length", "60s"];
    const WIDE: &'static [&'static str] =
        &["--work", "blocking", "--tasks", "12", "--workers", "6"];
    /// Until the deadline.
    const WAITS: bool = true;
    const ITEM: Result<&'static str, &'static str> =
        Ok("a stop, from the deadline to the end of its task");
    const PAIR: [&'static str; 2] = ["tokio", "smol"];
    const README: &'static str = include_str!("../../README.md");

    type Args = Args;
    type Job = Job;
    type Output = Output;
    type Stage = Stage;

    fn variants() -> &'static [Variant<Self>] {
        variants::VARIANTS
    }

    fn peers() -> &'static [Peer] {
        static PEERS: [Peer; 3] = [
            python_peer!(
                        "asyncio.timeout around a TaskGroup, aiohttp",
                        needs ["aiohttp", "yarl"],
                        since (3, 11),
                        except {
                            "stopped_in_time": "asyncio looks at its timers once a turn of all tasks, and these end two turns later: too late where very many compute (CPython 3.11, asyncio/base_events.py, _run_once; CPython 3.11, asyncio/timeouts.py, _on_timeout; CPython 3.11, asyncio/taskgroups.py, _abort)",
                        }
            ),
            peer!(
                go.go: "a context with a deadline, a goroutine a task, net/http",
                since (1, 22)
            ),
            peer!(
                node.mjs: "an AbortController, promises and worker threads, node:http",
                since (18, 13),
                sometimes {
                    "reset_body": "where data and a reset come at once, libuv reports the \
                        end (libuv 1.46, src/unix/stream.c, uv__stream_io)",
                    "processes_need_no_thread_each": "Node aborts where it gets no thread \
                        for its own tasks (Node 20.20, src/node_platform.cc, \
                        WorkerThreadsTaskRunner)",
                }
            ),
        ];
        &PEERS
    }

    fn job(args: &Args) -> Result<Job> {
        args.job()
    }

    fn size(job: &Job) -> u64 {
        job.tasks as u64
    }

    fn stage(args: &Args, job: &mut Job) -> Result<Stage> {
        args.stage(job)
    }

    fn threads(job: &Job, variant: &str) -> usize {
        let workers = job.workers.get();
        let blocking = match job.work {
            Work::Blocking => workers,
            // One that looks up names.
            _ => 1,
        };
        match variant {
            "tokio" | "tokio_token" => workers + blocking,
            "compio" => blocking,
            // And the reactor's.
            "smol" => workers + blocking + 1,
            // And one that waits for processes.
            "async_std" | "surf" => workers + blocking + 2,
            _ => 0,
        }
    }

    fn environment(job: &Job) -> Vec<(&'static str, String)> {
        let workers = job.workers.to_string();
        vec![
            ("ASYNC_STD_THREAD_COUNT", workers.clone()),
            ("BLOCKING_MAX_THREADS", workers),
        ]
    }

    fn lacks(_: &Args, variant: &str) -> Option<String> {
        (variant == "compio").then(lacks_io_uring)?
    }

    fn describe(job: &Job) -> String {
        job.to_string()
    }

    fn check(stage: &Stage, job: &Job, output: &Output) -> Result<Facts> {
        check::check(stage, job, output)
    }

    fn timeline(stage: &Stage, _job: &Job, trial: &Checked<Output>) -> Vec<Span> {
        match stage.fetching() {
            Some(fetching) if stage.origin().is_some() => fetching.timeline(),
            _ => trial.spans.clone(),
        }
    }

    /// How long after the deadline each task had ended that was stopped there.
    fn items(_: &Stage, job: &Job, trial: &Checked<Output>) -> Vec<ItemTimes> {
        let output = &trial.output;
        let nanos = |micros: u64| {
            output
                .started_ns
                .saturating_add(micros.saturating_mul(1000))
        };
        let due = nanos(job.deadline_us);
        let stopped = output.tasks.iter();
        let stopped = stopped.filter(|task| task.outcome == Outcome::Cancelled);
        let item = |task: Ended| ItemTimes {
            due,
            begin: due,
            end: nanos(task.at_us).max(due),
        };
        stopped.map(item).collect()
    }

    fn floor(job: &Job) -> Result<Option<Floor>> {
        let (length, deadline) = (job.length(), job.until_deadline());
        if job.tasks == 0 || length.is_zero() || deadline.is_zero() {
            return Ok(None);
        }
        let (time, reason) = match (job.never_looks(), length > deadline) {
            (true, true) => (length, "a task that was begun can't be stopped"),
            (_, true) => (deadline, "the deadline"),
            (_, false) => (length, "the length of one task"),
        };
        Ok(Some(Floor::new(time, reason).deadline(deadline)))
    }

    fn results(_job: &Job, output: &Output) -> Vec<String> {
        let line = |(index, ended): (usize, Ended)| match ended.outcome {
            Outcome::Ok(Some(page)) => {
                let (status, bytes) = (page.status, page.bytes);
                let sha256 = page.sha256;
                format!("task {index}: {status}, {bytes} bytes, sha256 {sha256:.16}")
            }
            Outcome::Ok(None) => format!("task {index}: done"),
            Outcome::Failed(failure) => {
                format!("task {index}: failed, {}: {}", failure.class, failure.why)
            }
            Outcome::Panicked(why) => format!("task {index}: panicked: {why}"),
            _ => format!("task {index}: stopped, {}", ended.phase),
        };
        output.tasks.iter().enumerate().map(line).collect()
    }

    fn cases() -> Vec<Case<Self>> {
        cases::cases()
    }

    fn worker(_words: &[OsString]) -> Result<()> {
        work::serve()
    }
}

/// Milliseconds, of a time in nanoseconds.
fn milliseconds(nanos: u64) -> f64 {
    Duration::from_nanos(nanos).as_secs_f64() * 1e3
}
