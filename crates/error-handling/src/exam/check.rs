//! The check: what each task must come to, from the job alone, and when.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use test_fixtures::{Class, Facts, Failure, Floor, Outcome};

use crate::{
    Fault, Job, Output, Policy,
    work::{Done, FLAKY, value},
};

/// What a busy machine may take longer than is due.
const SLACK: Duration = Duration::from_secs(1);

/// Some packages stop all siblings at once up to this number, and not beyond it.
const FEW: usize = 30;

/// Holds the output against the job, task by task.
pub(crate) fn check(job: &Job, output: &Output) -> Result<Facts> {
    let Output { first, outcomes } = output;
    let tasks = job.tasks;
    ensure!(
        outcomes.len() == tasks,
        "{} outcomes of {tasks} tasks",
        outcomes.len()
    );
    let mut retries = 0;
    for (task, outcome) in outcomes.iter().enumerate() {
        let is_due = due(job, task).allows(task, outcome);
        let may_stop = *outcome == Outcome::Cancelled && first.is_some_and(|f| f != task);
        ensure!(
            is_due || may_stop,
            "task {task}: {outcome:?}, not {:?}",
            due(job, task).end
        );
        let attempts = outcome.ok().map_or(1, |done| done.attempts);
        retries += u64::from(attempts.saturating_sub(1));
    }
    // Each ended as was due, or was stopped by the first error.
    let mut facts = Facts::new().outcomes(outcomes).done(tasks, tasks);
    if retries > 0 {
        facts = facts.count("retries that helped", retries);
    }
    let Some(first) = *first else {
        let missed = outcomes.iter().position(|outcome| stops(job, outcome));
        if let Some(task) = missed {
            bail!("task {task} went wrong, and none is named as the first that did");
        }
        return Ok(facts);
    };
    ensure!(
        first < tasks && stops(job, &outcomes[first]),
        "task {first} is named as the first that went wrong, and it did not"
    );
    facts = facts.text("stopped by", format!("task {first}"));
    Ok(match late(job, first, outcomes) {
        None => facts,
        Some(why) if tasks > FEW => facts.breach("siblings_stopped_among_many", why),
        Some(why) => facts.breach("siblings_stopped", why),
    })
}

/// Whether the others are to stop, now that a task has come to this.
fn stops(job: &Job, outcome: &Outcome<Done>) -> bool {
    let is_fault = !matches!(outcome, Outcome::Ok(_) | Outcome::Cancelled);
    job.policy == Policy::FailFast && is_fault
}

/// What was too late for the first fault, if anything was. Where tasks wait for a thread,
/// it is not known when they began.
fn late(job: &Job, first: usize, outcomes: &[Outcome<Done>]) -> Option<String> {
    if job.blocking.get() < job.tasks {
        return None;
    }
    let bad = (0..job.tasks)
        .map(|task| due(job, task))
        .filter(Due::is_bad);
    let due_at = bad.map(|due| due.latest).min()? + SLACK;
    if due(job, first).earliest > due_at {
        return Some(format!("task {first} was not the first that went wrong"));
    }
    let went_on = (0..job.tasks)
        .filter(|&task| due(job, task).earliest > due_at)
        .filter(|&task| outcomes[task] != Outcome::Cancelled)
        .count();
    (went_on > 0).then(|| format!("{went_on} siblings went on after the first fault"))
}

/// The longest task bounds a job that collects, the first fault one that stops there.
pub(crate) fn floor(job: &Job) -> Option<Floor> {
    let dues = || (0..job.tasks).map(|task| due(job, task));
    let first = match job.policy {
        Policy::Collect => None,
        Policy::FailFast => dues().filter(Due::is_bad).map(|due| due.earliest).min(),
    };
    let (time, reason) = match first {
        Some(time) => (time, "the first fault stops all".to_owned()),
        None => (
            dues().map(|due| due.earliest).max()?,
            format!("the longest of {} tasks, all at once", job.tasks),
        ),
    };
    (!time.is_zero()).then(|| Floor::new(time, reason))
}

/// How a task must end if it is not stopped, and when, from its beginning.
#[derive(Debug)]
struct Due {
    end: End,
    earliest: Duration,
    latest: Duration,
    /// Whether its deadline may come before that on a busy machine.
    may_time_out: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum End {
    Ok { attempts: u32 },
    Malformed,
    Reset,
    Panicked { with_message: bool },
    TimedOut,
}

fn due(job: &Job, task: usize) -> Due {
    let fault = job.faults.get(&task);
    let (end, most) = match fault {
        None => (End::Ok { attempts: 1 }, job.wait()),
        Some(Fault::Fail) => (End::Malformed, job.fault_after()),
        Some(Fault::Panic) => (End::Panicked { with_message: true }, job.fault_after()),
        Some(Fault::PanicAny) => (
            End::Panicked {
                with_message: false,
            },
            job.fault_after(),
        ),
        Some(Fault::Hang) => (End::TimedOut, job.timeout()),
        Some(Fault::Flaky) if job.retries >= FLAKY => (
            End::Ok {
                attempts: FLAKY + 1,
            },
            job.fault_after() * FLAKY + job.wait(),
        ),
        Some(Fault::Flaky) => (End::Reset, job.fault_after() * (job.retries + 1)),
    };
    let pauses = match fault {
        Some(Fault::Flaky) => job.retries.min(FLAKY),
        _ => 0,
    };
    // Each is twice the one before it, and at least half of that is waited.
    let pauses = job.backoff() * ((1 << pauses) - 1);
    let (earliest, latest) = (most + pauses / 2, most + pauses);
    let timeout = job.timeout();
    match earliest > timeout {
        true => Due {
            end: End::TimedOut,
            earliest: timeout,
            latest: timeout,
            may_time_out: true,
        },
        false => Due {
            end,
            earliest,
            latest,
            may_time_out: latest + SLACK > timeout,
        },
    }
}

impl Due {
    fn is_bad(&self) -> bool {
        !matches!(self.end, End::Ok { .. })
    }

