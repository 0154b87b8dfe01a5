//! What a model's command line takes.

use std::{ffi::OsString, time::Duration};

use clap::{Parser, Subcommand};

use super::names::name;
use crate::deadline;

/// A model's command line.
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Demo<A: clap::Args> {
    #[command(flatten, next_help_heading = "The job")]
    pub(super) args: A,
    /// Only these variants or peers, separated by commas
    #[arg(long, value_delimiter = ',', value_name = "NAMES", value_parser = name)]
    #[arg(help_heading = "The demo")]
    pub(super) variants: Vec<String>,
    /// Print the result of every item
    #[arg(long, help_heading = "The demo")]
    pub(super) all: bool,
    /// When to kill a trial
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = deadline)]
    #[arg(help_heading = "The demo")]
    pub(super) time_limit: Duration,
    #[command(subcommand)]
    pub(super) command: Option<Subcommands>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Subcommands {
    /// Read a job as JSON, do it with one variant, answer as JSON (docs/src/protocol.md)
    Trial {
        /// The variant's name
        variant: String,
    },
    /// List the variants
    List,
    /// Print a variant's source
    Source {
        /// The variant's or peer's name
        variant: String,
    },
    /// Read a job as JSON and answer with its floor
    #[command(hide = true)]
    Floor,
    /// Serve tasks, by default on standard input and output
    #[command(hide = true, disable_help_flag = true)]
    Worker {
        /// The model's own
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<OsString>,
    },
}
