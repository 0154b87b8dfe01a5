//! A case, held against one variant or peer.

use std::{fmt, process::Command};

use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::{Args as _, FromArgMatches as _};

use crate::{
    Bench, Case, Checked, Misuse, Model, Settings, TrialError, case::Body,
    guard::die_with_parent, one_line, stage_and_run,
};

impl<M: Model> Case<M> {
    pub(crate) fn run(&self, bench: &Bench<M>) -> Result<()> {
        match &self.body {
            Body::Holds { args, settings } => {
                bench.trial(args, settings)?;
            }
            Body::Fails {
                args,
                settings,
                words,
            } => match bench.trial(args, settings) {
                Ok(_) => bail!("it did not fail"),
                Err(error) => {
                    let line = error.to_string();
                    ensure!(line.contains(words), "no {words:?} in: {line}");
                }
            },
            Body::Custom { run, .. } => run(bench)?,
        }
        Ok(())
    }
}

impl<M: Model> fmt::Debug for Case<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", M::NAME, self.name)
    }
}

impl<M: Model> Bench<M> {
    /// One trial of the job of these arguments: staged, run and checked.
    pub fn trial<S: AsRef<str>>(
        &self,
        args: &[S],
        settings: &Settings,
    ) -> Result<Checked<M::Output>, TrialError> {
        let args = job_args::<M>(args).map_err(TrialError::Stage)?;
        stage_and_run::<M>(
            self.program(),
            self.runner(),
            &args,
            settings,
            self.declared(),
        )
    }

    /// The model's own demo, of this variant alone, with these arguments. It ends with this
    /// program, however that ends.
    pub fn demo(&self, args: &[&str]) -> Command {
        let mut command = self.program().command();
        die_with_parent(&mut command);
        command.args(["--variants", self.name()]).args(args);
        command
    }
}

/// The command line's view of a job, from words; a later flag replaces an earlier one.
pub fn job_args<M: Model>(words: &[impl AsRef<str>]) -> Result<M::Args> {
    let command = clap::Command::new(M::NAME).no_binary_name(true);
    let matches = M::Args::augment_args(command)
        .args_override_self(true)
        .try_get_matches_from(words.iter().map(AsRef::as_ref))
        .map_err(|error| Misuse::new(one_line(&error)))?;
    M::Args::from_arg_matches(&matches)
        .map_err(|error| anyhow!(Misuse::new(one_line(&error))))
        .context("arguments")
}
