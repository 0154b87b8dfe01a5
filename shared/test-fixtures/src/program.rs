//! The running program, as its children are to be started from it.

use std::{
    env,
    ffi::OsString,
    io,
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{self, Command},
    sync::OnceLock,
};

use rustix::process::{Signal, getppid, set_parent_process_death_signal};

/// In a worker's environment: the process that started it.
const POOL: &str = "INTERLEAVE_POOL";

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
            path: env::current_exe()?,
            prefix,
        })
    }

    /// The same, run as a user with this number. The user may have `tasks` processes and
    /// threads, and read and write every file. Only root can start such a program.
    pub(crate) fn as_user(&self, user: u32, tasks: u64) -> Self {
        let words = [
            format!("--reuid={user}"),
            format!("--regid={user}"),
            "--keep-groups".to_owned(),
            "--inh-caps=+dac_override".to_owned(),
            "--ambient-caps=+dac_override".to_owned(),
            "prlimit".to_owned(),
            format!("--nproc={tasks}"),
        ];
        let mut prefix: Vec<OsString> = words.map(OsString::from).into();
        prefix.push(self.path.clone().into());
        prefix.extend_from_slice(&self.prefix);
        Self {
            path: "setpriv".into(),
            prefix,
        }
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
    command.arg("worker").env(POOL, process::id().to_string());
    Ok(command)
}

/// Starts this program anew in its own place, with the same arguments, unless these
/// variables are in its environment already: for what a library reads there and nowhere
/// else. To be called before there is a second thread, and before standard input is read.
///
/// # Errors
/// The system refuses to start it.
pub fn ensure_environment(variables: &[(&str, String)]) -> io::Result<()> {
    let stands = |(name, value): &(&str, String)| {
        env::var_os(name).is_some_and(|there| there == value.as_str())
    };
    if variables.iter().all(stands) {
        return Ok(());
    }
    let mut words = env::args_os();
    // The link holds even if the file was replaced meanwhile.
    let mut command = Command::new("/proc/self/exe");
    if let Some(name) = words.next() {
        command.arg0(name);
    }
    command.args(words);
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    Err(command.exec())
}

/// Makes the kernel kill this worker when its pool is gone, even while it is stopped and
/// can't see that its input has ended.
///
/// # Errors
/// The pool is gone already.
pub fn end_with_pool() -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let pool = env::var(POOL).ok().and_then(|pid| pid.parse().ok());
    let parent = getppid().map(|pid| pid.as_raw_nonzero().get());
    match pool {
        // It ended before the signal was asked for, so there will be none.
        Some(_) if pool != parent => Err(io::Error::other("the worker's pool is gone")),
        _ => Ok(()),
    }
}
