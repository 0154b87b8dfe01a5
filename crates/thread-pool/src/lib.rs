//! As completed: download files on a few blocking threads, and report each as it lands.

mod args;
mod cases;
mod check;
pub mod download;
mod job;
pub mod queue;
pub mod variants;

/// What the queue is made of. Its tests put loom's in their place.
mod sync {
    pub(crate) use std::sync::{Condvar, Mutex, MutexGuard};
}

use anyhow::Result;
use fetching::direct;
use test_fixtures::{
    Case, Direct, Facts, Floor, Model, Outcome, Peer, Variant, python_peer,
};

pub use args::Args;
pub use check::Stage;
pub use job::{Job, Output, Report};

/// The model.
#[derive(Debug)]
pub struct ThreadPool;

impl Model for ThreadPool {
    const NAME: &'static str = "thread-pool";
    const ABOUT: &'static str = "As completed: download files on --workers blocking threads and report each as it lands, on every runtime";
    const COMPARISON: &'static [&'static str] = &["--tasks", "30", "--latency", "12ms"];
    const EXAMPLES: &'static [&'static str] = &["--tasks 100 --workers 8 --latency 20ms"];
    const DIRECT_EXAMPLES: &'static [&'static str] = &[
        "--dir downloads http://localhost:8080/bytes/1000000/note/a.bin",
        "--dir downloads --urls-from urls.txt --variants tokio",
    ];
    const LONG: &'static [&'static str] = &["--tasks", "60", "--latency", "500ms"];
    const PAIR: [&'static str; 2] = ["std_only", "tokio"];
    const README: &'static str = include_str!("../README.md");

    type Args = Args;
    type Job = Job;
    type Output = Output;
    type Stage = Stage;

    fn variants() -> &'static [Variant<Self>] {
        variants::VARIANTS
    }

    fn peers() -> &'static [Peer] {
        static PEERS: [Peer; 1] = [python_peer!(
            "ThreadPoolExecutor and as_completed, requests",
            except {
                "https_truncated_unframed_body": "Python's TLS sockets take the end of a \
                    connection without close_notify for the end of the stream \
                    (suppress_ragged_eofs; Lib/ssl.py of CPython, SSLSocket.read)",
            }
        )];
        &PEERS
    }

    fn job(args: &Args) -> Result<Job> {
        args.job()
    }

    fn stage(args: &Args, job: &mut Job) -> Result<Stage> {
        args.stage(job)
    }

    fn environment(job: &Job) -> Vec<(&'static str, String)> {
        vec![
            // The executor only waits; the threads that work are those of the pool.
            ("ASYNC_STD_THREAD_COUNT", "1".to_owned()),
            // That of smol and async-std starts more than are needed at once.
            ("BLOCKING_MAX_THREADS", job.threads().to_string()),
        ]
    }

    fn describe(job: &Job) -> String {
        job.describe()
    }

    fn check(stage: &Stage, job: &Job, output: &Output) -> Result<Facts> {
        stage.check(job, output)
    }

    fn floor(job: &Job) -> Result<Option<Floor>> {
        Ok(job.floor())
    }

    fn results(job: &Job, output: &Output) -> Vec<String> {
        output.lines(job)
    }

    fn cases() -> Vec<Case<Self>> {
        cases::cases()
    }

    fn direct(args: &Args) -> Option<Direct<Self>> {
        args.is_for_good().then_some(download)
    }
}

/// Downloads what the user named, for good.
fn download(args: &Args, variant: &'static Variant<ThreadPool>) -> Result<bool> {
    let job = args.job_for_good()?;
    direct::run(job.urls.len(), move || (variant.run)(&job).map(drop))
}

impl Output {
    /// Reports what became of the file at this place, as soon as it is known.
    pub fn report(
        &mut self,
        job: &Job,
        place: usize,
        outcome: Outcome<fetching::files::File>,
    ) {
        if let Some(url) = job.urls.get(place) {
            direct::report(url, &outcome);
        }
        self.reports.push(Report { place, outcome });
    }
}
