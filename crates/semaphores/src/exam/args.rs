//! The command line's view of the job, and the paths that it asks the origin for.

use std::{
    num::{NonZeroU32, NonZeroUsize},
    time::Duration,
};

use anyhow::Result;
use fetching::{Requests, Stage, most_at_once};
use http_origin::{Exchange, Record};
use test_fixtures::{duration, whole};

use crate::Job;

/// In the paths of the requests that come after a mixed job's random ones.
const LAST_BATCH: &str = "/note/last";

/// The job's parameters.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// How many requests
    #[arg(long, value_name = "N", default_value_t = 100)]
    #[arg(value_parser = whole::<usize>(0..=1_000_000))]
    #[arg(conflicts_with_all = ["own_urls", "paths"])]
    tasks: usize,
    /// How many of them may be in flight at once
    #[arg(long, value_name = "N", default_value = "10")]
    #[arg(value_parser = whole::<NonZeroUsize>(1..=100_000))]
    limit: NonZeroUsize,
    /// How long the origin waits before each answer
    #[arg(long, value_name = "TIME", default_value = "20ms", value_parser = duration)]
    #[arg(conflicts_with_all = ["own_urls", "paths"])]
    latency: Duration,
    /// How many requests are due a second, at fixed times, whatever became of those before
    #[arg(long, value_name = "R", value_parser = whole::<NonZeroU32>(1..=1_000_000))]
    rate: Option<NonZeroU32>,
    #[command(flatten)]
    requests: Requests,
    /// Digest the digest of each answer N times more, so that there is something to compute
    #[arg(long, value_name = "N", default_value_t = 0)]
    #[arg(value_parser = whole::<u32>(0..=100_000_000))]
    rehash: u32,
    /// Let answers be whole, garbage, hanging or made to panic, at random from this seed
    #[arg(long, value_name = "SEED", value_parser = whole::<u64>(0..=u64::MAX))]
    #[arg(conflicts_with_all = ["own_urls", "paths"])]
    mix: Option<u64>,
}

impl Args {
    pub(crate) fn job(&self) -> Result<Job> {
        // Nothing is known of answers that the user named.
        let latency = match self.requests.are_named() {
            true => Duration::ZERO,
            false => self.latency,
        };
        Ok(Job {
            urls: self.requests.urls(self.latency, || self.paths())?,
            limit: self.limit,
            rate: self.rate,
            workers: self.requests.workers(),
            cacert: self.requests.cacert(),
            rehash: self.rehash,
            timeout_ms: self.requests.timeout_ms(),
            latency_ms: latency.as_secs_f64() * 1e3,
        })
    }

    pub(crate) fn stage(&self, job: &mut Job) -> Result<Stage> {
        let stage = self.requests.stage(&mut job.urls)?;
        job.cacert = stage.cacert();
        Ok(stage)
    }

    fn paths(&self) -> Vec<String> {
        let honest = self.requests.path_after(self.latency);
        let Some(seed) = self.mix else {
            return (0..self.tasks)
                .map(|task| format!("{honest}/nonce/{task}"))
                .collect();
        };
        let mut random = fastrand::Rng::with_seed(seed);
        let mixed = (0..self.tasks).map(|task| {
            let path = match random.u8(..8) {
                0 => "/garbage".to_owned(),
                1 => format!("{honest}/note/panic"),
                2 => "/hang".to_owned(),
                _ => honest.clone(),
            };
            format!("{path}/nonce/{task}")
        });
        // Enough of them to outlast the requests that still hang when they begin.
        let last = (0..self.limit.get() * 40)
            .map(|task| format!("{honest}{LAST_BATCH}/nonce/last-{task}"));
        mixed.chain(last).collect()
    }
}

pub(crate) fn is_last_batch(path: &str) -> bool {
    path.contains(LAST_BATCH)
}

/// How many requests of a mixed job's last part must be in flight at once; `None` if the
/// job is not mixed.
pub(crate) fn last_batch(job: &Job) -> Option<u64> {
    let mixed = job.urls.last().is_some_and(|url| is_last_batch(url));
    mixed.then_some(job.limit.get() as u64)
}

/// The most requests in flight at one time, whatever comes of them, once half of a mixed
/// job's last part has begun. Not all variants begin requests in the order of the job.
pub(crate) fn late_peak(record: &Record) -> u64 {
    let last = record
        .exchanges
        .iter()
        .filter(|one| is_last_batch(&one.path));
    let mut starts: Vec<u64> = last.map(|exchange| exchange.started_ns).collect();
    starts.sort_unstable();
    let half = starts.get(starts.len() / 2).copied().unwrap_or(0);
    let mut late = record.clone();
    late.exchanges
        .retain(|one| one.ended_ns.is_none_or(|end| end > half));
    peak_in_flight(&late, |_| true)
}

/// The most requests in flight at one time, of those that are `counted`.
pub(crate) fn peak_in_flight(record: &Record, counted: fn(&Exchange) -> bool) -> u64 {
    let exchanges = record.exchanges.iter().filter(|one| counted(one));
    most_at_once(exchanges.map(|one| (one.started_ns, one.ended_ns))) as u64
}
