//! `compare peers`: what the peers need, under `target/peers`: a Python environment, and the
//! programs of those in Go.

use std::{fs, io::ErrorKind, path::Path, process::Command, time::Duration};

use anyhow::{Context, Result, bail};
use clap::Args;
use test_fixtures::{build_go_peers, interrupt, python_version, run_helper, tell};

use crate::workspace::workspace;

/// How long each step may take: packages are fetched.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// The oldest Python that the pinned packages are made for: NumPy's 2.4.
const OLDEST: (u32, u32) = (3, 11);

/// What to set up.
#[derive(Debug, Args)]
pub(crate) struct Peers {
    /// Go and Node, too: pinned ones, before those that the machine has
    #[arg(long)]
    all: bool,
}

/// Builds the peers in Go where there is a `go`, makes the Python environment, and installs
/// the pinned requirements. Safe to call again.
pub(crate) fn run(peers: &Peers) -> Result<()> {
    interrupt::listen()?;
    let root = workspace().context("the workspace that this was built from is gone")?;
    let environment = root.join("target/peers");
    let python = environment.join("bin/python");
    if !python.is_file() {
        remove_dangling(&environment.join("bin"))?;
        let version = python_version();
        if let Some((major, minor)) = version.filter(|version| *version < OLDEST) {
            bail!(
                "python3 is {major}.{minor}, and the peers' packages need {}.{} or newer: make \
                 {} with a newer one (python3.11 -m venv), and run this again",
                OLDEST.0,
                OLDEST.1,
                environment.display()
            );
        }
        succeed(
            Command::new("python3")
                .args(["-m", "venv"])
                .arg(&environment),
        )
        .context("the peers need python3 with its venv module (Debian: python3-venv)")?;
    }
    install(&python, &root.join("requirements.txt"))?;
    if peers.all {
        install(&python, &root.join("requirements-all.txt"))?;
    }
    if let Err(why) = build_go_peers(&root) {
        // Python's don't need it.
        tell(format_args!("a peer in Go {why}"));
    }
    Ok(())
}

fn install(python: &Path, requirements: &Path) -> Result<()> {
    succeed(
        Command::new(python)
            .args([
                "-m",
                "pip",
                "install",
                "--disable-pip-version-check",
                "--quiet",
                "-r",
            ])
            .arg(requirements),
    )
}

/// Removes the links whose Python is gone: `venv` leaves them as they are.
fn remove_dangling(bin: &Path) -> Result<()> {
    let Ok(files) = fs::read_dir(bin) else {
        return Ok(());
    };
    for file in files {
        let file = file?.path();
        let is_gone = fs::metadata(&file).is_err_and(|e| e.kind() == ErrorKind::NotFound);
        if is_gone && file.is_symlink() {
            fs::remove_file(&file)
                .with_context(|| format!("can't remove {}", file.display()))?;
        }
    }
    Ok(())
}

fn succeed(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    run_helper(command, LONGEST).with_context(|| format!("{name} failed"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_links_to_nothing_are_removed() {
        let bin = tempfile::tempdir().expect("a folder");
        let at = |name| bin.path().join(name);
        fs::write(at("python3.11"), "").expect("it can be written");
        symlink("python3.11", at("python3")).expect("it can be made");
        symlink("/nowhere/python3.10", at("python3.10")).expect("it can be made");
        symlink("python3.10", at("python")).expect("it can be made");
        remove_dangling(bin.path()).expect("it can be removed");
        assert!(!at("python").is_symlink() && !at("python3.10").is_symlink());
        assert!(at("python3").is_file() && at("python3.11").is_file());
        remove_dangling(Path::new("/nowhere")).expect("there is nothing to be done");
    }
}
