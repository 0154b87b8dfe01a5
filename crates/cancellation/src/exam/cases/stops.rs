//! How soon tasks are stopped, what can't be, and what is left afterwards.

use std::{ffi::OsString, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use test_fixtures::{
    Bench, Case, Fact, Model, Settings, TrialError, Value, job_args, run_trial,
};

use crate::Cancellation;

pub(super) fn cases() -> Vec<Case<Cancellation>> {
    let custom = Case::custom;
    vec![
        custom(
            "stopped_in_time",
            "99 of 100 are stopped within 50 ms, by the journal, the origin and the system",
            stopped_in_time,
        )
        .alone(),
        custom(
            "nothing_counted_after",
            "no sleeper wakes after the deadline, and no request or answer comes",
            nothing_counted_after,
        )
        .waits(),
        custom(
            "stops_between_pieces",
            "a blocking call that looks is stopped at its next look",
            stops_between_pieces,
        )
        .waits(),
        custom(
            "runs_on_in_one_piece",
            "what never looks runs on past the deadline, is waited for and shown",
            runs_on_in_one_piece,
        ),
        custom(
            "leaves_nothing_of_any_work",
            "after a deadline no descriptor, thread or process is left, whatever the work",
            leaves_nothing_of_any_work,
        )
        .waits(),
        custom(
            "as_far_as_threads_go",
            "where a task takes a thread, the job ends with the number of threads that it may have",
            as_far_as_threads_go,
        )
        .waits(),
        custom(
            "no_more_threads",
            "where the system refuses a thread, those that have one end, and the job says how many",
            no_more_threads,
        )
        .waits(),
        custom(
            "processes_need_no_thread_each",
            "where no more threads of the usual size are there, processes are waited for",
            processes_need_no_thread_each,
        )
        .with_peers(),
    ]
}

/// No machine has the addresses for a stack of a tebibyte, and that is a thread's by default
/// where it is the limit of the first one's. The standard library asks for less.
fn processes_need_no_thread_each(bench: &Bench<Cancellation>) -> Result<()> {
    let under = ["prlimit", "--stack=1099511627776:"];
    let settings = Settings {
        under: under.map(OsString::from).to_vec(),
        ..Settings::default()
    };
    let job = "--work process --tasks 3 --length 50ms --deadline 5s";
    let job: Vec<_> = job.split(' ').collect();
    let trial = bench.trial(&job, &settings)?;
    for task in trial.output.tasks.iter() {
        ensure!(task.outcome.ok().is_some(), "{:?}", task.outcome);
    }
    Ok(())
}

/// Tries, of which one must hold: a busy machine is late, but not always.
pub(super) const TRIES: usize = 5;

fn stopped_in_time(bench: &Bench<Cancellation>) -> Result<()> {
    for work in ["sleep", "fetch", "cpu", "blocking", "process"] {
        // Cut into pieces of 10 ms, a blocking call looks as often.
        let args = match work {
            "blocking" => &["--work", work, "--pieces", "100"][..],
            _ => &["--work", work],
        };
        let mut least = f64::INFINITY;
        for _ in 0..TRIES {
            let trial = bench.trial(args, &Settings::default())?;
            let Value::Number(late) = fact(&trial.facts.seen, "ms to stop (p99)")? else {
                bail!("a latency is a number");
            };
            least = least.min(*late);
            if least <= 50.0 {
                break;
            }
        }
        ensure!(
            least <= 50.0,
            "--work {work}: 99 of 100 after {least:.1} ms"
        );
    }
    Ok(())
}

fn nothing_counted_after(bench: &Bench<Cancellation>) -> Result<()> {
    for work in ["sleep", "fetch"] {
        let args = ["--work", work, "--length", "20s"];
        let trial = bench.trial(&args, &Settings::default())?;
        let after = fact(&trial.facts.seen, "work after the deadline")?;
        ensure!(
            *after == Value::Count(0),
            "--work {work}: counted {after:?} after the deadline"
        );
    }
    Ok(())
}

fn stops_between_pieces(bench: &Bench<Cancellation>) -> Result<()> {
    let args = [
        "--work",
        "blocking",
        "--length",
        "30s",
        "--pieces",
        "300",
        "--deadline",
        "200ms",
    ];
    let trial = bench.trial(&args, &Settings::default())?;
    let took = Duration::from_nanos(trial.nanos);
    ensure!(took < Duration::from_secs(15), "it took {took:?}");
    Ok(())
}

fn runs_on_in_one_piece(bench: &Bench<Cancellation>) -> Result<()> {
    for work in ["blocking", "cpu"] {
        let args = ["--work", work, "--pieces", "1", "--deadline", "200ms"];
        let trial = bench.trial(&args, &Settings::default())?;
        match fact(&trial.facts.seen, "ran past the deadline")? {
            Value::Count(1..) => {}
            other => bail!("--work {work}: {other:?} ran past the deadline"),
        }
    }
    Ok(())
}

/// The second job of a process holds no more than the first, since some runtimes keep what
/// they have started.
fn leaves_nothing_of_any_work(bench: &Bench<Cancellation>) -> Result<()> {
    let settings = Settings {
        settle: true,
        warm: true,
        ..Settings::default()
    };
    for work in ["sleep", "fetch", "cpu", "blocking", "process"] {
        let args = job_args::<Cancellation>(&["--work", work, "--deadline", "200ms"])?;
        let (stage, job) = Cancellation::staged(&args)?;
        let trial = run_trial::<Cancellation>(
            bench.program(),
            bench.runner(),
            &stage,
            &job,
            &settings,
        )?;
        for (what, range) in [
            ("descriptors", trial.descriptors),
            ("threads", trial.threads),
        ] {
            let range = range.with_context(|| format!("the reply has no {what}"))?;
            ensure!(
                range.after <= range.before,
                "--work {work}: {} {what} before the job, {} after it",
                range.before,
                range.after
            );
        }
        let left = trial.left_behind;
        ensure!(left == 0, "--work {work}: {left} processes left behind");
    }
    Ok(())
}

fn as_far_as_threads_go(bench: &Bench<Cancellation>) -> Result<()> {
    let args = ["--tasks", "60", "--most-threads", "20"];
    match bench.trial(&args, &Settings::default()) {
        Ok(trial) => ensure!(trial.output.tasks.len() == 60, "not all tasks"),
        Err(TrialError::Exited { stderr, .. }) => {
            let words =
                "20 of 60 tasks can have a thread: --most-threads 20 allows no more";
            ensure!(stderr.contains(words), "no {words:?} in: {stderr}");
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// The limited address space has no room for that number of stacks. If the last stack just
/// fits, nothing is left for what std puts beside it: then its words come, or an abort. So
/// there are tries.
fn no_more_threads(bench: &Bench<Cancellation>) -> Result<()> {
    let args = ["--tasks", "4000", "--length", "60s", "--deadline", "3s"];
    let settings = Settings {
        addresses: Some(2 << 30),
        ..Settings::default()
    };
    let mut last = Ok(());
    for _ in 0..TRIES {
        match bench.trial(&args, &settings) {
            Ok(trial) => ensure!(trial.output.tasks.len() == 4000, "not all tasks"),
            Err(TrialError::Exited { stderr, .. })
                if !stderr.contains("failed to allocate an alternative stack") =>
            {
                let words = " of 4000 tasks have a thread: ";
                ensure!(stderr.contains(words), "no {words:?} in: {stderr}");
            }
            Err(error @ (TrialError::Killed { .. } | TrialError::Exited { .. })) => {
                last = Err(error.into());
                continue;
            }
            Err(error) => return Err(error.into()),
        }
        return Ok(());
    }
    last
}

fn fact<'a>(facts: &'a [Fact], name: &str) -> Result<&'a Value> {
    let fact = facts.iter().find(|fact| fact.name == name);
    Ok(&fact.with_context(|| format!("no {name} was seen"))?.value)
}
