//! The command line's view of the job.

use std::{mem, num::NonZeroUsize, path::PathBuf, time::Duration};

use anyhow::Result;
use fetching::Urls;
use test_fixtures::{Misuse, cores, duration, whole};

use super::Stage;
use crate::{Job, Work};

/// How long a computation runs by default before it can be stopped.
const LOOK_EVERY: Duration = Duration::from_micros(100);
/// One thread per task takes memory of the kernel, and most systems allow few more.
const MOST_THREADS: usize = 10_000;

/// The job's parameters.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// What a task does
    #[arg(long, value_enum, default_value_t = Work::Sleep)]
    work: Work,
    /// How many tasks there are [default: 5, or one a URL]
    #[arg(long, value_name = "N", value_parser = whole::<usize>(0..=10_000_000))]
    #[arg(conflicts_with = "own_urls")]
    tasks: Option<usize>,
    /// How long a task takes if it is not stopped [default: 1s, or 100us for each task if
    /// that is longer]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    #[arg(conflicts_with_all = ["own_urls", "paths"])]
    length: Option<Duration>,
    /// From the start of the job to the deadline, at which all tasks are stopped
    #[arg(long, value_name = "TIME", default_value = "500ms", value_parser = duration)]
    deadline: Duration,
    /// Into how many pieces a computation or a blocking call is cut, between which it looks
    /// whether to stop [default: computations one each 100us; a blocking call is not cut]
    #[arg(long, value_name = "N")]
    #[arg(value_parser = whole::<NonZeroUsize>(1..=10_000_000))]
    pieces: Option<NonZeroUsize>,
    /// Threads of executors and pools, and of pools for blocking calls [default: the
    /// machine's cores]
    #[arg(long, value_name = "N", value_parser = whole::<NonZeroUsize>(1..=1_000))]
    workers: Option<NonZeroUsize>,
    /// The most threads where each task takes one
    #[arg(long, value_name = "N", default_value_t = MOST_THREADS)]
    #[arg(value_parser = whole::<usize>(1..=100_000))]
    most_threads: usize,
    /// Let the code of the first task panic
    #[arg(long)]
    panic: bool,
    #[command(flatten)]
    urls: Urls,
    /// Ask the origin for this path, in its own grammar, or /unanswered for a host that
    /// doesn't answer; can be given several times, and tasks take them in turn
    #[arg(long = "path", value_name = "PATH", conflicts_with = "own_urls")]
    paths: Vec<String>,
}

impl Args {
    pub(crate) fn job(&self) -> Result<Job> {
        let is_named = !self.paths.is_empty() || self.urls.are_named();
        if is_named && self.work != Work::Fetch {
            let why = "URLs and paths are for fetching; add --work fetch";
            return Err(Misuse::new(why).into());
        }
        let own = self.urls.read(false)?;
        if let Some(url) = own.iter().flatten().find(|url| !url.starts_with("http://")) {
            let why = format!("{url}: this model speaks http:// only; use such a URL");
            return Err(Misuse(why).into());
        }
        let one_each = if self.paths.is_empty() {
            5
        } else {
            self.paths.len()
        };
        let tasks = match &own {
            Some(urls) => urls.len(),
            None => self.tasks.unwrap_or(one_each),
        };
        let many = LOOK_EVERY * u32::try_from(tasks).unwrap_or(u32::MAX);
        let length = self.length.unwrap_or(many.max(Duration::from_secs(1)));
        let urls = match (self.work, own) {
            (Work::Fetch, Some(urls)) => urls,
            (Work::Fetch, None) => self.paths(tasks, length),
            _ => Vec::new(),
        };
        Ok(Job {
            work: self.work,
            tasks,
            // Nothing is known of answers that the user named.
            length_us: if is_named {
                0
            } else {
                length.as_micros() as u64
            },
            deadline_us: self.deadline.as_micros() as u64,
            pieces: self.pieces.unwrap_or_else(|| self.pieces_of(length)),
            workers: self.workers.unwrap_or_else(cores),
            most_threads: self.most_threads,
            urls,
            journal: PathBuf::new(),
            panic: self.panic,
        })
    }

    pub(crate) fn stage(&self, job: &mut Job) -> Result<Stage> {
        let asked = mem::take(&mut job.urls);
        let stage = match (self.work, self.urls.are_named()) {
            (Work::Fetch, true) => Stage::of_user(asked)?,
            (Work::Fetch, false) => Stage::with_origin(asked)?,
            (work, _) => Stage::without_origin(work)?,
        };
        job.urls = stage.urls();
        job.journal = stage.journal().to_owned();
        Ok(stage)
    }

    fn paths(&self, tasks: usize, length: Duration) -> Vec<String> {
        let length = length.as_micros();
        let path = |task: usize| match self.paths.as_slice() {
            [] => format!("/after/{length}us/bytes/1024/nonce/{task}"),
            paths => paths[task % paths.len()].clone(),
        };
        (0..tasks).map(path).collect()
    }

    fn pieces_of(&self, length: Duration) -> NonZeroUsize {
        let pieces = match self.work {
            Work::Cpu => (length.as_micros() / LOOK_EVERY.as_micros()) as usize,
            Work::Sleep | Work::Blocking | Work::Fetch | Work::Process => 1,
        };
        NonZeroUsize::new(pieces).unwrap_or(NonZeroUsize::MIN)
    }
}
