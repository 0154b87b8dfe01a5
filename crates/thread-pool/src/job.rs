//! What every variant is handed, and what it hands back.

use std::{num::NonZeroUsize, time::Duration};

use fetching::{
    common_host,
    files::{File, Name, NameError, Saving},
};
use serde::{Deserialize, Serialize};
use test_fixtures::{Floor, Outcome};

/// What every variant is handed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// What to download.
    pub urls: Vec<String>,
    /// The name of each one's file, or why it can't have one.
    pub names: Vec<Result<Name, NameError>>,
    /// Where to, and how.
    pub saving: Saving,
    /// What https is to trust beside the system's roots, in PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cacert: Option<String>,
    /// How many threads download.
    pub workers: NonZeroUsize,
    /// Milliseconds of silence after which a download is given up.
    pub timeout_ms: u64,
    /// Milliseconds after which the pool stops what is under way, if it does.
    pub deadline_ms: Option<u64>,
    /// Milliseconds that the origin is known to wait in all, and at the most before one
    /// answer; for the floor.
    pub waits_ms: (f64, f64),
}

/// What every variant hands back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// What became of each file, in the order in which that was known.
    pub reports: Vec<Report>,
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Its URL's place in the job.
    pub place: usize,
    /// What became of it.
    pub outcome: Outcome<File>,
}

impl Job {
    /// After how much silence a download is given up.
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// After how long the pool stops what is under way, if it does.
    pub fn deadline(&self) -> Option<Duration> {
        self.deadline_ms.map(Duration::from_millis)
    }

    /// How many threads have something to do: at least one.
    pub fn threads(&self) -> usize {
        self.workers.get().min(self.urls.len()).max(1)
    }

    pub(crate) fn describe(&self) -> String {
        let (files, workers) = (self.urls.len(), self.workers.get());
        let (s, t) = (plural(files), plural(workers));
        match self.deadline_ms {
            None => format!("{files} file{s} on {workers} thread{t}"),
            Some(ms) => {
                format!("{files} file{s} on {workers} thread{t}, stopped after {ms} ms")
            }
        }
    }

    /// The origin's pauses, shared out among the threads.
    pub(crate) fn floor(&self) -> Option<Floor> {
        let (all, longest) = self.waits_ms;
        let threads = self.threads();
        let shared = all / threads as f64;
        let (files, s) = (self.urls.len(), plural(self.urls.len()));
        let reason = match shared > longest {
            true => format!("{files} file{s}: {all:.0} ms of pauses ÷ {threads} threads"),
            false => format!("the longest of {files} pause{s}"),
        };
        let floor = shared.max(longest);
        (floor > 0.0).then(|| Floor::new(Duration::from_secs_f64(floor / 1e3), reason))
    }
}

impl Output {
    /// What became of each file, in input order; `None` of one that nobody reported.
    pub(crate) fn outcomes(&self, files: usize) -> Vec<Option<&Outcome<File>>> {
        let mut outcomes = vec![None; files];
        for Report { place, outcome } in &self.reports {
            if let Some(slot) = outcomes.get_mut(*place) {
                *slot = Some(outcome);
            }
        }
        outcomes
    }

    /// A line a file, in the order in which they landed.
    pub(crate) fn lines(&self, job: &Job) -> Vec<String> {
        let host = common_host(&job.urls);
        let line = |Report { place, outcome }: &Report| {
            let url = job.urls.get(*place).map_or("", |url| &url[host..]);
            let number = place + 1;
            match outcome {
                Outcome::Ok(file) => format!("{number:>4}: {file}"),
                Outcome::Failed(failure) => {
                    format!(
                        "{number:>4}: failed, {}: {}  {url}",
                        failure.class, failure.why
                    )
                }
                Outcome::Panicked(message) => {
                    format!("{number:>4}: panicked: {message}  {url}")
                }
                other => format!("{number:>4}: {}  {url}", other.word()),
            }
        };
        self.reports.iter().map(line).collect()
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
