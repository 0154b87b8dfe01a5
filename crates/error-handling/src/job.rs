//! The job, and the command line's view of it.

use std::{collections::BTreeMap, fmt, num::NonZeroUsize, time::Duration};

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use test_fixtures::{Misuse, Outcome, cores, duration, whole};

use crate::{
    Done,
    which::{Which, spread},
};

const MOST_TASKS: u64 = 1_000_000;
const MOST_THREADS: u64 = 1_000;
const MOST_RETRIES: u64 = 100;

/// How many threads block at once if nothing else is asked for: one for each task, but no
/// more than this.
const BLOCKING: usize = 256;

/// The command line's view of the job.
#[derive(Args, Clone, Debug)]
pub struct JobArgs {
    /// How many tasks there are
    #[arg(long, value_name = "N", default_value_t = 10)]
    #[arg(value_parser = whole::<usize>(0..=MOST_TASKS))]
    tasks: usize,
    /// How long a task waits before it succeeds
    #[arg(long, value_name = "TIME", default_value = "100ms", value_parser = duration)]
    wait: Duration,
    /// What to do when a task goes wrong: `collect` every outcome, or stop the others
    /// (`fail-fast`)
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    policy: Policy,
    /// Tasks that fail whatever is done, unless a flag below names them: how many (3),
    /// even, odd, all, or which (at:0,7)
    #[arg(long, value_name = "TASKS", default_value = "even")]
    fail: Which,
    /// Tasks that fail at their first two attempts
    #[arg(long, value_name = "TASKS", default_value = "0")]
    flaky: Which,
    /// Tasks that panic with a message
    #[arg(long, value_name = "TASKS", default_value = "0")]
    panic: Which,
    /// Tasks that panic without one
    #[arg(long, value_name = "TASKS", default_value = "0")]
    panic_any: Which,
    /// Tasks that never end by themselves
    #[arg(long, value_name = "TASKS", default_value = "0")]
    hang: Which,
    /// How long tasks that go wrong work before they do
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = duration)]
    fault_after: Duration,
    /// How often a task is tried again, if its error is transient
    #[arg(long, value_name = "N", default_value_t = 0)]
    #[arg(value_parser = whole::<u32>(0..=MOST_RETRIES))]
    retry: u32,
    /// The pause before the first retry; each further one is twice as long, less a random
    /// part
    #[arg(long, value_name = "TIME", default_value = "10ms", value_parser = duration)]
    backoff: Duration,
    /// A task's deadline, all its attempts together
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = duration)]
    timeout: Duration,
    /// Threads of executors [default: one a core]
    #[arg(long, value_name = "N")]
    #[arg(value_parser = whole::<NonZeroUsize>(1..=MOST_THREADS))]
    workers: Option<NonZeroUsize>,
    /// Threads where each waiting task blocks one: std_only, crossbeam, rayon [default:
    /// one a task, at most 256]
    #[arg(long, value_name = "N")]
    #[arg(value_parser = whole::<NonZeroUsize>(1..=MOST_THREADS))]
    blocking: Option<NonZeroUsize>,
}

/// What every variant is handed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// How many tasks there are, from number 0.
    pub tasks: usize,
    /// The tasks that go wrong, and how.
    pub faults: BTreeMap<usize, Fault>,
    /// Milliseconds that a task waits before it succeeds.
    pub wait_ms: f64,
    /// Milliseconds that one that goes wrong waits before it does.
    pub fault_after_ms: f64,
    /// What to do when one goes wrong.
    pub policy: Policy,
    /// How often a task is tried again, if its error is transient.
    pub retries: u32,
    /// Milliseconds before the first retry, at the most.
    pub backoff_ms: f64,
    /// Milliseconds after which a task is given up, all its attempts together.
    pub timeout_ms: f64,
    /// Threads of executors.
    pub workers: NonZeroUsize,
    /// Threads where each waiting task blocks one.
    pub blocking: NonZeroUsize,
}

/// How a task goes wrong. Each has its case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Its record can't be read, however often.
    Fail,
    /// Its store is not reached at its first two attempts.
    Flaky,
    /// It panics with a message.
    Panic,
    /// It panics without one.
    PanicAny,
    /// It never ends by itself.
    Hang,
}

