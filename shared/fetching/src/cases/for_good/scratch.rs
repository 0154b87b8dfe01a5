//! Where trials save, if what they would take is no use, and what a killed one leaves.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use rustix::process::geteuid;
use test_fixtures::{Bench, Case, Model};

use super::site::{Site, ended};

pub(super) fn cases<M: Model>() -> Vec<Case<M>> {
    vec![
        Case::custom(
            "directories_are_tried",
            "without a /dev/shm that can be written trials save in TMPDIR, or say its name",
            directories_are_tried,
        ),
        Case::custom(
            "directories_are_swept",
            "what a trial leaves whose program is killed is removed by the next",
            directories_are_swept,
        ),
    ]
}

fn directories_are_tried<M: Model>(bench: &Bench<M>) -> Result<()> {
    let site = Site::new()?;
    let demo = bench.demo(&[&site.origin.url("/bytes/10000/note/a")]);
    let own = site.dir.path();
    for (options, tmpdir, code, words) in [
        ("ro", own, 0, "Read-only file system"),
        ("size=8k", own, 0, "save their files in"),
        ("ro", Path::new("/nonexistent"), 2, "TMPDIR is /nonexistent"),
        ("ro", Path::new("/dev/null"), 2, "TMPDIR is /dev/null"),
    ] {
        let mount = format!("mount -t tmpfs -o {options} tmpfs /dev/shm");
        if !elsewhere(&mount).stderr(Stdio::null()).status()?.success() {
            // A machine that allows no mounts can't show it; the unit tests do.
            return Ok(());
        }
        // A file of another program leaves no room where there was little.
        let fill = "[ ! -w /dev/shm ] || head -c 8k /dev/zero > /dev/shm/other";
        let mut command = elsewhere(&format!("{mount}; {fill}; exec \"$0\" \"$@\""));
        command.arg(demo.get_program()).args(demo.get_args());
        let output = command.env("TMPDIR", tmpdir).output()?;
        let (_, stderr) = ended(&output, code)?;
        ensure!(stderr.contains(words), "no {words:?} in: {stderr}");
        ensure!(stderr.lines().count() == 1, "{stderr}");
    }
    ensure!(fs::read_dir(own)?.count() == 0, "something is left");
    Ok(())
}

/// A shell with mounts of its own.
fn elsewhere(script: &str) -> Command {
    let mut command = Command::new("unshare");
    if !geteuid().is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    command.args(["--mount", "sh", "-c", script]);
    command
}

fn directories_are_swept<M: Model>(bench: &Bench<M>) -> Result<()> {
    let site = Site::new()?;
    let scratch = site.dir.path();
    let demo = |path: &str| {
        let mut command = bench.demo(&[&site.origin.url(path), "--scratch"]);
        command.arg(scratch);
        command
    };
    let count = || fs::read_dir(scratch).map(Iterator::count);
    let mut command = demo("/hang");
    let mut child = command.stdout(Stdio::null()).spawn()?;
    let started = Instant::now();
    while site.origin.record().requests == 0 && started.elapsed().as_secs() < 10 {
        thread::sleep(Duration::from_millis(2));
    }
    child.kill()?;
    child.wait()?;
    ensure!(count()? == 1, "{} are left, not one", count()?);
    ended(&demo("/bytes/10/note/a").output()?, 0)?;
    ensure!(count()? == 0, "{} are left", count()?);
    Ok(())
}
