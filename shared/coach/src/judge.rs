//! An answer, put to the trials of its exercise.

use std::{path::Path, process, sync::Arc, time::Duration};

use anyhow::Result;
use clap::Command;
use measure::model::{AnyModel, Contestant};
use test_fixtures::{
    Misuse, Runner, Settings, Status, TrialError, interrupt, one_line, run_aside,
};

use crate::{
    Exercise, Trial,
    code::{self, plain},
    pattern::{captures, filled},
};

/// An answer: the program that has it, by which name, and its code.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The program.
    pub program: &'a Arc<Path>,
    /// Its name there.
    pub name: &'a str,
    /// The text of its file.
    pub code: &'a str,
}

/// What came of an answer, and what it has printed.
#[derive(Debug)]
pub struct Judged {
    /// What came of it.
    pub verdict: Verdict,
    /// The standard error of the trial that failed, or of the first in which it printed
    /// something, without the panics that it was asked for.
    pub printed: String,
}

/// What came of an answer.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It passed all trials.
    Right,
    /// It failed one.
    Wrong {
        /// What is wrong, in a sentence.
        sentence: String,
        /// The words of the check, or how the trial ended.
        said: String,
        /// The trial that it failed; none where its code is what is wrong.
        trial: Option<&'static Trial>,
    },
}

/// Said before all others: the program, and not its answer, is what failed.
const BEFORE: &[(&str, &str)] = &[
    (
        "a program for trials",
        "the program of another exercise was judged: judge this one again",
    ),
    (
        "the reply is not what the trial protocol asks for, {}",
        "something of yours is printed on standard output, which belongs to the judge: print \
         with `eprintln!` or `dbg!`",
    ),
    (
        "killed at the limit of a reply",
        "something of yours is printed on standard output, which belongs to the judge, and \
         without an end: print with `eprintln!` or `dbg!`",
    ),
    (
        "exit code 0, but no reply",
        "the program ended before your function returned: does something call \
         `std::process::exit`?",
    ),
];

/// Said where no words of a trial fit.
const OTHERWISE: &[(&str, &str)] = &[
    (
        "killed after {}, its time limit",
        "it did not end within {0}: what is it waiting for, and who would wake it?",
    ),
    (
        "was let go of: neither done nor stopped",
        "a task was left behind when the function returned: who waits for it?",
    ),
    (
        "todo!",
        "a part of it is not written yet: it came to a `todo!()`",
    ),
    (
        "not yet implemented",
        "a part of it is not written yet: it came to a `todo!()`",
    ),
    (
        "exit code 101: {}",
        "a panic came out of your function: {0}",
    ),
    (
        "exit code {}: {}",
        "the program ended with an error instead of a result: {1}",
    ),
    ("check failed: {}", "the check does not agree: {0}"),
];

/// Puts an answer to the trials of an exercise of `model`.
///
/// # Errors
/// No trial can be run, or this program was interrupted.
pub fn judge(
    exercise: &Exercise,
    model: &dyn AnyModel,
    answer: &Answer<'_>,
) -> Result<Judged> {
    let mut printed = String::new();
    for trial in exercise.trials {
        let (outcome, stderr) = match trial.look {
            Some(look) => look_at(trial, look, answer)?,
            None => try_job(exercise, trial, model, answer)?,
        };
        let own = code::printed(&stderr);
        if interrupt::received().is_some() {
            return Err(TrialError::Interrupted.into());
        }
        if let Err(said) = outcome {
            let verdict = wrong(trial, &said);
            return Ok(Judged {
                verdict,
                printed: own,
            });
        }
        if printed.is_empty() {
            printed = own;
        }
    }
    let plain = plain(answer.code);
    let broken = exercise
        .code
        .iter()
        .find(|code| code.has != code.words.iter().any(|words| plain.contains(words)));
    let verdict = match broken {
        None => Verdict::Right,
        Some(code) => Verdict::Wrong {
            sentence: code.says.to_owned(),
            said: match code.has {
                true => format!("`{}` is not in the code", code.words[0]),
                false => format!("`{}` or the like is in the code", code.words[0]),
            },
            trial: None,
        },
    };
    Ok(Judged { verdict, printed })
}

