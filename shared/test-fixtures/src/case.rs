//! Cases: named jobs with what must come of them.

use std::{fmt, process::Command};

use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::{Args as _, FromArgMatches as _};

use crate::{
    Checked, Misuse, Model, Program, Runner, Settings, TrialError, one_line,
    stage_and_run,
};

/// A named job with what must come of it.
pub struct Case<M: Model> {
    /// `one_item`
    pub name: &'static str,
    /// What must hold, in a sentence.
    pub about: &'static str,
    pub(crate) body: Body<M>,
}

pub(crate) enum Body<M: Model> {
    /// One trial of the job, which the model's check must accept.
    Holds {
        args: Vec<String>,
        settings: Settings,
    },
    /// One trial of the job, which must fail with a line that has these words in it.
    Fails {
        args: Vec<String>,
        settings: Settings,
        words: &'static str,
    },
    /// Anything else.
    Custom {
        run: fn(&Bench<M>) -> Result<()>,
        with_peers: bool,
    },
}

impl<M: Model> Case<M> {
    /// The job of these arguments, which the model's check must accept.
    pub fn holds(name: &'static str, about: &'static str, args: &[&str]) -> Self {
        Self::holds_under(name, about, args, Settings::default())
    }

    /// The same under conditions of its own.
    pub fn holds_under(
        name: &'static str,
        about: &'static str,
        args: &[&str],
        settings: Settings,
    ) -> Self {
        let args = args.iter().map(ToString::to_string).collect();
        Self {
            name,
            about,
            body: Body::Holds { args, settings },
        }
    }

    /// The job of these arguments, which every variant must refuse, and say these words.
    pub fn fails(
        name: &'static str,
        about: &'static str,
        args: &[&str],
        words: &'static str,
    ) -> Self {
        Self::fails_under(name, about, args, Settings::default(), words)
    }

    /// The same under conditions of its own.
    pub fn fails_under(
        name: &'static str,
        about: &'static str,
        args: &[&str],
        settings: Settings,
        words: &'static str,
    ) -> Self {
        let args = args.iter().map(ToString::to_string).collect();
        Self {
            name,
            about,
            body: Body::Fails {
                args,
                settings,
                words,
            },
        }
    }

    /// A case that is more than one trial. Peers take no part in it, unless it is
    /// [`with_peers`](Self::with_peers).
    pub fn custom(
        name: &'static str,
        about: &'static str,
        run: fn(&Bench<M>) -> Result<()>,
    ) -> Self {
        Self {
            name,
            about,
            body: Body::Custom {
                run,
                with_peers: false,
            },
        }
    }

    /// The same, and peers are held to it, too.
    #[must_use]
    pub fn with_peers(mut self) -> Self {
        if let Body::Custom { with_peers, .. } = &mut self.body {
            *with_peers = true;
        }
        self
    }

    /// Whether a peer can be held to it.
    pub fn is_for_peers(&self) -> bool {
        match self.body {
            Body::Custom { with_peers, .. } => with_peers,
            Body::Holds { .. } | Body::Fails { .. } => true,
        }
    }

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

/// Where a case is held against one variant or peer.
#[derive(Debug)]
pub struct Bench<M: Model> {
    program: Program,
    runner: Runner,
    name: String,
    model: std::marker::PhantomData<fn() -> M>,
}

impl<M: Model> Bench<M> {
    /// A bench for one variant or peer of the model that `program` speaks for.
    pub fn new(program: Program, runner: Runner, name: impl Into<String>) -> Self {
        Self {
            program,
            runner,
            name: name.into(),
            model: std::marker::PhantomData,
        }
    }

    /// The variant's or peer's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Who does the job.
    pub fn runner(&self) -> &Runner {
        &self.runner
    }

    /// The program that speaks for the model.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// One trial of the job of these arguments: staged, run and checked.
    pub fn trial<S: AsRef<str>>(
        &self,
        args: &[S],
        settings: &Settings,
    ) -> Result<Checked<M::Output>, TrialError> {
        let args = job_args::<M>(args).map_err(TrialError::Stage)?;
        stage_and_run::<M>(&self.program, &self.runner, &args, settings, &[])
    }

    /// The model's own demo, of this variant alone, with these arguments.
    pub fn demo(&self, args: &[&str]) -> Command {
        let mut command = self.program.command();
        command.args(["--variants", &self.name]).args(args);
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
