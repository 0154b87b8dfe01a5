//! A trial that has a `/dev/shm` of its own, which is small or can't be written.

use std::{
    ffi::OsString,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use rustix::process::geteuid;

use crate::{Bench, Model, Settings, TrialError};

/// Does the job of these arguments where `/dev/shm` is a tmpfs of these options. It is done,
/// or one line names the directory; with `is_enough` it must be done.
///
/// # Errors
/// It is otherwise. A machine that allows no mounts can't show it.
pub fn with_dev_shm<M: Model>(
    bench: &Bench<M>,
    args: &[&str],
    options: &str,
    is_enough: bool,
) -> Result<()> {
    let mount = format!("mount -t tmpfs -o {options} tmpfs /dev/shm");
    let mut under = vec!["unshare"];
    if !geteuid().is_root() {
        under.extend(["--user", "--map-root-user"]);
    }
    under.extend(["--mount", "sh", "-c"]);
    let mut probe = Command::new(under[0]);
    let probe = probe.args(&under[1..]).arg(&mount).stderr(Stdio::null());
    if !probe.status()?.success() {
        return Ok(());
    }
    let script = format!("{mount} && exec \"$0\" \"$@\"");
    under.push(&script);
    let settings = Settings {
        under: under.into_iter().map(OsString::from).collect(),
        ..Settings::default()
    };
    match bench.trial(args, &settings) {
        Ok(_) => Ok(()),
        Err(TrialError::Exited { stderr, .. }) if !is_enough => {
            ensure!(stderr.contains("/dev/shm"), "not named: {stderr}");
            ensure!(stderr.trim().lines().count() == 1, "not one line: {stderr}");
            Ok(())
        }
        Err(error) => Err(error).with_context(|| format!("with a /dev/shm of {options}")),
    }
}
