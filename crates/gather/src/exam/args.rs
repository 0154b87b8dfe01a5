//! The command line's view of the job, and the paths that it asks the origin for.

use std::{num::NonZeroU32, time::Duration};

use anyhow::Result;
use fetching::{Requests, Stage};
use http_origin::{Ending, Record, Sentence};
use test_fixtures::{duration, whole};

use crate::Job;

/// The job's parameters.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// How many requests
    #[arg(long, value_name = "N", default_value_t = 3)]
    #[arg(value_parser = whole::<usize>(0..=1_000_000))]
    #[arg(conflicts_with_all = ["own_urls", "paths"])]
    tasks: usize,
    /// How long the origin waits before the slowest answer; before the first it waits half
    /// as long, and before the others something between
    #[arg(long, value_name = "TIME", default_value = "200ms", value_parser = duration)]
    #[arg(conflicts_with_all = ["own_urls", "paths"])]
    latency: Duration,
    /// How many requests are due a second, at fixed times, whatever became of those before
    #[arg(long, value_name = "R", value_parser = whole::<NonZeroU32>(1..=1_000_000))]
    rate: Option<NonZeroU32>,
    #[command(flatten)]
    requests: Requests,
}

impl Args {
    pub(crate) fn job(&self) -> Result<Job> {
        let urls = self.requests.urls(self.latency, || self.paths())?;
        Ok(Job {
            rate: self.rate,
            workers: self.requests.workers(),
            cacert: self.requests.cacert(),
            timeout_ms: self.requests.timeout_ms(),
            slowest_ms: slowest(&urls).as_secs_f64() * 1e3,
            urls,
        })
    }

    pub(crate) fn stage(&self, job: &mut Job) -> Result<Stage> {
        let stage = self.requests.stage(&mut job.urls)?;
        job.cacert = stage.cacert();
        Ok(stage)
    }

    fn paths(&self) -> Vec<String> {
        let path = |task| {
            let path = self.requests.path_after(self.pause(task));
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

/// The least time of the slowest whole answer; zero where an answer may not be whole, and
/// where nothing is known of it.
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
pub(crate) fn peak_due(stage: &Stage, record: &Record) -> u64 {
    let pauses = record.exchanges.iter().map(|exchange| {
        Sentence::parse(&exchange.path).map_or(Duration::ZERO, |sentence| sentence.pause)
    });
    let fastest = pauses.min().unwrap_or(Duration::ZERO);
    let begun = stage.begins_within(record.requests);
    if fastest >= begun { record.requests } else { 0 }
}
