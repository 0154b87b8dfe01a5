//! What runs a peer: where that is, and what it lacks.

mod go;
mod node;

use std::{
    env,
    ffi::{OsStr, OsString},
    fs,
    io::Read,
    os::unix::{ffi::OsStrExt, fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process_group};

use crate::{
    Peer, Runner,
    exit::advice,
    guard::die_with_parent,
    interrupt,
    limits::under,
    process::Error as KeptError,
    trial::{cause, shortened},
};

pub use go::build_go_peers;

/// The environment variable that names another Python.
const PYTHON: &str = "INTERLEAVE_PYTHON";

/// The variables for which a good Python does not start, or answers in another form.
const OF_PYTHON: &[&str] = &[
    "PYTHONHASHSEED",
    "PYTHONHOME",
    "PYTHONIOENCODING",
    "PYTHONMALLOC",
    "PYTHONPATH",
    "PYTHONPLATLIBDIR",
    "PYTHONUTF8",
];

/// How long a Python, or another program, may take to answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);

/// Asks a Python for its version, for which of the modules behind it there are, and for
/// its own path. It asks for the path because a `python3` may be a script that chooses
/// among several.
const ASK: &str = "import sys\n\
                   print('%d %d' % sys.version_info[:2])\n\
                   from importlib.util import find_spec\n\
                   print(' '.join(name for name in sys.argv[1:] if find_spec(name)))\n\
                   print(sys.executable)";

/// The modules that peers take from packages.
pub(crate) const MODULES: &[&str] =
    &["aiohttp", "numpy", "requests", "urllib3", "uvloop", "yarl"];

impl Peer {
    /// The command that runs it here, or what to do so that there is one. The ending of its
    /// file says what runs it: `node` for `.mjs`, and Python for `.py`. What is built of a
    /// `.go` runs by itself, once its [`Runner`] is ready.
    ///
    /// The Python is the one that `INTERLEAVE_PYTHON` names, else that of the environment
    /// that `compare peers` makes, else, where it needs no package, the machine's `python3`.
    pub fn command(&self) -> Result<Vec<OsString>, String> {
        // All peers are of one workspace, and the environment stays as it is.
        static FOUND: OnceLock<Result<Python, String>> = OnceLock::new();

        let script = Path::new(self.script);
        if !script.is_file() {
            return Err(format!("not here: {} is missing", self.script));
        }
        match script.extension().and_then(OsStr::to_str) {
            Some("mjs") => return node::command(self),
            Some("go") => return go::command(self),
            _ => {}
        }
        let python = FOUND.get_or_init(|| {
            let named = env::var_os(PYTHON).filter(|python| !python.is_empty());
            Python::find(named, environment(script), &path())
        });
        let python = python.as_ref().map_err(String::clone)?;
        python.suits(self)?;
        Ok(vec![python.program.clone(), script.into()])
    }
}

impl Runner {
    /// The same, built where it is a peer in Go whose source is newer than what was built of
    /// it; or why it can't be.
    ///
    /// # Errors
    /// It can't be built.
    pub fn ready(self) -> Result<Self, String> {
        if let Self::Peer(words) = &self
            && let [program] = &words[..]
        {
            go::build(Path::new(program))?;
        }
        Ok(self)
    }
}

/// A Python that peers could be run with.
#[derive(Debug)]
struct Python {
    program: OsString,
    whose: Whose,
    /// None for one that the user named and that does not answer: its trials report why.
    answer: Option<Answer>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Whose {
    /// The user named it.
    Named,
    /// `compare peers` made it.
    Environment,
    /// It is the machine's `python3`. Its packages are not looked at: what it has installed
    /// differs from machine to machine.
    Machine,
    /// It is the machine's, for what needs no package: why `compare peers`' does not work.
    Instead(String),
}

/// A Python's answer about itself.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    version: (u32, u32),
    /// Those of [`MODULES`] that it has.
    modules: Vec<String>,
    executable: PathBuf,
}

impl Python {
    /// The one that the user named, or that of the environment, or the first `python3` in
    /// the folders of `path`.
    fn find(
        named: Option<OsString>,
        environment: Option<PathBuf>,
        path: &OsStr,
    ) -> Result<Self, String> {
        if let Some(python) = named {
            let program = program(python, path)?;
            return Ok(Self {
                answer: answer(&program).ok(),
                program,
                whose: Whose::Named,
            });
        }
        let Some(python) = environment else {
            return Self::of_machine(path);
        };
        match answer(python.as_os_str()) {
            Ok(answer) => Ok(Self {
                program: python.into(),
                whose: Whose::Environment,
                answer: Some(answer),
            }),
            Err(why) => {
                let again = "remove that folder and run `compare peers`";
                let why = format!(
                    "needs Python, and the one in target/peers does not work ({why}): {}",
                    remedy(&why, OF_PYTHON, |name| env::var_os(name), again)
                );
                let machine = Self::of_machine(path);
                machine
                    .map(|machine| Self {
                        whose: Whose::Instead(why.clone()),
                        ..machine
                    })
                    .map_err(|_| why)
            }
        }
    }

    /// The first `python3` in the folders of `path`.
    fn of_machine(path: &OsStr) -> Result<Self, String> {
        let mut pythons = env::split_paths(path).map(|folder| folder.join("python3"));
        let python = pythons.find(|python| is_program(python));
        let Some(python) = python else {
            return Err(format!(
                "needs Python, and there is no python3 on the PATH: install it, or name one \
                 in {PYTHON}"
            ));
        };
        let answer = answer(python.as_os_str()).map_err(|why| {
            let other = format!("name another one in {PYTHON}");
            format!(
                "needs Python, and {} does not work ({why}): {}",
                python.display(),
                remedy(&why, OF_PYTHON, |name| env::var_os(name), &other)
            )
        })?;
        // The interpreter itself: what a script costs that stands before it is not the peer's.
        let program = match is_program(&answer.executable) {
            true => answer.executable.clone(),
            false => python,
        };
        Ok(Self {
            program: program.into(),
            whose: Whose::Machine,
            answer: Some(answer),
        })
    }

    /// Whether the peer can run with it, or what it lacks.
    fn suits(&self, peer: &Peer) -> Result<(), String> {
        let Some(answer) = &self.answer else {
            return Ok(());
        };
        let ((major, minor), (has_major, has_minor)) = (peer.since, answer.version);
        if answer.version < peer.since {
            let (which, remedy) = match &self.whose {
                Whose::Named => (PYTHON, "name a newer one".to_owned()),
                Whose::Environment => (
                    "target/peers",
                    "remove it and run `compare peers` with a newer python3".to_owned(),
                ),
                Whose::Machine | Whose::Instead(_) => {
                    ("python3", format!("name a newer one in {PYTHON}"))
                }
            };
            return Err(format!(
                "needs Python {major}.{minor} or newer, and {which} is {has_major}.{has_minor}: \
                 {remedy}"
            ));
        }
        let lacks = |module: &&str| !answer.modules.iter().any(|has| has == module);
        match &self.whose {
            Whose::Instead(why) if !peer.needs.is_empty() => Err(why.clone()),
            Whose::Machine if !peer.needs.is_empty() => {
                Err("needs packages: `compare peers` installs them".to_owned())
            }
            Whose::Environment if peer.needs.iter().any(lacks) => Err(
                "needs packages that target/peers lacks: `compare peers` installs them"
                    .to_owned(),
            ),
            Whose::Named if peer.needs.iter().any(lacks) => Err(format!(
                "needs packages that {PYTHON} lacks: install requirements.txt in it, or unset \
                 it and run `compare peers`"
            )),
            _ => Ok(()),
        }
    }
}

/// The one that the user named, as a shell takes it.
fn program(python: OsString, path: &OsStr) -> Result<OsString, String> {
    let is_there = match Path::new(&python).components().count() {
        1 => env::split_paths(path).any(|folder| is_program(&folder.join(&python))),
        _ => is_program(Path::new(&python)),
    };
    match is_there {
        true => Ok(python),
        false => Err(format!(
            "{PYTHON} is {python:?}, which is no program: correct it, or unset it and run \
             `compare peers`"
        )),
    }
}

fn is_program(path: &Path) -> bool {
    let is_executable = |there: fs::Metadata| there.permissions().mode() & 0o111 != 0;
    path.is_file() && path.metadata().is_ok_and(is_executable)
}

/// The folders in which programs are looked for.
fn path() -> OsString {
    env::var_os("PATH").unwrap_or_default()
}

/// The same, and before them that of the workspace's own environment, in which `compare peers
/// --all` has put programs.
fn path_in(workspace: Option<&Path>) -> OsString {
    let path = path();
    let own = workspace.map(|root| root.join("target/peers/bin"));
    let folders = own.into_iter().chain(env::split_paths(&path));
    // A folder of the workspace with a colon in its name can't be in it.
    env::join_paths(folders).unwrap_or(path)
}

/// The Python of the workspace's own environment, which has the packages. Its file is a
/// link, which stays when the Python that it leads to is gone.
fn environment(script: &Path) -> Option<PathBuf> {
    let python = workspace(script)?.join("target/peers/bin/python");
    python.symlink_metadata().is_ok().then_some(python)
}

/// A program by its name: the one of the environment that `compare peers` makes in the
/// workspace that `inside` is in, or else the first in the folders of the PATH.
pub fn peer_program(inside: &Path, name: &str) -> Option<PathBuf> {
    let own = workspace(inside).map(|root| root.join("target/peers/bin").join(name));
    let path = path();
    let machine = env::split_paths(&path).map(|folder| folder.join(name));
    own.into_iter().chain(machine).find(|file| is_program(file))
}

/// The workspace that a script is in.
fn workspace(script: &Path) -> Option<&Path> {
    script
        .ancestors()
        .find(|folder| folder.join("Cargo.lock").is_file())
}

/// The version of the machine's `python3`, major and minor; `None` if none answers with
/// one.
pub fn python_version() -> Option<(u32, u32)> {
    let answer = answer(OsStr::new("python3")).ok();
    answer.map(|answer| answer.version)
}

/// A Python's answer about itself, or why it has none.
fn answer(python: &OsStr) -> Result<Answer, String> {
    let mut ask = Command::new(python);
    ask.args(["-c", ASK]).args(MODULES);
    understood(&said(&mut ask, ANSWERS_WITHIN)?).ok_or_else(no_version)
}

/// What to do about a program that does not work. It may be for a limit, or for one of
/// these variables, which it reads itself. `variable` looks one up.
fn remedy(
    why: &str,
    names: &[&str],
    variable: impl Fn(&str) -> Option<OsString>,
    otherwise: &str,
) -> String {
    if why.contains("ulimit") || why.contains("pids.max") {
        return "raise that limit".to_owned();
    }
    let names = names.iter().copied();
    let set: Vec<&str> = names.filter(|name| variable(name).is_some()).collect();
    match &*set {
        [] => otherwise.to_owned(),
        set => format!("unset {}, or else {otherwise}", set.join(" and ")),
    }
}

/// A program that answers, but with something else.
fn no_version() -> String {
    "it does not tell its version".to_owned()
}

/// What a program that ends well in time prints, its first 64 KiB, or why there is nothing.
/// Where it does not end, or a signal asks this program to end, it is ended with its group.
fn said(ask: &mut Command, within: Duration) -> Result<Vec<u8>, String> {
    die_with_parent(ask);
    let mut child = ask
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| {
            format!("{error}{}", advice(error.raw_os_error().unwrap_or(0)))
        })?;
    let mut diagnostics = child.stderr.take().expect("stderr is piped");
    rustix::io::ioctl_fionbio(&diagnostics, true).map_err(|error| error.to_string())?;
    let mut kept = KeptError::default();
    let mut keep = || {
        let mut bytes = [0; 4096];
        // Its children may hold the pipe, so no more is read than is there.
        while let Ok(count @ 1..) = diagnostics.read(&mut bytes) {
            kept.take(&bytes[..count]);
        }
    };
    let start = Instant::now();
    let status = loop {
        keep();
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if start.elapsed() < within && interrupt::received().is_none() => {
                thread::sleep(Duration::from_millis(2));
            }
            // What can't be ended has ended.
            Ok(None) | Err(_) => {
                // It is not waited for yet, so no other group has its id.
                _ = kill_process_group(Pid::from_child(&child), Signal::KILL);
                drop(child.wait());
                return Err(format!("no answer within {within:?}{}", under()));
            }
        }
    };
    if !status.success() {
        keep();
        let cause =
            cause(&kept.text()).map(|cause| format!(": {}", shortened(&cause, 160)));
        let cause = cause.unwrap_or_default();
        return Err(format!("{status}{cause}{}", under()));
    }
    let mut said = Vec::new();
    let pipe = child.stdout.take().expect("stdout is piped");
    rustix::io::ioctl_fionbio(&pipe, true).map_err(|error| error.to_string())?;
    drop(pipe.take(1 << 16).read_to_end(&mut said));
    Ok(said)
}

