//! Where a peer's interpreter is.

use std::{
    env,
    ffi::OsString,
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
        match python(script) {
            Some(python) => Ok(vec![python.into(), script.into()]),
            None => Err("needs Python: `cargo run -- peers` sets it up".to_owned()),
        }
    }
}

/// The named one, or the workspace's own environment. The system's is not looked at: what
/// it has installed differs from machine to machine.
fn python(script: &Path) -> Option<PathBuf> {
    if let Some(python) = env::var_os(PYTHON) {
        return Some(python.into());
    }
    let root = script
        .ancestors()
        .find(|folder| folder.join("Cargo.lock").is_file())?;
    let python = root.join("target/peers/bin/python");
    python.is_file().then_some(python)
}
