//! A trial, as its parent sees it: staged, spawned, waited for, checked.

use std::{ffi::OsString, io, process::Command, time::Duration};

use crate::{
    Breach, Checked, Deviation, Fact, Facts, Floor, Model, Printed, Program, Reply,
    Runner, SETTLE, SPANS, Settings, Value,
    peer::missing_module,
    process::{self, Ended, Exit, Said},
    protocol::{FloorReply, WARM},
};

pub(crate) use cause::lacks_memory;
pub use cause::{cause, shortened};
pub use error::TrialError;

mod cause;
mod error;
mod plausible;

/// The most bytes of a variant's reply.
const LONGEST: u64 = 1 << 30;
/// The most bytes of a peer's reply: it is held in memory until it is read.
const LONGEST_OF_PEER: u64 = 64 << 20;

/// One trial with a stage of its own: stages, runs, checks. A breach is a failure unless
/// it is among the `declared` deviations.
pub fn stage_and_run<M: Model>(
    program: &Program,
    runner: &Runner,
    args: &M::Args,
    settings: &Settings,
    declared: &[Deviation],
) -> Result<Checked<M::Output>, TrialError> {
    let (stage, job) = M::staged_for(args, runner).map_err(TrialError::Stage)?;
    let trial = run_trial::<M>(program, runner, &stage, &job, settings)?;
    let mut trial = check::<M>(trial, &stage, &job, declared)?;
    if settings.spans {
        trial.items = M::items(&stage, &job, &trial);
        trial.spans = M::timeline(&stage, &job, &trial);
    }
    Ok(trial)
}

/// Has the model's check look at a trial.
pub(crate) fn check<M: Model>(
    mut trial: Checked<M::Output>,
    stage: &M::Stage,
    job: &M::Job,
    declared: &[Deviation],
) -> Result<Checked<M::Output>, TrialError> {
    match agree::<M>(&mut trial, stage, job, declared) {
        Ok(()) => Ok(trial),
        Err(error) => Err(refused(error, trial.printed)),
    }
}

/// The error with what the program printed.
fn refused(error: TrialError, printed: Printed) -> TrialError {
    let error = Box::new(error);
    TrialError::Refused { error, printed }
}

fn agree<M: Model>(
    trial: &mut Checked<M::Output>,
    stage: &M::Stage,
    job: &M::Job,
    declared: &[Deviation],
) -> Result<(), TrialError> {
    trial.facts = M::check(stage, job, &trial.output).map_err(TrialError::Check)?;
    let is_no_number =
        |fact: &&Fact| matches!(fact.value, Value::Number(n) if !n.is_finite());
    if let Some(fact) = trial.facts.seen.iter().find(is_no_number) {
        return Err(TrialError::Absurd(format!(
            "a result from which comes {fact}"
        )));
    }
    let is_declared = |breach: &Breach| {
        declared
            .iter()
            .any(|deviation| deviation.case == breach.case)
    };
    trial
        .facts
        .breaches
        .retain(|breach| breach.is_certain || is_declared(breach));
    let surprise = trial
        .facts
        .breaches
        .iter()
        .find(|breach| !is_declared(breach));
    match surprise {
        None => Ok(()),
        Some(breach) => Err(TrialError::Check(anyhow::anyhow!(
            "{}: {}",
            breach.case,
            breach.why
        ))),
    }
}

/// One trial on a stage that stands, not yet checked: its facts are empty.
pub fn run_trial<M: Model>(
    program: &Program,
    runner: &Runner,
    stage: &M::Stage,
    job: &M::Job,
    settings: &Settings,
) -> Result<Checked<M::Output>, TrialError> {
    let mut command = match runner {
        Runner::Variant(name) => {
            let mut command = program.command();
            command.args(["trial", name]);
            command
        }
        Runner::Peer(words) => {
            let (first, rest) = words.split_first().ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidInput, "an empty command")
            })?;
            let mut command = Command::new(first);
            command.args(rest);
            command
        }
    };
    if let Some((tool, words)) = settings.under.split_first() {
        let mut under = Command::new(tool);
        under.args(words).arg(command.get_program());
        under.args(command.get_args());
        command = under;
    }
    for (wanted, name) in [
        (settings.spans, SPANS),
        (settings.settle, SETTLE),
        (settings.warm, WARM),
    ] {
        if wanted {
            command.env(name, "1");
        }
    }
    // A caught panic would print its backtrace, which takes far longer than to catch it.
    command.env("RUST_BACKTRACE", "0");
    command.env_remove("RUST_LIB_BACKTRACE");
    // A script imports what lies beside it, which this forbids.
    command.env_remove("PYTHONSAFEPATH");
    command.envs(M::environment(job));
    let longest = match runner {
        Runner::Variant(_) => LONGEST,
        Runner::Peer(_) => LONGEST_OF_PEER,
    };
    let down = M::hands_down(stage);
    let ended = process::run(program, &command, &json(job), settings, longest, down)?;
    let (usage, left_behind, took) = (ended.usage, ended.left_behind, ended.took);
    let was_there = ended.started..=ended.started + took.as_nanos() as u64;
    let printed = Printed {
        stdout: ended.said.output.head().into_owned(),
        stderr: ended.said.error.clone().text(),
    };
    let reply: Reply<M::Output> = reply(ended).map_err(|error| match runner {
        Runner::Variant(_) => error,
        Runner::Peer(words) => explained::<M>(error, words),
    })?;
    let told = Duration::from_nanos(reply.nanos);
    if told.is_zero() || told > took {
        return Err(refused(TrialError::WrongTime { told, took }, printed));
    }
    if let Err(why) = plausible::check(&reply, &was_there) {
        return Err(refused(TrialError::Absurd(why), printed));
    }
    if let Some(time) = M::impossible(&reply.output, &was_there) {
        let why = plausible::outside(&time, &was_there);
        return Err(refused(TrialError::Absurd(why), printed));
    }
    Ok(Checked {
        nanos: reply.nanos,
        started: reply.started,
        output: reply.output,
        facts: Facts::new(),
        usage,
        memory: reply.memory,
        descriptors: reply.descriptors,
        threads: reply.threads,
        spans: reply.spans,
        items: reply.items,
        left_behind,
        printed,
    })
}

