//! `compare peers`: what the peers need, under `target/peers`: a Python environment, and the
//! programs of those in Go.

use std::{process::Command, time::Duration};

use anyhow::{Context, Result, bail};
use test_fixtures::{go_builds, interrupt, python_version, run_helper};

use crate::workspace::workspace;

/// How long each step may take: packages are fetched.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// The oldest Python that the pinned packages are made for: NumPy's 2.4.
const OLDEST: (u32, u32) = (3, 11);

/// Builds the peers in Go where there is a `go`, makes the Python environment, and installs
/// the pinned requirements. Safe to call again.
pub(crate) fn run() -> Result<()> {
    interrupt::listen()?;
    let root = workspace().context("the workspace that this was built from is gone")?;
    for mut build in go_builds(&root)? {
        succeed(&mut build)?;
    }
    let environment = root.join("target/peers");
    let python = environment.join("bin/python");
    if !python.is_file() {
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
    let requirements = root.join("requirements.txt");
    succeed(
        Command::new(&python)
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

fn succeed(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    run_helper(command, LONGEST).with_context(|| format!("{name} failed"))?;
    Ok(())
}
