//! An answer, put to the trials of its exercise.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::Result;
use clap::Command;
use measure::model::{AnyModel, Contestant};
use test_fixtures::{Misuse, Runner, Settings, Status, TrialError, interrupt, one_line};

use crate::{
    Exercise, Trial,
    pattern::{captures, filled},
};

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
        /// The job that it failed, as the model's arguments.
        job: &'static str,
    },
}

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
        "the reply is not what the trial protocol asks for, {}",
        "something of yours is on standard output, where the result belongs: print with eprintln! or dbg!",
    ),
    (
        "exit code {}: {}",
        "the program ended with an error instead of a result: {1}",
    ),
    ("check failed: {}", "the check does not agree: {0}"),
];

/// Puts the answer that `program` has by this name to the trials of an exercise of `model`.
///
/// # Errors
/// No trial can be run, or this program was interrupted.
pub fn judge(
    exercise: &Exercise,
    model: &dyn AnyModel,
    program: &Arc<Path>,
    name: &str,
) -> Result<Verdict> {
    let contestant = Contestant {
        name: name.to_owned(),
        about: exercise.task.to_owned(),
        runtime: String::new(),
        status: Status::Current,
        another_job: None,
        is_peer: false,
        runner: Ok(Runner::Variant(name.to_owned())),
        program: Some(Arc::clone(program)),
        deviations: exercise.deviations,
        source: None,
        pairs: Vec::new(),
    };
    for trial in exercise.trials {
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
        match (outcome, trial.fails) {
            (Ok(_), None) => {}
            (Err(error), Some(words)) if error.to_string().contains(words) => {}
            (Ok(_), Some(words)) => {
                return Ok(wrong(trial, &format!("it did not fail with {words:?}")));
            }
            (Err(error @ (TrialError::Interrupted | TrialError::System(_))), _) => {
                return Err(error.into());
            }
            (Err(error), _) => return Ok(wrong(trial, &error.to_string())),
        }
        if interrupt::received().is_some() {
            return Err(TrialError::Interrupted.into());
        }
    }
    Ok(Verdict::Right)
}

fn wrong(trial: &Trial, said: &str) -> Verdict {
    let all = trial.says.iter().chain(OTHERWISE);
    let mut fitting = all.filter_map(|(words, sentence)| {
        let found = captures(words, said)?;
        Some(filled(sentence, &found))
    });
    Verdict::Wrong {
        sentence: fitting
            .next()
            .unwrap_or_else(|| format!("the trial failed: {said}")),
        said: said.to_owned(),
        job: trial.job,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_words_that_fit_are_taken() {
        const SAYS: &[(&str, &str)] =
            &[("{} of {} came", "{0} of {1}: where are the others?")];
        let trial = Trial::new("--tasks 1", 1000, SAYS);
        let sentence = |said| match wrong(&trial, said) {
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
