//! The command line's view of the job, and the paths that it asks the origin for.

use std::{num::NonZeroUsize, time::Duration};

use anyhow::Result;
use fetching::{
    Requests,
    files::{self, Files, Saving},
};
use http_origin::{Ending, Sentence};
use test_fixtures::{Misuse, deadline, duration, whole};

use crate::{Job, Stage};

/// As many as the tutorial has.
const WORKERS: NonZeroUsize = NonZeroUsize::new(3).expect("three is not zero");

/// The job's parameters.
#[derive(Clone, Debug, clap::Args)]
#[command(mut_arg("workers", |arg| arg.help("Threads that download [default: 3]")))]
#[command(mut_arg("timeout", |arg| arg.help("After how much silence to give a download up")))]
pub struct Args {
    /// How many files
    #[arg(long, value_name = "N", default_value_t = 3)]
    #[arg(value_parser = whole::<usize>(0..=1_000_000))]
    #[arg(conflicts_with_all = ["own_urls", "paths"])]
    tasks: usize,
    /// How long the origin waits before the slowest answer, which is the first of as many
    /// as there are threads; the others are answered one after the other before it
    #[arg(long, value_name = "TIME", default_value = "300ms", value_parser = duration)]
    #[arg(conflicts_with_all = ["own_urls", "paths"])]
    latency: Duration,
    #[command(flatten)]
    requests: Requests,
    /// When to stop the pool: what is still under way is given up, and named
    #[arg(long, value_name = "TIME", value_parser = deadline)]
    deadline: Option<Duration>,
    #[command(flatten)]
    files: Files,
}

impl Args {
    pub(crate) fn keeps_files(&self) -> bool {
        self.files.are_wanted()
    }

    pub(crate) fn job(&self) -> Result<Job> {
        let saving = self.files.saving_of_trial()?;
        let urls = self.requests.urls(self.latency, || self.paths())?;
        Ok(self.job_of(urls, saving))
    }

    pub(crate) fn stage(&self, job: &mut Job) -> Result<Stage> {
        let scratch = self.files.scratch(&mut job.saving, &job.urls)?;
        let fetching = self.requests.stage(&mut job.urls)?;
        job.names = files::names(&job.urls);
        job.cacert = fetching.cacert();
        Ok(Stage::new(fetching, scratch))
    }

    /// The job of the URLs that the user named, whose files stay.
    pub(crate) fn job_that_keeps_files(&self) -> Result<Job> {
        let urls = self.requests.own_urls()?.ok_or_else(|| {
            Misuse::new("--dir saves what you name: add URLs, or --urls-from FILE")
        })?;
        Ok(self.job_of(urls, self.files.for_good()?))
    }

    fn job_of(&self, urls: Vec<String>, saving: Saving) -> Job {
        Job {
            names: files::names(&urls),
            saving,
            cacert: self.requests.cacert(),
            workers: self.workers(),
            timeout_ms: self.requests.timeout_ms(),
            deadline_ms: self.deadline.map(|deadline| deadline.as_millis() as u64),
            waits_ms: match self.deadline {
                None => waits_ms(&urls),
                // Who stops early need not wait.
                Some(_) => (0.0, 0.0),
            },
            urls,
        }
    }

    fn workers(&self) -> NonZeroUsize {
        self.requests.workers_or(WORKERS)
    }

    fn paths(&self) -> Vec<String> {
        let path = |task| {
            let path = self.requests.path_after(self.pause(task));
            format!("{path}/note/file-{task}.bin")
        };
        (0..self.tasks).map(path).collect()
    }

    /// Of as many as there are threads, the first waits for all of the latency and the last
    /// for the least: they land in the opposite order.
    fn pause(&self, task: usize) -> Duration {
        let turn = self.workers().get().min(self.tasks) as u32;
        self.latency * (turn - task as u32 % turn) / turn
    }
}

/// The least time of all answers and of the slowest, where all are whole and known of.
fn waits_ms(paths: &[String]) -> (f64, f64) {
    let times = paths.iter().map(|path| {
        let sentence = Sentence::parse(path).ok()?;
        let whole = sentence.ending == Ending::Whole && sentence.refusals.is_none();
        whole.then(|| sentence.least_time().as_secs_f64() * 1e3)
    });
    let times: Option<Vec<_>> = times.collect();
    let times = times.unwrap_or_default();
    (
        times.iter().sum(),
        times.iter().copied().fold(0.0, f64::max),
    )
}
