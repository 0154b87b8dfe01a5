//! Gather: fetch every URL at once, and report what came of each.
//!
//! The function is `gather(items, work)`: each variant has its own, below the line
//! `// The lesson`, and below that a client as people meet it there. Above the line, `run`
//! hands the function the URLs of a [`Job`] and the client's `fetch`.

mod exam;
mod parts;
pub mod variants;
mod work;

use std::{
    num::{NonZeroU32, NonZeroUsize},
    thread,
    time::Duration,
};

use anyhow::Result;
use fetching::{Page, Trust, ended};
use rustls::ClientConfig;
use serde::{Deserialize, Serialize};
use test_fixtures::{Outcome, Pace};
use ureq::tls::TlsConfig;

pub use exam::{Args, Gather};

/// What every variant gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// What to fetch, all at once.
    pub urls: Vec<String>,
    /// How many requests are due a second, whatever became of those before; `None` where
    /// all are due at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<NonZeroU32>,
    /// The threads of runtimes that have a choice.
    pub workers: NonZeroUsize,
    /// What https is to trust beside the system's roots, in PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cacert: Option<String>,
    /// Milliseconds after which a request is given up, from before it connects to the
    /// body's last byte.
    pub timeout_ms: u64,
    /// Milliseconds that the slowest answer is known to take; for the floor.
    pub slowest_ms: f64,
}

impl Job {
    /// After how long a request is given up.
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// When each request is due, from now on. One that is not waits.
    pub fn pace(&self) -> Pace {
        Pace::new(self.rate)
    }

    /// How https is verified by rustls.
    pub fn tls(&self) -> ClientConfig {
        Trust::new(&self.urls, self.cacert.as_deref()).rustls()
    }

    /// The same for ureq.
    pub fn ureq_tls(&self) -> TlsConfig {
        Trust::new(&self.urls, self.cacert.as_deref()).ureq()
    }
}

/// What every variant returns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// What became of each URL, in input order.
    pub outcomes: Vec<Outcome<Page>>,
}

impl FromIterator<thread::Result<Result<Page>>> for Output {
    fn from_iter<I>(pages: I) -> Self
    where
        I: IntoIterator<Item = thread::Result<Result<Page>>>,
    {
        Self {
            outcomes: pages.into_iter().map(ended).collect(),
        }
    }
}
