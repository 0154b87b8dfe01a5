//! An attempt at a task: to wait, then to read a record.
//!
//! Attempts are counted and their spans recorded here, whatever the variant does with them:
//! one that is dropped in the middle says that it was cut.

use std::{io, panic::panic_any, thread, time::Duration};

use serde::{Deserialize, Serialize};
use test_fixtures::{Span, monotonic_nanos, record_span, spans_wanted};

use super::{RecordError, TaskError};
use crate::{Fault, Job};

/// At how many attempts a flaky task does not reach its store.
pub(crate) const FLAKY: u32 = 2;

/// Longer than any deadline.
const FOR_EVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The result of a task that is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Done {
    /// What it read: the square of its number.
    pub value: u64,
    /// How many attempts it took.
    pub attempts: u32,
}

/// The attempts at one task.
#[derive(Debug)]
pub struct Attempts<'a> {
    job: &'a Job,
    task: usize,
    begun: u32,
}

/// One attempt at a task, under way until it is finished or dropped.
#[derive(Debug)]
pub struct Attempt {
    task: usize,
    nth: u32,
    fault: Option<Fault>,
    wait: Duration,
    /// When it began, and how it seems to end, if spans are asked for.
    span: Option<(u64, Option<&'static str>)>,
}

impl Job {
    /// The attempts at a task, none of them begun.
    pub fn attempts(&self, task: usize) -> Attempts<'_> {
        Attempts {
            job: self,
            task,
            begun: 0,
        }
    }
}

impl Attempts<'_> {
    /// Begins the next attempt.
    pub fn begin(&mut self) -> Attempt {
        self.begun += 1;
        let fault = match self.job.faults.get(&self.task) {
            Some(Fault::Flaky) if self.begun > FLAKY => None,
            fault => fault.copied(),
        };
        let wait = match fault {
            None => self.job.wait(),
            Some(Fault::Hang) => FOR_EVER,
            Some(_) => self.job.fault_after(),
        };
        Attempt {
            task: self.task,
            nth: self.begun,
            fault,
            wait,
            span: spans_wanted().then(|| (monotonic_nanos(), Some("cut"))),
        }
    }

    /// How long to wait before the next attempt, if there are any left: twice as long each
    /// time, and of that a random part between half and all, so that tasks which failed
    /// together don't come back together.
    pub fn pause(&self) -> Option<Duration> {
        if self.begun > self.job.retries {
            return None;
        }
        let doublings = self.begun.saturating_sub(1).min(16);
        let most = self.job.backoff().saturating_mul(1 << doublings);
        Some(most.mul_f64(0.5 + fastrand::f64() / 2.0))
    }
}

impl Attempt {
    /// How long the work waits for what it needs: not at all, or this long.
    pub fn wait(&self) -> Option<Duration> {
        (!self.wait.is_zero()).then_some(self.wait)
    }

    /// Reads the record.
    ///
    /// # Errors
    /// The record can't be read, or the store could not be reached.
    ///
    /// # Panics
    /// If the task is one that panics.
    pub fn finish(mut self) -> Result<Done, TaskError> {
        let task = self.task;
        let result = match self.fault {
            Some(Fault::Panic) => panic!("task {task} panics"),
            Some(Fault::PanicAny) => panic_any(task),
            Some(Fault::Flaky) => Err(TaskError::Store {
                task,
                source: io::ErrorKind::ConnectionReset.into(),
            }),
            fault => parse(&record(task, fault))
                .map_err(|source| TaskError::Record { task, source }),
        };
        if let Some((_, note)) = &mut self.span {
            *note = result.is_err().then_some("failed");
        }
        let attempts = self.nth;
        result.map(|value| Done { value, attempts })
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let Some((start, note)) = self.span else {
            return;
        };
        let note = match thread::panicking() {
            true => Some("panicked"),
            false => note,
        };
        record_span(|| Span {
            task: self.task.to_string(),
            lane: format!("task {}", self.task),
            start,
            end: monotonic_nanos(),
            note: note.map(str::to_owned),
        });
    }
}

/// What the store has of a task.
fn record(task: usize, fault: Option<Fault>) -> String {
    match fault {
        Some(_) => format!("{task}=unknown"),
        None => format!("{task}={}", value(task)),
    }
}

fn parse(record: &str) -> Result<u64, RecordError> {
    let (_, value) = record.split_once('=').ok_or(RecordError::NoValue)?;
    Ok(value.parse()?)
}

/// What a task reads if all is well.
pub(crate) fn value(task: usize) -> u64 {
    (task as u64).pow(2)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, time::Duration};

    use crate::ErrorHandling;
    use test_fixtures::{Model, job_args};

    #[test]
    fn pauses_double_differ_and_end() {
        let words = ["--retry", "3", "--backoff", "100ms"];
        let args = job_args::<ErrorHandling>(&words).expect("they are arguments");
        let job = ErrorHandling::job(&args).expect("they are a job");
        let mut first = BTreeSet::new();
        for task in 0..10 {
            let mut attempts = job.attempts(task);
            for most in [100, 200, 400].map(Duration::from_millis) {
                drop(attempts.begin());
                let pause = attempts.pause().expect("a retry is left");
                assert!((most / 2..=most).contains(&pause), "{pause:?} of {most:?}");
                if most.as_millis() == 100 {
                    first.insert(pause);
                }
            }
            drop(attempts.begin());
            assert_eq!(attempts.pause(), None);
        }
        assert!(first.len() > 1, "all would come back together: {first:?}");
    }
}
