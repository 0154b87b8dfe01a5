//! `compare completions`: a script for the shell, which knows every model with its flags.

use anyhow::Result;
use clap::{Args, Command};
use clap_complete::Shell;
use test_fixtures::print;

/// For whom.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

/// Prints the script that completes the whole command line.
pub(crate) fn run(completions: &Completions, mut whole: Command) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(completions.shell, &mut whole, "compare", &mut script);
    print(&String::from_utf8(script).expect("completions are text"))
}
