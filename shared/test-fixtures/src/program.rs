//! The running program, as its children are to be started from it.

use std::{ffi::OsString, io, path::PathBuf, process::Command, sync::OnceLock};

static PREFIX: OnceLock<Vec<OsString>> = OnceLock::new();

/// A program that speaks for a model: its executable and the arguments that come first.
/// A model's own binary needs none; `compare` needs `model NAME`.
#[derive(Clone, Debug)]
pub struct Program {
    path: PathBuf,
    prefix: Vec<OsString>,
}

impl Program {
    /// The executable at `path`, without further arguments.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            prefix: Vec::new(),
        }
    }

    /// The running executable, with the arguments that make it speak for a model.
    pub fn current<S: Into<OsString>>(
        prefix: impl IntoIterator<Item = S>,
    ) -> io::Result<Self> {
        let prefix = prefix.into_iter().map(Into::into).collect();
        Ok(Self {
            path: std::env::current_exe()?,
            prefix,
        })
    }

    /// A command that runs it; arguments can be added.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.args(&self.prefix);
        command
    }

    /// Remembers what comes first on this program's command line, for its workers.
    pub(crate) fn remember(&self) {
        // The first one stands: a process speaks for one model.
        PREFIX.get_or_init(|| self.prefix.clone());
    }
}

/// The command that starts one worker process of the running trial's model.
///
/// The worker reads tasks from its standard input and answers on its standard output;
/// what they look like is the model's own affair. The running executable may be the
/// model's own, `compare` or a test.
pub fn worker_command() -> io::Result<Command> {
    let prefix = PREFIX.get().cloned().unwrap_or_default();
    let mut command = Program::current(prefix)?.command();
    command.arg("worker");
    Ok(command)
}