    fn allows(&self, task: usize, outcome: &Outcome<Done>) -> bool {
        match (&self.end, outcome) {
            (_, Outcome::TimedOut) => self.may_time_out,
            (&End::Ok { attempts }, Outcome::Ok(done)) => {
                let value = value(task);
                *done == Done { value, attempts }
            }
            (End::Malformed, Outcome::Failed(Failure { class, why })) => {
                let chain = format!(
                    "task {task} can't read its record: the value is not a number: "
                );
                *class == Class::Malformed && has_cause(why, &chain)
            }
            (End::Reset, Outcome::Failed(Failure { class, why })) => {
                let chain = format!("task {task} can't reach its store: ");
                *class == Class::Reset && has_cause(why, &chain)
            }
            (&End::Panicked { with_message }, Outcome::Panicked(message)) => {
                let is_its = *message == format!("task {task} panics");
                !message.is_empty() && is_its == with_message
            }
            _ => false,
        }
    }
}

/// Whether an error's words end in those of its innermost cause, which are the language's.
fn has_cause(why: &str, chain: &str) -> bool {
    why.strip_prefix(chain)
        .is_some_and(|cause| !cause.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorHandling;
    use test_fixtures::{Model, job_args};

    fn job(words: &str) -> Job {
        let words: Vec<_> = words.split_whitespace().collect();
        let args = job_args::<ErrorHandling>(&words).expect("they are arguments");
        ErrorHandling::job(&args).expect("they are a job")
    }

    fn done(task: usize, attempts: u32) -> Outcome<Done> {
        let value = value(task);
        Outcome::Ok(Done { value, attempts })
    }

    fn failed(why: &str) -> Outcome<Done> {
        Outcome::Failed(Failure {
            class: Class::Malformed,
            why: why.to_owned(),
        })
    }

    const WHOLE: &str =
        "task 0 can't read its record: the value is not a number: no digit";

    #[track_caller]
    fn holds(job: &Job, first: Option<usize>, outcomes: &[Outcome<Done>]) -> bool {
        let outcomes = outcomes.to_vec();
        match check(job, &Output { first, outcomes }) {
            Ok(facts) => facts.breaches.is_empty(),
            Err(_) => false,
        }
    }

    #[test]
    fn what_collects_loses_nothing() {
        let job = job("--tasks 2 --fail at:0");
        assert!(holds(&job, None, &[failed(WHOLE), done(1, 1)]));
        for wrong in [
            vec![failed(WHOLE)],
            vec![done(1, 1), failed(WHOLE)],
            vec![failed(WHOLE), done(1, 2)],
            vec![failed(WHOLE), done(2, 1)],
            vec![failed(WHOLE), Outcome::Cancelled],
            vec![failed(WHOLE), Outcome::TimedOut],
            vec![done(0, 1), done(1, 1)],
            vec![Outcome::Panicked(String::new()), done(1, 1)],
            // The causes, or the innermost one, are not there.
            vec![failed("task 0 can't read its record"), done(1, 1)],
            vec![failed(WHOLE.trim_end_matches("no digit")), done(1, 1)],
        ] {
            assert!(!holds(&job, None, &wrong), "{wrong:?}");
        }
        assert!(!holds(&job, Some(0), &[failed(WHOLE), done(1, 1)]));
    }

    #[test]
    fn what_fails_fast_names_the_first_and_stops_the_rest() {
        let job = job("--tasks 2 --fail at:0 --wait 10s --timeout 1m --policy fail-fast");
        let stopped = [failed(WHOLE), Outcome::Cancelled];
        assert!(holds(&job, Some(0), &stopped));
        assert!(!holds(&job, None, &stopped));
        assert!(!holds(&job, Some(1), &stopped));
        assert!(!holds(&job, Some(7), &stopped));
        assert!(!holds(&job, Some(0), &[failed(WHOLE), done(1, 1)]));
        assert!(!holds(&job, None, &[Outcome::Cancelled, done(1, 1)]));
    }

    #[test]
    fn a_panic_without_a_message_is_said_in_words() {
        let job = job("--tasks 1 --fail 0 --panic-any all");
        let panicked = |message: &str| [Outcome::Panicked(message.to_owned())];
        assert!(holds(&job, None, &panicked("a panic without a message")));
        assert!(!holds(&job, None, &panicked("task 0 panics")));
        assert!(!holds(&job, None, &panicked("")));
    }

    #[test]
    fn a_retry_that_was_not_made_is_missed() {
        let job = job("--tasks 1 --fail 0 --flaky all --retry 2");
        assert!(holds(&job, None, &[done(0, 3)]));
        for attempts in [0, 1, 2, 4] {
            assert!(!holds(&job, None, &[done(0, attempts)]));
        }
    }

    #[test]
    fn a_deadline_that_must_pass_has_one_outcome() {
        let job = job("--tasks 1 --hang all --timeout 100ms");
        assert!(holds(&job, None, &[Outcome::TimedOut]));
        assert!(!holds(&job, None, &[done(0, 1)]));
        assert!(!holds(&job, None, &[Outcome::Cancelled]));
    }
}
