//! The demo itself: the job on one variant after the other, and the result of each.

use std::io::{self, Write};

use anyhow::{Context, Result};

use super::{
    arguments::Demo,
    names::{Named, chosen},
    row::{floor_line, interrupted_line, row, width},
};
use crate::{
    Floor, Model, Program, Settings, TrialError, ensure_output, interrupt, local,
    not_run, run_trial, shown, tell,
    trial::{check, run_floor},
    wrap,
};

/// Where a variant's time begins, and further lines of its row with it.
const TIME: usize = 20;

impl<A: clap::Args> Demo<A> {
    /// Does the job with every variant and prints the result. Returns false if any
    /// failed.
    pub(super) fn show<M: Model<Args = A>>(&self, program: &Program) -> Result<bool> {
        let mut all = chosen::<M>(&self.variants, &self.args)?;
        ensure_output().context("standard output")?;
        let settings = Settings {
            time_limit: self.time_limit,
            ..Settings::default()
        };
        let mut show = Show {
            out: io::stdout().lock(),
            width: width(),
            all: self.all,
            floor: None,
            results: Vec::new(),
        };
        let mut all_well = true;
        let job = M::job(&self.args)?;
        all.iter_mut().for_each(Named::make_ready);
        // What reads a list that never ends, or builds, does not look at it.
        interrupt::listen()?;
        show.line(&format!("{}: {}", M::NAME, M::describe(&job)), 2)?;
        show.floor = match run_floor::<M>(program, &job, &settings) {
            Err(TrialError::Interrupted) => {
                tell("interrupted: none was done");
                return Ok(false);
            }
            floor => floor?,
        };
        show.line(&floor_line(show.floor.as_ref()), 2)?;
        show.line("", 0)?;
        for (index, named) in all.iter().enumerate() {
            let Ok(runner) = &named.runner else { continue };
            let (stage, job) = match M::staged_for(&self.args, runner) {
                Ok(staged) => staged,
                // What only this one needs is no matter of the others.
                Err(error) if M::staged(&self.args).is_ok() => {
                    show.line(&format!("  {:17} {error:#}", named.name), TIME)?;
                    all_well = false;
                    continue;
                }
                Err(error) => return Err(error),
            };
            match show.trial::<M>(program, named, &stage, &job, &settings) {
                Ok(well) => all_well &= well,
                Err(error) if is_interrupt(&error) => {
                    let names: Vec<_> = all.iter().map(|named| named.name).collect();
                    tell(interrupted_line(&names, index));
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
        // A peer that is not installed is no failure.
        let missing = all.iter().filter_map(|named| {
            Some((named.name, named.runner.as_ref().err()?.as_str()))
        });
        for line in not_run(missing) {
            show.line(&format!("  {line}"), 4)?;
        }
        Ok(all_well)
    }
}

fn is_interrupt(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(TrialError::Interrupted))
}

/// What has been shown so far.
struct Show<W> {
    out: W,
    width: usize,
    /// Whether every result is printed.
    all: bool,
    floor: Option<Floor>,
    /// The results that were printed last: the same are not printed again.
    results: Vec<String>,
}

impl<W: Write> Show<W> {
    /// One trial, and its lines. False if it failed.
    fn trial<M: Model>(
        &mut self,
        program: &Program,
        named: &Named,
        stage: &M::Stage,
        job: &M::Job,
        settings: &Settings,
    ) -> Result<bool> {
        let name = named.name;
        let Ok(runner) = &named.runner else {
            return Ok(true);
        };
        let trial = run_trial::<M>(program, runner, stage, job, settings)
            .and_then(|trial| check::<M>(trial, stage, job, named.deviations));
        let trial = match trial {
            Ok(trial) => trial,
            Err(TrialError::Interrupted) => return Err(TrialError::Interrupted.into()),
            Err(why) => {
                self.line(&format!("  {name:17} {why}"), TIME)?;
                return Ok(false);
            }
        };
        let row = row(name, &trial, self.floor.as_ref());
        self.line(&format!("  {name:17} {row}"), TIME)?;
        for breach in &trial.facts.breaches {
            let line = format!("      deviation {}: {}", breach.case, breach.why);
            self.line(&line, 8)?;
        }
        let results = M::results(job, &trial.output);
        if self.results != results {
            self.results(&results, M::RESULTS)?;
            self.results = results;
        }
        Ok(true)
    }

    fn results(&mut self, results: &[String], most: usize) -> Result<()> {
        let count = match self.all {
            true => results.len(),
            false => most.min(results.len()),
        };
        for result in &results[..count] {
            self.line(&format!("      {result}"), 8)?;
        }
        if count < results.len() {
            let more = results.len() - count;
            self.line(&format!("      … {more} more (--all)"), 8)?;
        }
        Ok(())
    }

    /// Prints each line as soon as it is known.
    fn line(&mut self, line: &str, indent: usize) -> Result<()> {
        let line = shown(line);
        writeln!(self.out, "{}", wrap(&local(&line), self.width, indent))
            .and_then(|()| self.out.flush())
            .context("standard output")
    }
}
