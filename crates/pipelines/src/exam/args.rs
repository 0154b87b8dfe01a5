//! The command line's view of the job, and the stage that it is done on.

use std::{num::NonZeroUsize, time::Duration};

use anyhow::Result;
use fetching::{
    Requests,
    files::{self, Files, Saving},
};
use test_fixtures::{Misuse, cores, duration, temporary::TemporaryDir, whole};

use crate::{Fault, Job, Shape};

const MOST_THREADS: u64 = 1_000;

/// What stands around the job.
#[derive(Debug)]
pub struct Stage {
    /// The origin, unless the URLs are the user's.
    pub(crate) web: fetching::Stage,
    /// Where items are saved; gone with the stage.
    pub(crate) folder: TemporaryDir,
}

/// The job's parameters.
#[derive(Clone, Debug, clap::Args)]
#[command(mut_arg("workers", |workers| workers
    .default_value("3")
    .help("How many work at once in each stage, or at chains")))]
pub struct Args {
    /// How many items
    #[arg(long, value_name = "N", default_value_t = 3)]
    #[arg(value_parser = whole::<usize>(0..=1_000_000))]
    #[arg(conflicts_with_all = ["own_urls", "paths"])]
    items: usize,
    /// Who does an item's steps
    #[arg(long, value_enum, default_value_t = Shape::Staged)]
    shape: Shape,
    /// Threads of executors [default: one a core]
    #[arg(long, value_name = "N")]
    #[arg(value_parser = whole::<NonZeroUsize>(1..=MOST_THREADS))]
    threads: Option<NonZeroUsize>,
    /// Items that each queue between two stages has room for
    #[arg(long, value_name = "N", default_value = "2")]
    #[arg(value_parser = whole::<NonZeroUsize>(1..=100_000))]
    queue: NonZeroUsize,
    /// How long the origin waits before each answer
    #[arg(long, value_name = "TIME", default_value = "200ms", value_parser = duration)]
    #[arg(conflicts_with_all = ["own_urls", "paths"])]
    latency: Duration,
    /// How long processing an item takes on top [default: 100ms; 0ms for URLs and paths
    /// that you name]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    process: Option<Duration>,
    /// How long saving an item takes on top [default: 50ms; 0ms for URLs and paths that
    /// you name]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    save: Option<Duration>,
    /// Stop once N items are saved
    #[arg(long, value_name = "N", value_parser = whole::<usize>(1..=1_000_000))]
    #[arg(conflicts_with = "dir")]
    take: Option<usize>,
    /// Bytes that a body may have: it is held whole between the steps
    #[arg(long, value_name = "N", default_value_t = 64 << 20)]
    #[arg(value_parser = whole::<u64>(0..=1 << 40))]
    most_bytes: u64,
    #[command(flatten)]
    requests: Requests,
    /// Let an item fail in a step, or the step panic: STEP:ITEM:fail, STEP:ITEM:panic;
    /// can be given several times
    #[arg(long, value_name = "FAULT")]
    fault: Vec<Fault>,
    #[command(flatten)]
    files: Files,
}

impl Args {
    pub(crate) fn keeps_files(&self) -> bool {
        self.files.are_wanted()
    }

    pub(crate) fn workers(&self) -> NonZeroUsize {
        self.requests.workers()
    }

    pub(crate) fn threads(&self) -> NonZeroUsize {
        self.threads.unwrap_or_else(cores)
    }

    pub(crate) fn job(&self) -> Result<Job> {
        let saving = self.files.saving_of_trial()?;
        let urls = self.requests.urls(self.latency, || self.paths())?;
        self.job_of(urls, saving)
    }

    pub(crate) fn stage(&self, job: &mut Job) -> Result<Stage> {
        let folder = self.files.scratch(&mut job.saving, &job.urls)?;
        let web = self.requests.stage(&mut job.urls)?;
        job.names = files::names(&job.urls);
        job.cacert = web.cacert();
        Ok(Stage { web, folder })
    }

    /// The job of the URLs that the user named, whose files stay.
    pub(crate) fn job_that_keeps_files(&self) -> Result<Job> {
        let urls = self.requests.own_urls()?.ok_or_else(|| {
            Misuse::new("--dir saves what you name: add URLs, or --urls-from FILE")
        })?;
        self.job_of(urls, self.files.for_good()?)
    }

    fn job_of(&self, urls: Vec<String>, saving: Saving) -> Result<Job> {
        for fault in &self.fault {
            let (item, items) = (fault.item, urls.len());
            if item >= items {
                let why = "there is no such item; they count from 0";
                return Err(Misuse(format!("--fault: {item} of {items}: {why}")).into());
            }
        }
        // Nothing is known of answers that the user named, and nothing is added to them.
        let is_own = !self.requests.are_named();
        let known = |time: Duration| if is_own { time } else { Duration::ZERO };
        let default = |ms| known(Duration::from_millis(ms));
        Ok(Job {
            names: files::names(&urls),
            urls,
            shape: self.shape,
            workers: self.workers(),
            threads: self.threads(),
            queue: self.queue,
            take: self.take,
            saving,
            cacert: self.requests.cacert(),
            most_bytes: self.most_bytes,
            timeout_ms: self.requests.timeout_ms(),
            latency_ms: milliseconds(known(self.latency)),
            process_ms: milliseconds(self.process.unwrap_or_else(|| default(100))),
            save_ms: milliseconds(self.save.unwrap_or_else(|| default(50))),
            faults: self.fault.clone(),
        })
    }

    fn paths(&self) -> Vec<String> {
        let honest = self.requests.path_after(self.latency);
        let path = |item| format!("{honest}/note/item-{item}.txt");
        (0..self.items).map(path).collect()
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