/// What came of a job, and the standard error of the program that did it.
fn try_job(
    exercise: &Exercise,
    trial: &Trial,
    model: &dyn AnyModel,
    answer: &Answer<'_>,
) -> Result<(Result<(), String>, String)> {
    let name = answer.name.to_owned();
    let contestant = Contestant {
        name: name.clone(),
        about: exercise.task.to_owned(),
        runtime: String::new(),
        status: Status::Current,
        another_job: None,
        is_peer: false,
        runner: Ok(Runner::Variant(name)),
        program: Some(Arc::clone(answer.program)),
        deviations: exercise.deviations,
        source: None,
        pairs: Vec::new(),
    };
    let command = model.augment(Command::new(model.name()).no_binary_name(true));
    let matches = command
        .args_override_self(true)
        .try_get_matches_from(trial.job.split_whitespace())
        .map_err(|error| Misuse::new(one_line(&error)))?;
    let settings = Settings {
        time_limit: Duration::from_millis(trial.within),
        ..Settings::default()
    };
    let outcome = model.job(&matches)?.trial(&contestant, &settings);
    let is_due = |error: &TrialError| {
        let words = trial.fails;
        words.is_some_and(|words| error.to_string().contains(words))
    };
    Ok(match outcome {
        Ok(done) => {
            let said = match (done.left_behind, trial.fails) {
                (0, None) => Ok(()),
                (0, Some(words)) => Err(format!("it did not fail with {words:?}")),
                (left, _) => Err(format!("{left} processes were left behind")),
            };
            (said, done.printed.stderr)
        }
        Err(error) if is_due(&error) => (Ok(()), stderr(&error)),
        Err(error) => failed(error)?,
    })
}

/// What was seen in a look, and the standard error of the program that was looked at.
fn look_at(
    trial: &Trial,
    look: &str,
    answer: &Answer<'_>,
) -> Result<(Result<(), String>, String)> {
    let mut command = process::Command::new(&**answer.program);
    command.args(["look", answer.name, look]);
    command.env("RUST_BACKTRACE", "0");
    match run_aside(&command, Duration::from_millis(trial.within)) {
        Ok(printed) => Ok((Ok(()), printed.stderr)),
        Err(error) => failed(error),
    }
}

fn failed(error: TrialError) -> Result<(Result<(), String>, String)> {
    match error {
        TrialError::Interrupted | TrialError::System(_) => Err(error.into()),
        _ => Ok((Err(error.to_string()), stderr(&error))),
    }
}

fn stderr(error: &TrialError) -> String {
    let words = error.last_words();
    words.map_or_else(String::new, |(stderr, _)| stderr.to_owned())
}

fn wrong(trial: &'static Trial, said: &str) -> Verdict {
    // What the program has printed is shown by itself.
    let said = said.split("; it last said: ").next().unwrap_or(said);
    let all = BEFORE.iter().chain(trial.says).chain(OTHERWISE);
    let mut fitting = all.filter_map(|(words, sentence)| {
        let found = captures(words, said)?;
        Some(filled(sentence, &found))
    });
    Verdict::Wrong {
        sentence: fitting
            .next()
            .unwrap_or_else(|| format!("the trial failed: {said}")),
        said: said.to_owned(),
        trial: Some(trial),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_words_that_fit_are_taken() {
        const SAYS: &[(&str, &str)] =
            &[("{} of {} came", "{0} of {1}: where are the others?")];
        const TRIAL: Trial = Trial::new("--tasks 1", 1000, SAYS);
        let sentence = |said| match wrong(&TRIAL, said) {
            Verdict::Wrong { sentence, .. } => sentence,
            Verdict::Right => unreachable!(),
        };
        assert_eq!(
            sentence("check failed: 3 of 5 came"),
            "3 of 5: where are the others?"
        );
        assert_eq!(sentence("check failed: no"), "the check does not agree: no");
        assert_eq!(sentence("it was lost"), "the trial failed: it was lost");
    }
}