/// The error of a peer, with what to do where it is ours and its Python lacks a module.
fn explained<M: Model>(error: TrialError, words: &[OsString]) -> TrialError {
    let TrialError::Exited { stderr, .. } = &error else {
        return error;
    };
    let is_ours = M::peers()
        .iter()
        .any(|peer| words.last().is_some_and(|word| word == peer.script));
    match missing_module(stderr) {
        Some(why) if is_ours => TrialError::MissingModule(why),
        _ => error,
    }
}

/// The floor of a job, found in a process of its own.
pub fn run_floor<M: Model>(
    program: &Program,
    job: &M::Job,
    settings: &Settings,
) -> Result<Option<Floor>, TrialError> {
    let mut command = program.command();
    command.arg("floor");
    let ended = process::run(program, &command, &json(job), settings, LONGEST, None)?;
    reply::<FloorReply>(ended).map(|reply| reply.floor)
}

/// Runs a program that helps, on no input, and returns the first kilobyte of its standard
/// output. It is ended as a trial is: when its time is up, when this program is
/// interrupted, or is gone.
///
/// # Errors
/// It can't be started, or does not end well in its time.
pub fn run_helper(command: &Command, time_limit: Duration) -> Result<String, TrialError> {
    run_aside(command, time_limit).map(|printed| printed.stdout)
}

/// The same, and returns what it printed.
///
/// # Errors
/// It can't be started, or does not end well in its time.
pub fn run_aside(command: &Command, time_limit: Duration) -> Result<Printed, TrialError> {
    let settings = Settings {
        time_limit,
        ..Settings::default()
    };
    let program = Program::current::<OsString>([])?;
    let ended = process::run(&program, command, &[], &settings, LONGEST, None)?;
    let stdout = ended.said.output.head().into_owned();
    let stderr = ended.said.error.text();
    match ended.exit {
        Exit::Code(0) => Ok(Printed { stderr, stdout }),
        exit => Err(failed(exit, stderr, stdout)),
    }
}

/// The same of a program whose standard error is for the user: it is this program's. Returns
/// its exit code.
///
/// # Errors
/// It can't be started, does not end in its time, or is ended by a signal.
pub fn run_shown(command: &Command, time_limit: Duration) -> Result<i32, TrialError> {
    let settings = Settings {
        time_limit,
        shows_errors: true,
        ..Settings::default()
    };
    let program = Program::current::<OsString>([])?;
    let ended = process::run(&program, command, &[], &settings, LONGEST, None)?;
    match ended.exit {
        Exit::Code(code) => Ok(code),
        exit => Err(failed(exit, String::new(), String::new())),
    }
}

fn json(job: &impl serde::Serialize) -> Vec<u8> {
    let mut json = serde_json::to_vec(job)
        .expect("a job has string keys, no NaN and no path that is not UTF-8");
    json.push(b'\n');
    json
}

fn reply<R: serde::de::DeserializeOwned>(ended: Ended) -> Result<R, TrialError> {
    let Said { output, error } = ended.said;
    let (stderr, stdout) = (error.text(), || output.head().into_owned());
    match ended.exit {
        Exit::Code(0) if output.bytes().is_empty() => Err(TrialError::NoReply { stderr }),
        Exit::Code(0) => {
            let read = || serde_json::from_slice(output.bytes());
            let why = match output.broken() {
                Some(why) => why,
                None => match read() {
                    Ok(reply) => return Ok(reply),
                    Err(error) => error.to_string(),
                },
            };
            let stdout = stdout();
            Err(TrialError::InvalidReply {
                why,
                stderr,
                stdout,
            })
        }
        exit => Err(failed(exit, stderr, stdout())),
    }
}

/// The error of a program that ended in this way.
fn failed(exit: Exit, stderr: String, stdout: String) -> TrialError {
    match exit {
        Exit::Code(code) => TrialError::Exited {
            code,
            stderr,
            stdout,
        },
        Exit::Signal(signal) => TrialError::Killed {
            signal,
            stderr,
            stdout,
        },
    }
}
