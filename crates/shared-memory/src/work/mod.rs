//! The work: squares of whole numbers, written where they belong, and their sum.

mod process;
mod room;

use std::{ops::Range, process::exit, thread};

use anyhow::{Result, anyhow};
use rustix::process::{Signal, getpid, kill_process};
use test_fixtures::{panic_message, span};

use crate::{FaultKind, Job};

pub(crate) use process::{Order, Report};
#[cfg(feature = "iceoryx2")]
pub(crate) use room::ensure_shared_room;
pub(crate) use room::{ensure_room, zeroed};

/// How many sums run side by side: an addition need not wait for the one before it.
const LANES: usize = 8;

impl Job {
    /// Fills a stretch of the array with the squares of the numbers from `first` on, and
    /// returns their sum.
    pub fn fill(&self, first: usize, stretch: &mut [f64]) -> f64 {
        let end = first + stretch.len();
        span(
            || format!("{first}..{end}"),
            || self.fill_unrecorded(first, stretch),
        )
    }

    /// The same without a span, for stretches that are too many for spans.
    pub fn fill_unrecorded(&self, first: usize, stretch: &mut [f64]) -> f64 {
        if self.pause_ms == 0 && self.fault.is_none() {
            return squares(first, stretch);
        }
        let end = first + stretch.len();
        let (mut sum, mut from, mut rest) = (0.0, first, stretch);
        for (worker, middle) in self.middles(first..end) {
            let (now, later) = rest.split_at_mut(middle - from);
            sum += squares(from, now);
            self.halt(worker);
            (from, rest) = (middle, later);
        }
        sum + squares(from, rest)
    }

    /// The middles of workers' parts that lie in a stretch.
    fn middles(&self, stretch: Range<usize>) -> impl Iterator<Item = (usize, usize)> {
        let middles = self.parts().map(|part| part.start + part.len() / 2);
        middles
            .enumerate()
            .filter(move |(_, middle)| stretch.contains(middle))
    }

    /// What happens to a worker half-way.
    fn halt(&self, worker: usize) {
        thread::sleep(self.pause());
        let fault = self.fault.filter(|fault| fault.worker == worker);
        match fault.map(|fault| fault.kind) {
            // Nothing can refuse a process a signal to itself.
            Some(FaultKind::Kill) => drop(kill_process(getpid(), Signal::KILL)),
            Some(FaultKind::Exit) => exit(1),
            Some(FaultKind::Panic) => panic!("worker {worker} was asked to panic"),
            None => {}
        }
    }
}

/// Writes the squares of the numbers from `first` on, and adds them up while they are at
/// hand. Up to 94,906,265 a square is a whole double; sums are rounded long before.
pub(crate) fn squares(first: usize, stretch: &mut [f64]) -> f64 {
    let mut sums = [0.0; LANES];
    let (rows, rest) = stretch.as_chunks_mut::<LANES>();
    let behind = first + rows.len() * LANES;
    for (row, at) in rows.iter_mut().zip((first..).step_by(LANES)) {
        for ((square, sum), number) in row.iter_mut().zip(&mut sums).zip(at..) {
            *square = number as f64 * number as f64;
            *sum += *square;
        }
    }
    let mut sum = sums.iter().sum();
    for (square, number) in rest.iter_mut().zip(behind..) {
        *square = number as f64 * number as f64;
        sum += *square;
    }
    sum
}

/// The sum of the array, from the sums of its stretches.
///
/// # Errors
/// One of them is not whole, since its worker panicked.
pub(crate) fn sum(stretches: Vec<thread::Result<f64>>) -> Result<f64> {
    let sum = stretches.into_iter().sum::<thread::Result<f64>>();
    sum.map_err(|panic| anyhow!("a worker panicked: {}", panic_message(&*panic)))
}

#[cfg(test)]
mod tests {
    use super::squares;

    #[test]
    fn every_length_is_filled_to_its_end() {
        for first in [0, 7, 1_000_000] {
            for len in 0..40 {
                let mut stretch = vec![-1.0; len];
                let sum = squares(first, &mut stretch);
                let wanted: Vec<f64> =
                    (first..first + len).map(|n| (n * n) as f64).collect();
                assert_eq!(stretch, wanted);
                assert_eq!(sum, wanted.iter().sum::<f64>());
            }
        }
    }
}