fn understood(said: &[u8]) -> Option<Answer> {
    let mut lines = said.split(|byte| *byte == b'\n');
    let mut text = || str::from_utf8(lines.next()?).ok();
    let (major, minor) = text()?.split_once(' ')?;
    let version = (major.parse().ok()?, minor.parse().ok()?);
    let modules = text()?.split(' ').map(str::to_owned).collect();
    let executable = PathBuf::from(OsStr::from_bytes(lines.next()?));
    Some(Answer {
        version,
        modules,
        executable,
    })
}

/// Why peers can't run, each reason once with the names of all that it keeps from it:
/// "not run (needs packages: `compare peers` installs them): gather/python, locks/python".
pub fn not_run<'a, N: AsRef<str>>(
    missing: impl IntoIterator<Item = (N, &'a str)>,
) -> Vec<String> {
    let mut reasons: Vec<(&str, Vec<N>)> = Vec::new();
    for (name, reason) in missing {
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(name),
            None => reasons.push((reason, vec![name])),
        }
    }
    let line = |(reason, names): &(&str, Vec<N>)| {
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        format!("not run ({reason}): {}", names.join(", "))
    };
    reasons.iter().map(line).collect()
}

/// What to do about the module that a Python lacked, by its standard error.
pub(crate) fn missing_module(stderr: &str) -> Option<String> {
    let lacks = |line: &str| {
        line.strip_prefix("ModuleNotFoundError: ")
            .map(str::to_owned)
    };
    let why = stderr.lines().rev().find_map(lacks)?;
    Some(format!(
        "its Python lacks a module ({why}): unset {PYTHON} and run `compare peers`, or \
         install requirements.txt in it"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) const PEER: Peer = Peer {
        name: "python",
        about: "made up",
        script: "python.py",
        source: "",
        needs: &[],
        since: (3, 9),
        deviations: &[],
    };

    const NUMPY: Peer = Peer {
        needs: &["numpy"],
        since: (3, 11),
        ..PEER
    };

    /// A folder with a `python3` that does this.
    fn folder(script: &str) -> tempfile::TempDir {
        folder_with("python3", script)
    }

    /// A folder with a program of this name that does this.
    pub(super) fn folder_with(name: &str, script: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let python = folder.path().join(name);
        // Written by another process: a file that is open here for writing, in a child that
        // another test forks just now too, can't be run.
        let write = r#"printf '#!/bin/sh\n%s\n' "$1" >"$2" && chmod 755 "$2""#;
        let mut sh = Command::new("sh");
        sh.args(["-c", write, "sh", script]).arg(&python);
        assert!(sh.status().expect("there is a shell").success());
        folder
    }

    /// A script for its answer: its version, its modules, and its path.
    fn says(version: &str, modules: &str, executable: &str) -> String {
        format!("printf '{version}\\n{modules}\\n{executable}\\n'")
    }

    #[test]
    fn a_machine_without_set_up_runs_what_needs_no_package() {
        let real = folder("");
        let real = real.path().join("python3");
        let shim = folder(&says("3 11", "numpy", real.to_str().expect("text")));
        let python = Python::find(None, None, shim.path().as_os_str());
        let python = python.expect("there is one");
        assert_eq!(python.suits(&PEER), Ok(()));
        // The interpreter itself, not what stands before it.
        assert_eq!(python.program, real);
        let why = python.suits(&NUMPY).expect_err("its packages are its own");
        assert_eq!(why, "needs packages: `compare peers` installs them");
    }

    #[test]
    fn an_environment_comes_first_and_runs_all() {
        let machine = folder(&says("3 8", "", ""));
        let path = machine.path().as_os_str();
        let own = folder(&says("3 12", "aiohttp numpy", "/nowhere"));
        let own = own.path().join("python3");
        let python = Python::find(None, Some(own.clone()), path).expect("it is there");
        assert_eq!(python.program, own);
        assert_eq!(python.suits(&PEER).and(python.suits(&NUMPY)), Ok(()));
        let half = folder(&says("3 12", "", ""));
        let half = Python::find(None, Some(half.path().join("python3")), path);
        let half = half.expect("it is there");
        assert_eq!(half.suits(&PEER), Ok(()));
        let why = half.suits(&NUMPY).expect_err("it was never finished");
        assert!(why.contains("target/peers lacks"), "{why}");
        // The Python that it leads to is gone.
        let dangling = tempfile::tempdir().expect("a folder");
        let script = dangling.path().join("crates/made-up/python.py");
        let bin = dangling.path().join("target/peers/bin");
        fs::create_dir_all(&bin).expect("a folder");
        fs::write(dangling.path().join("Cargo.lock"), "").expect("it can be written");
        std::os::unix::fs::symlink("/nowhere/python3", bin.join("python"))
            .expect("it can be made");
        let broken = folder("exit 1");
        let good = folder(&says("3 11", "", ""));
        for broken in [environment(&script), Some(broken.path().join("python3"))] {
            // The machine's runs what needs no package.
            let python = Python::find(None, broken.clone(), good.path().as_os_str());
            let python = python.expect("there is one");
            assert_eq!(python.suits(&PEER), Ok(()));
            let why = python.suits(&NUMPY).expect_err("it does not work");
            assert!(why.contains("target/peers does not work"), "{why}");
            assert!(why.contains("remove that folder"), "{why}");
            let none = Python::find(None, broken, OsStr::new("/nowhere"));
            assert_eq!(none.expect_err("there is none"), why);
        }
    }

    #[test]
    fn one_that_is_too_old_or_missing_is_a_line() {
        let old = folder(&says("3 10", "", ""));
        let python =
            Python::find(None, None, old.path().as_os_str()).expect("it is there");
        assert_eq!(python.suits(&PEER), Ok(()));
        let why = python.suits(&NUMPY).expect_err("it is too old");
        assert_eq!(
            why,
            "needs Python 3.11 or newer, and python3 is 3.10: name a newer one in \
             INTERLEAVE_PYTHON"
        );
        let empty = tempfile::tempdir().expect("a folder");
        let none = Python::find(None, None, empty.path().as_os_str());
        let why = none.expect_err("there is none");
        assert!(why.contains("there is no python3 on the PATH"), "{why}");
        for (script, because) in [
            ("exit 1", "exit status: 1"),
            (
                "echo first >&2; echo no hash seed >&2; exit 1",
                "exit status: 1: no hash seed",
            ),
            (
                "head -c 500000 /dev/zero >&2; echo >&2; echo full >&2; exit 1",
                "exit status: 1: full",
            ),
            ("kill -6 $$", "signal: 6 (SIGABRT)"),
            ("echo Python", "it does not tell its version"),
            ("printf '3 x\n\n\n'", "it does not tell its version"),
        ] {
            let odd = folder(script);
            let why = Python::find(None, None, odd.path().as_os_str());
            let why = why.expect_err("it is none");
            let because = format!("python3 does not work ({because})");
            assert!(why.contains(&because), "{script}: {why}");
            assert_eq!(why.lines().count(), 1);
        }
    }

    #[test]
    fn variables_that_it_reads_are_named_first() {
        let set = |set: &[&str]| {
            let variable = |name: &str| set.contains(&name).then(|| "x".into());
            remedy("exit status: 1", OF_PYTHON, variable, "install it again")
        };
        assert_eq!(set(&["PATH"]), "install it again");
        assert_eq!(
            set(&["PYTHONHOME", "PATH", "PYTHONHASHSEED"]),
            "unset PYTHONHASHSEED and PYTHONHOME, or else install it again"
        );
        let short = "exit status: 1, under `ulimit -v 100`";
        let limit = remedy(short, OF_PYTHON, |_| Some("x".into()), "install it again");
        assert_eq!(limit, "raise that limit");
    }

    #[test]
    fn the_one_that_was_named_is_taken_at_its_word() {
        let named = folder(&says("3 12", "aiohttp", "/nowhere"));
        let program = named.path().join("python3").into_os_string();
        let find = |named: &OsStr| Python::find(Some(named.to_owned()), None, &path());
        let python = find(&program).expect("it is there");
        assert_eq!(python.program, program);
        let why = python.suits(&NUMPY).expect_err("it lacks NumPy");
        assert!(why.contains("INTERLEAVE_PYTHON lacks"), "{why}");
        // It does not list its modules, so its trials report what it lacks.
        let silent = find(OsStr::new("true")).expect("it is a program");
        assert_eq!(silent.suits(&NUMPY), Ok(()));
    }

    #[test]
    fn what_does_not_answer_is_ended_with_its_children() {
        let folder = tempfile::tempdir().expect("a directory");
        let file = folder.path().join("pid");
        let mut ask = Command::new("sh");
        ask.args(["-c", "sleep 60 & echo $! >\"$1\"; wait", "sh"])
            .arg(&file);
        let why = said(&mut ask, Duration::from_millis(500));
        assert_eq!(why, Err("no answer within 500ms".to_owned()));
        let pid = fs::read_to_string(&file).expect("it was started");
        let pid = pid
            .trim()
            .parse()
            .ok()
            .and_then(Pid::from_raw)
            .expect("a number");
        // Who reaps it may take its time.
        let clock = Instant::now();
        while crate::lives(pid) {
            assert!(
                clock.elapsed() < Duration::from_secs(2),
                "it is there still"
            );
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn a_reason_is_told_once() {
        let missing = [("a/python", "x"), ("b/python", "y"), ("c/python", "x")];
        assert_eq!(
            not_run(missing),
            ["not run (x): a/python, c/python", "not run (y): b/python"]
        );
    }
}