/// What to do when a task goes wrong.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Let the others come to their end, and collect all outcomes.
    #[default]
    Collect,
    /// Stop the others; their outcomes are collected all the same.
    FailFast,
}

impl JobArgs {
    /// The job of these arguments, if it is one.
    pub(crate) fn job(&self) -> Result<Job> {
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        let at_most = self.tasks.clamp(1, BLOCKING);
        Ok(Job {
            tasks: self.tasks,
            faults: self.faults()?,
            wait_ms: milliseconds(self.wait),
            fault_after_ms: milliseconds(self.fault_after),
            policy: self.policy,
            retries: self.retry,
            backoff_ms: milliseconds(self.backoff),
            timeout_ms: milliseconds(self.timeout),
            workers: self.workers.unwrap_or_else(cores),
            blocking: self
                .blocking
                .or_else(|| NonZeroUsize::new(at_most))
                .expect("at least one"),
        })
    }

    /// Who goes wrong, and how. What is said by name goes before what is only counted, and
    /// of two names for one task the rarer fault before the more common.
    fn faults(&self) -> Result<BTreeMap<usize, Fault>> {
        let said = [
            ("--fail", &self.fail, Fault::Fail),
            ("--flaky", &self.flaky, Fault::Flaky),
            ("--panic", &self.panic, Fault::Panic),
            ("--panic-any", &self.panic_any, Fault::PanicAny),
            ("--hang", &self.hang, Fault::Hang),
        ];
        let tasks = self.tasks;
        let mut faults = BTreeMap::new();
        for (flag, which, fault) in said {
            for task in which.named(tasks) {
                if task >= tasks {
                    let why = format!(
                        "{flag}: there is no task {task} among {tasks}; they count from 0"
                    );
                    return Err(Misuse(why).into());
                }
                faults.insert(task, fault);
            }
        }
        for (flag, which, fault) in said {
            let Which::Count(count) = *which else {
                continue;
            };
            let left: Vec<_> = (0..tasks)
                .filter(|task| !faults.contains_key(task))
                .collect();
            if count > left.len() {
                let left = left.len();
                let why = format!(
                    "{flag} {count}: the other flags leave it {left} of {tasks} tasks; \
                     write at most {left}, or fewer there (--fail is even by default)"
                );
                return Err(Misuse(why).into());
            }
            faults.extend(spread(&left, count).map(|task| (task, fault)));
        }
        Ok(faults)
    }
}

impl Job {
    /// How long a task waits before it succeeds.
    pub fn wait(&self) -> Duration {
        Duration::from_secs_f64(self.wait_ms / 1e3)
    }

    /// How long one that goes wrong waits before it does.
    pub fn fault_after(&self) -> Duration {
        Duration::from_secs_f64(self.fault_after_ms / 1e3)
    }

    /// The longest pause before the first retry.
    pub fn backoff(&self) -> Duration {
        Duration::from_secs_f64(self.backoff_ms / 1e3)
    }

    /// After how long a task is given up.
    pub fn timeout(&self) -> Duration {
        Duration::from_secs_f64(self.timeout_ms / 1e3)
    }

    /// Whether the others are to stop, now that a task has come to this.
    pub fn stops_at(&self, outcome: &Outcome<Done>) -> bool {
        let is_fault = !matches!(outcome, Outcome::Ok(_) | Outcome::Cancelled);
        self.policy == Policy::FailFast && is_fault
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count| if count == 1 { "" } else { "s" };
        let Job { tasks, wait_ms, .. } = self;
        write!(f, "{tasks} task{} of {wait_ms} ms", plural(*tasks))?;
        for (fault, word) in [
            (Fault::Fail, "fail"),
            (Fault::Flaky, "flaky"),
            (Fault::Panic, "panic"),
            (Fault::PanicAny, "panic without a message"),
            (Fault::Hang, "hang"),
        ] {
            match self.faults.values().filter(|one| **one == fault).count() {
                0 => {}
                count => write!(f, ", {count} {word}")?,
            }
        }
        match self.policy {
            Policy::Collect => f.write_str("; every outcome is collected"),
            Policy::FailFast => f.write_str("; the first fault stops the others"),
        }
    }
}
