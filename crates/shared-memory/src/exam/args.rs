//! The job that is asked for on the command line, and how it is described.

use std::{fmt, iter, num::NonZeroUsize, str::FromStr, time::Duration};

use anyhow::Result;
use clap::Args;
use test_fixtures::{Misuse, duration, whole};

use crate::{Fault, FaultKind, Job};

const MOST_SQUARES: u64 = 1_000_000_000;
const MOST_WORKERS: u64 = 256;
const MOST_BATCH: u64 = 1 << 20;
/// How many elements are looked at one by one, besides the first and the last.
const SAMPLES: usize = 16;

/// Fills an array with squares from several workers, and sums it.
#[derive(Args, Clone, Debug)]
pub struct JobArgs {
    /// How many squares, those of 0, 1, 2 and so on
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    #[arg(value_parser = whole::<usize>(0..=MOST_SQUARES))]
    n: usize,
    /// How many workers share the array: threads, or processes
    #[arg(long, value_name = "N", default_value = "4")]
    #[arg(value_parser = whole::<NonZeroUsize>(1..=MOST_WORKERS))]
    workers: NonZeroUsize,
    /// Squares in one message, where squares are sent: pipe, ring, python_queue
    #[arg(long, value_name = "N", default_value = "4096")]
    #[arg(value_parser = whole::<NonZeroUsize>(1..=MOST_BATCH))]
    batch: NonZeroUsize,
    /// Let every worker pause half-way
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = duration)]
    #[arg(allow_hyphen_values = true)]
    pause: Duration,
    /// Make a worker go wrong half-way: 1:kill. Kinds: kill, exit, panic
    #[arg(long, value_name = "WORKER:KIND", allow_hyphen_values = true)]
    fault: Option<Fault>,
}

impl FromStr for Fault {
    type Err = Misuse;

    fn from_str(text: &str) -> Result<Self, Misuse> {
        let fault = text.split_once(':').and_then(|(worker, kind)| {
            let kind = match kind {
                "kill" => FaultKind::Kill,
                "exit" => FaultKind::Exit,
                "panic" => FaultKind::Panic,
                _ => return None,
            };
            let worker = worker.parse().ok()?;
            Some(Self { worker, kind })
        });
        fault.ok_or_else(|| {
            Misuse::new(
                "a fault is WORKER:KIND, WORKER a number, KIND one of kill, exit, panic",
            )
        })
    }
}

impl JobArgs {
    /// The job of these arguments, if it is one.
    pub(crate) fn job(&self) -> Result<Job> {
        let job = Job {
            n: self.n,
            workers: self.workers,
            batch: self.batch,
            samples: samples(self.n),
            pause_ms: self.pause.as_millis() as u64,
            fault: self.fault,
            domain: None,
        };
        if let Some(Fault { worker, .. }) = self.fault {
            let parts = job.parts().count();
            if worker >= parts {
                let why = match parts.checked_sub(1) {
                    Some(last) => format!(
                        "--fault {worker}: parts are counted from 0, and the last is \
                         {last}; name one of them"
                    ),
                    None => "--fault: without squares there is no worker; ask for some \
                             (--n), or leave it out"
                        .to_owned(),
                };
                return Err(Misuse::new(why).into());
            }
        }
        Ok(job)
    }
}

/// The ends, and random places.
fn samples(n: usize) -> Vec<usize> {
    let Some(last) = n.checked_sub(1) else {
        return Vec::new();
    };
    let mut places = vec![0, last];
    places.extend(iter::repeat_with(|| fastrand::usize(..n)).take(SAMPLES));
    places
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let Self {
            n, workers, batch, ..
        } = self;
        let (s, ws) = (plural(*n), plural(workers.get()));
        write!(
            f,
            "{n} square{s}, {workers} worker{ws}, {batch} in a message"
        )?;
        match self.fault {
            Some(Fault { worker, .. }) => write!(f, "; worker {worker} goes wrong"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(n: usize, workers: usize) -> Job {
        Job {
            n,
            workers: NonZeroUsize::new(workers).expect("there are workers"),
            batch: NonZeroUsize::MIN,
            samples: samples(n),
            pause_ms: 0,
            fault: None,
            domain: None,
        }
    }

    #[test]
    fn parts_leave_nothing_out() {
        for (n, workers) in [(0, 3), (1, 4), (5, 4), (8, 4), (1_000_003, 7)] {
            let job = job(n, workers);
            let mut next = 0;
            for part in job.parts() {
                assert_eq!(part.start, next);
                assert!(!part.is_empty());
                next = part.end;
            }
            assert_eq!(next, n);
            assert!(job.parts().len() <= workers);
        }
    }

    #[test]
    fn samples_are_places_of_the_array() {
        assert!(samples(0).is_empty());
        assert!(samples(1).iter().all(|place| *place == 0));
        assert!(samples(1000).iter().all(|place| *place < 1000));
        assert!(samples(1000).contains(&999));
    }
}
