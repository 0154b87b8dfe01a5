//! The Python environment of the peers, under `target/peers`.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

/// The workspace that this program was built from.
pub(crate) fn workspace() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here
        .ancestors()
        .find(|folder| folder.join("Cargo.lock").is_file());
    root.map(Path::to_owned)
}

/// Makes the environment and installs the pinned requirements. Safe to call again.
pub(crate) fn install() -> Result<()> {
    let root = workspace().context("the workspace that this was built from is gone")?;
    let environment = root.join("target/peers");
    let python = environment.join("bin/python");
    if !python.is_file() {
        run(Command::new("python3")
            .args(["-m", "venv"])
            .arg(&environment))
        .context("the peers need python3 with its venv module (Debian: python3-venv)")?;
    }
    let requirements = root.join("requirements.txt");
    run(Command::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--quiet",
            "-r",
        ])
        .arg(requirements))
}

fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command
        .status()
        .with_context(|| format!("can't start {name}"))?;
    ensure!(status.success(), "{name} failed: {status}");
    Ok(())
}
