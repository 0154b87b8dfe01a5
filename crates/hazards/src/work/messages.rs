//! What the watchdog and a piece's process say to each other.

use serde::{Deserialize, Serialize};
use test_fixtures::Span;

use crate::{Ended, Hazard, Job, Kind, Record};

/// What the watchdog asks for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    pub(crate) runtime: String,
    pub(crate) hazard: Hazard,
    pub(crate) kind: Kind,
    pub(crate) job: Job,
}

/// A line of what a piece's process says.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Said {
    /// An attempt begins.
    Begun,
    /// The result of the last one.
    Ended {
        ended: Ended,
        nanos: u64,
        record: Record,
        spans: Vec<Span>,
    },
}
