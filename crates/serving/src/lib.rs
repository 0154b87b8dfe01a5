//! A server that is stopped under load: accept connections, answer requests, and drain.
//!
//! The function is `serve(connections, grace, listener, stop, handle)`: each variant has
//! its own, below the line `// The lesson`. Above it, `run` hands it the socket that the
//! trial has inherited, SIGTERM, and the answers of a [`Job`].

mod exam;
pub mod parts;
pub mod variants;
pub mod work;

use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};

pub use exam::{Args, Serving};

/// What every variant gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// Milliseconds that the handler waits before each answer.
    pub wait_ms: f64,
    /// Milliseconds that it then computes, on one core.
    pub compute_ms: f64,
    /// The most connections that are served at once: more than that wait.
    pub connections: NonZeroUsize,
    /// The threads of runtimes that have a choice.
    pub workers: NonZeroUsize,
    /// Milliseconds that connections may take to end once the server is stopped.
    pub grace_ms: u64,
    /// The load that it is to be offered.
    pub load: Load,
}

/// The load of a job: the server doesn't need it, its floor does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
    /// Requests.
    pub requests: u64,
    /// Keep-alive connections, each with one request at a time.
    pub clients: usize,
    /// Requests that become due each second. Without it, each client asks again as soon
    /// as it has its answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<u32>,
}

/// What every variant returns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Connections that had not ended when the grace time was over.
    pub cut: usize,
}
