//! Where a peer's interpreter is.

use std::{
    env,
    ffi::OsString,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use crate::Peer;

/// The environment variable that names another Python.
const PYTHON: &str = "INTERLEAVE_PYTHON";

impl Peer {
    /// The command that runs it here, or what to do so that there is one.
    pub fn command(&self) -> Result<Vec<OsString>, String> {
        let script = Path::new(self.script);
        if !script.is_file() {
            return Err(format!("not here: {} is missing", self.script));
        }
        let python = match env::var_os(PYTHON).filter(|python| !python.is_empty()) {
            Some(python) => named(python)?,
            None => own(script)
                .ok_or("needs Python: `compare peers` sets it up")?
                .into(),
        };
        Ok(vec![python, script.into()])
    }
}

/// The one that the user named, as a shell takes it.
fn named(python: OsString) -> Result<OsString, String> {
    let is_program = |path: &Path| {
        let is_executable = |there: fs::Metadata| there.permissions().mode() & 0o111 != 0;
        path.is_file() && path.metadata().is_ok_and(is_executable)
    };
    let is_there = match Path::new(&python).components().count() {
        1 => folders().any(|folder| is_program(&folder.join(&python))),
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

fn folders() -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).collect::<Vec<_>>().into_iter()
}

/// The workspace's own environment. The system's Python is not looked at: what it has
/// installed differs from machine to machine.
fn own(script: &Path) -> Option<PathBuf> {
    let root = script
        .ancestors()
        .find(|folder| folder.join("Cargo.lock").is_file())?;
    let python = root.join("target/peers/bin/python");
    python.is_file().then_some(python)
}

/// What to do about the module that a Python said it lacks as it ended.
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
