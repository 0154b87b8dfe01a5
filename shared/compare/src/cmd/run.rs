//! `compare run`: a model's demo.

use std::{ffi::OsString, process::ExitCode};

use clap::Args;
use measure::model::AnyModel;

/// A demo, as help has it: what follows the model is read with that model's flags.
#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The model
    pub(crate) model: String,
    /// Its own arguments: see `run MODEL --help`
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "ARGUMENTS"
    )]
    _args: Vec<OsString>,
}

/// Runs the demo with the words that follow the model.
pub(crate) fn run(model: &dyn AnyModel, words: Vec<OsString>) -> ExitCode {
    model.main(&mut words.into_iter())
}
