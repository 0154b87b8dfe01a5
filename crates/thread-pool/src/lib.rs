//! As completed: download files on a few blocking threads, and report each as it lands.
//!
//! The function is `as_completed(threads, items, work, each)`: each variant has its own,
//! below the line `// The lesson`. Above it, `run` hands it the places of a [`Job`]'s URLs,
//! [`Downloads::fetch`](work::Downloads::fetch) for the work, and [`Output::report`] for
//! what to do with each.

mod exam;
pub mod variants;
pub mod work;

use std::{num::NonZeroUsize, thread, time::Duration};

use fetching::{
    direct,
    files::{File, Name, NameError, Saving},
};
use serde::{Deserialize, Serialize};
use test_fixtures::Outcome;

pub use exam::{Args, Stage, ThreadPool};

/// What every variant gets.
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
    /// Milliseconds after which every download is given up, if they are.
    pub deadline_ms: Option<u64>,
    /// Milliseconds that the origin is known to wait in all, and at the most before one
    /// answer; for the floor.
    pub waits_ms: (f64, f64),
}

/// What every variant returns.
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

    /// After how long every download is given up, if they are.
    pub fn deadline(&self) -> Option<Duration> {
        self.deadline_ms.map(Duration::from_millis)
    }

    /// How many threads have something to do: at least one.
    pub fn threads(&self) -> usize {
        self.workers.get().min(self.urls.len()).max(1)
    }
}

impl Output {
    /// Reports what became of the file at this place, as soon as that is known.
    pub fn report(
        &mut self,
        job: &Job,
        place: usize,
        end: thread::Result<Outcome<File>>,
    ) {
        let outcome = end.unwrap_or_else(Into::into);
        if let Some(url) = job.urls.get(place) {
            direct::report(url, &outcome);
        }
        self.reports.push(Report { place, outcome });
    }
}
