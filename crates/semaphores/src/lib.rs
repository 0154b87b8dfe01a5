//! Many requests, few permits: fetch every URL with at most `limit` requests in flight.
//!
//! The function is `at_most(limit, items, work)`: each variant has its own, below the line
//! `// The lesson`. Above it, `run` hands it the URLs of a [`Job`] and a client's `fetch`.

mod exam;
pub mod variants;
mod work;

use std::num::{NonZeroU32, NonZeroUsize};

use fetching::{Page, Sha256};
use serde::{Deserialize, Serialize};
use test_fixtures::Outcome;

pub use exam::{Args, Semaphores};

/// What every variant gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// What to fetch.
    pub urls: Vec<String>,
    /// The permits: how many requests may be in flight at once.
    pub limit: NonZeroUsize,
    /// The threads of runtimes that have a choice.
    pub workers: NonZeroUsize,
    /// What https is to trust beside the system's roots, in PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cacert: Option<String>,
    /// How many requests are due a second, whatever became of those before; `None` where
    /// all are due at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<NonZeroU32>,
    /// How often the digest of each answer is digested again: the work to compute.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rehash: u32,
    /// Milliseconds after which a request is given up.
    pub timeout_ms: u64,
    /// Milliseconds that the origin is known to wait before each answer; for the floor.
    pub latency_ms: f64,
}

/// What every variant returns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// What became of each URL, in input order.
    pub outcomes: Vec<Outcome<Page>>,
    /// The last digest of each page, in input order, where the job says that it is to be
    /// digested again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub digests: Vec<Sha256>,
}

fn is_zero(rounds: &u32) -> bool {
    *rounds == 0
}
