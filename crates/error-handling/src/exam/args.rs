//! The command line's view of the job.

use std::{collections::BTreeMap, num::NonZeroUsize, time::Duration};

use anyhow::Result;
use test_fixtures::{Misuse, cores, duration, whole};

use super::selection::{Selection, spread};
use crate::{Fault, Job, Policy};

const MOST_TASKS: u64 = 1_000_000;
const MOST_THREADS: u64 = 1_000;
const MOST_RETRIES: u64 = 100;

/// How many threads block at once if nothing else is asked for: one for each task, but no
/// more than this.
const BLOCKING: usize = 256;

/// The job's parameters.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
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
    fail: Selection,
    /// Tasks that fail at their first two attempts
    #[arg(long, value_name = "TASKS", default_value = "0")]
    flaky: Selection,
    /// Tasks that panic with a message
    #[arg(long, value_name = "TASKS", default_value = "0")]
    panic: Selection,
    /// Tasks that panic without one
    #[arg(long, value_name = "TASKS", default_value = "0")]
    panic_any: Selection,
    /// Tasks that never end by themselves
    #[arg(long, value_name = "TASKS", default_value = "0")]
    hang: Selection,
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

impl Args {
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
        for (flag, selection, fault) in said {
            for task in selection.named(tasks) {
                if task >= tasks {
                    let why = format!(
                        "{flag}: there is no task {task} among {tasks}; they count from 0"
                    );
                    return Err(Misuse(why).into());
                }
                faults.insert(task, fault);
            }
        }
        for (flag, selection, fault) in said {
            let Selection::Count(count) = *selection else {
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
