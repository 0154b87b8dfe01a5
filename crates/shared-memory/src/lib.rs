//! Shared memory: an array of squares is filled in place by several workers, threads of
//! one process or processes of their own, and summed.
//!
//! The function is `fill(array, workers, values)`: each variant has its own, below the
//! line `// The lesson`. Above it, `run` hands it the array and what fills a stretch of
//! it, or what starts a worker process that does.

mod exam;
pub mod parts;
pub mod variants;
mod work;

use std::{
    num::NonZeroUsize,
    ops::{Deref, Range},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use parts::memory::Frozen;

pub use exam::{JobArgs, SharedMemory};

/// What every variant gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// How many squares.
    pub n: usize,
    /// How many workers share the array.
    pub workers: NonZeroUsize,
    /// How many squares go in one message, where squares are sent.
    pub batch: NonZeroUsize,
    /// Places whose elements are wanted one by one.
    pub samples: Vec<usize>,
    /// How long every worker pauses half-way, in milliseconds.
    pub pause_ms: u64,
    /// What is to go wrong.
    pub fault: Option<Fault>,
    /// Where the variant `iceoryx2` has its names. A stage knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<Domain>,
}

/// Where processes find each other by name, and what all of their names begin with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// A directory for sockets and what is known of processes and services.
    pub root: String,
    /// In that directory, and in `/dev/shm`.
    pub prefix: String,
}

/// One worker that is to go wrong in the middle of its part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which, from 0.
    pub worker: usize,
    /// How.
    pub kind: FaultKind,
}

/// How a worker goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// Its process is killed.
    Kill,
    /// Its process exits with code 1.
    Exit,
    /// It panics.
    Panic,
}

impl Job {
    /// How many elements a worker's part has. The last part may be shorter.
    pub fn share(&self) -> usize {
        self.n.div_ceil(self.workers.get()).max(1)
    }

    /// The parts of the array, one a worker; none is empty, so small arrays have fewer.
    pub fn parts(&self) -> impl ExactSizeIterator<Item = Range<usize>> + use<> {
        let (n, share) = (self.n, self.share());
        (0..n)
            .step_by(share)
            .map(move |first| first..n.min(first + share))
    }

    /// How long every worker pauses half-way.
    pub(crate) fn pause(&self) -> Duration {
        Duration::from_millis(self.pause_ms)
    }
}

/// What every variant returns: the array, wherever it is, and its sum.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// The sum of the array, as its workers have added it up.
    pub sum: f64,
    /// The elements at the job's places.
    pub samples: Vec<f64>,
    /// All elements and their order in one number: the sum of their bits, each times its
    /// place.
    pub checksum: u64,
    /// The array itself is not sent.
    #[serde(skip)]
    array: Array,
}

/// The array, in this process's memory or in memory that was shared.
#[derive(Debug)]
pub enum Array {
    /// This process's own.
    Own(Vec<f64>),
    /// Shared with the processes that filled it, and sealed since.
    Shared(Frozen<f64>),
}

impl Output {
    /// An array and its sum.
    pub fn new(sum: f64, array: impl Into<Array>) -> Self {
        Self {
            sum,
            samples: Vec::new(),
            checksum: 0,
            array: array.into(),
        }
    }

    /// Looks at the array, and keeps what the check asks for.
    pub(crate) fn reduce(&mut self, job: &Job) {
        let array: &[f64] = &self.array;
        self.checksum = checksum(array.iter().copied());
        let places = job.samples.iter().filter_map(|place| array.get(*place));
        self.samples = places.copied().collect();
        self.array = Array::default();
    }
}

/// Every bit of every element counts, and so does its place: the sum of the elements'
/// bits, each times its place counted from 1, modulo 2⁶⁴.
pub(crate) fn checksum(array: impl Iterator<Item = f64>) -> u64 {
    array.zip(1_u64..).fold(0, |sum, (element, place)| {
        sum.wrapping_add(place.wrapping_mul(element.to_bits()))
    })
}

impl Deref for Array {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        match self {
            Array::Own(array) => array,
            Array::Shared(array) => array,
        }
    }
}

impl Default for Array {
    fn default() -> Self {
        Array::Own(Vec::new())
    }
}

impl From<Vec<f64>> for Array {
    fn from(array: Vec<f64>) -> Self {
        Array::Own(array)
    }
}

impl From<Frozen<f64>> for Array {
    fn from(array: Frozen<f64>) -> Self {
        Array::Shared(array)
    }
}
