//! What does a job in a trial, and under which conditions.

use std::{ffi::OsString, time::Duration};

/// What does the job.
#[derive(Clone, Debug)]
pub enum Runner {
    /// A variant, by name.
    Variant(String),
    /// Any program that speaks the trial protocol: its name and its arguments.
    Peer(Vec<OsString>),
}

/// The conditions of a trial, the same for every variant.
#[derive(Clone, Debug)]
pub struct Settings {
    /// When to kill it.
    pub time_limit: Duration,
    /// How many descriptors it may have open.
    pub descriptors: Option<u64>,
    /// How many bytes of addresses it, and each process that it starts, may have.
    pub addresses: Option<u64>,
    /// Whether it is asked for spans.
    pub spans: bool,
    /// Whether it waits until its descriptors are closed and its threads have ended
    /// before it counts them.
    pub settle: bool,
    /// Whether it does the job once before the one that counts.
    pub warm: bool,
    /// Whether its standard error is this program's, so that nothing of it is kept.
    pub shows_errors: bool,
    /// The words before the program's own: a tool that counts, with its arguments. None
    /// where a program is started as it is.
    pub under: Vec<OsString>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            time_limit: Duration::from_secs(60),
            descriptors: None,
            addresses: None,
            spans: false,
            settle: false,
            warm: false,
            shows_errors: false,
            under: Vec::new(),
        }
    }
}
