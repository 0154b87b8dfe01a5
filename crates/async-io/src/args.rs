//! The command line's view of the job, and the paths that it asks the origin for.

use std::{num::NonZeroUsize, time::Duration};

use anyhow::Result;
use fetching::{Stage, Urls, path_after};
use origin::{Ending, Record, Sentence};
use test_fixtures::{cores, deadline, duration, whole};

use crate::Job;

/// How long a client may take to begin one request, where all are to be in flight at once.
const BEGIN_WITHIN: Duration = Duration::from_millis(1);

/// The job's parameters.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    urls: Urls,
    /// How many requests
    #[arg(long, value_name = "N", default_value_t = 3)]
    #[arg(value_parser = whole::<usize>(0..=1_000_000), conflicts_with_all = ["own_urls", "paths"])]
    tasks: usize,
    /// How long the origin waits before the slowest answer; before the first it waits half
    /// as long, and before the others something between
    #[arg(long, value_name = "TIME", default_value = "200ms", value_parser = duration)]
    #[arg(conflicts_with_all = ["own_urls", "paths"])]
    latency: Duration,
    /// Bytes in each answer's body
    #[arg(long, value_name = "N", default_value_t = 1024)]
    #[arg(value_parser = whole::<u64>(0..=1 << 40), conflicts_with_all = ["own_urls", "paths"])]
    bytes: u64,
    /// Threads of the runtimes that have a choice [default: the machine's cores]
    #[arg(long, value_name = "N", value_parser = whole::<NonZeroUsize>(1..=1_000))]
    workers: Option<NonZeroUsize>,
    /// When to give a request up
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = deadline)]
    timeout: Duration,
    /// Ask the origin for this path, in its own grammar; can be given several times
    #[arg(long = "path", value_name = "PATH", conflicts_with = "own_urls")]
    paths: Vec<String>,
}

impl Args {
    pub(crate) fn stage(&self) -> Result<(Stage, Job)> {
        let (stage, slowest) = match self.urls.read()? {
            Some(urls) => (Stage::of_user(urls), Duration::ZERO),
            None => {
                let paths = self.paths();
                let slowest = slowest(&paths);
                (Stage::with_origin(paths)?, slowest)
            }
        };
        let job = Job {
            urls: stage.urls().to_vec(),
            workers: self.workers.unwrap_or_else(cores),
            timeout_ms: self.timeout.as_millis() as u64,
            slowest_ms: slowest.as_secs_f64() * 1e3,
        };
        Ok((stage, job))
    }

    fn paths(&self) -> Vec<String> {
        if !self.paths.is_empty() {
            return self.paths.clone();
        }
        let path = |task| {
            let path = path_after(self.pause(task), self.bytes);
            format!("{path}/nonce/{task}")
        };
        (0..self.tasks).map(path).collect()
    }

    /// From half the latency for the first task to all of it for the last.
    fn pause(&self, task: usize) -> Duration {
        let (half, last) = (self.latency / 2, self.tasks - 1);
        if last == 0 {
            return self.latency;
        }
        half + half.mul_f64(task as f64 / last as f64)
    }
}

/// The least time of the slowest whole answer; zero where an answer may not be whole.
fn slowest(paths: &[String]) -> Duration {
    let times = paths.iter().map(|path| {
        let sentence = Sentence::parse(path).ok()?;
        let whole = sentence.ending == Ending::Whole && sentence.refusals.is_none();
        whole.then(|| sentence.least_time())
    });
    let times: Option<Vec<_>> = times.collect();
    times.into_iter().flatten().max().unwrap_or(Duration::ZERO)
}

/// How many requests must have been in flight at once: all of them, if even the fastest
/// answer took longer than it takes to begin them all.
pub(crate) fn peak_due(record: &Record) -> u64 {
    let pauses = record.exchanges.iter().map(|exchange| {
        Sentence::parse(&exchange.path).map_or(Duration::ZERO, |sentence| sentence.pause)
    });
    let fastest = pauses.min().unwrap_or(Duration::ZERO);
    let begun =
        BEGIN_WITHIN.saturating_mul(record.requests.try_into().unwrap_or(u32::MAX));
    if fastest >= begun { record.requests } else { 0 }
}
