//! What variants hand back, and what of it is sent to the check.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use crate::{Job, memory::Frozen};

/// What every variant hands back: the array, wherever it is, and its sum.
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
    Shared(Frozen),
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

/// Every bit of every element counts, and so does its place: the sum of the elements' bits,
/// each times its place counted from 1, modulo 2⁶⁴.
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

impl From<Frozen> for Array {
    fn from(array: Frozen) -> Self {
        Array::Shared(array)
    }
}
