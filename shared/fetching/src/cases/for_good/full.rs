//! A full disk: a small file system in memory, which only the program sees.

use std::process::Command;

use anyhow::{Result, ensure};
use test_fixtures::{Bench, Case, Model};

use super::site::Site;
/// Mounts 256 KiB on the directory in `$1`, runs the rest, and lists what it left there.
/// A name space of its own needs no rights, and the mount ends with it.
const SCRIPT: &str = r#"
dir="$1"; shift
mount -t tmpfs -o size=256k tmpfs "$dir" || exit 99
"$@"; code=$?
ls -A "$dir" >&2
exit $code
"#;

pub(super) fn cases<M: Model>() -> Vec<Case<M>> {
    vec![Case::custom(
        "disk_full",
        "a file that finds no room fails and leaves nothing; those that fit are saved",
        disk_full,
    )]
}

fn disk_full<M: Model>(bench: &Bench<M>) -> Result<()> {
    let site = Site::new()?;
    let paths = ["/bytes/1000000/note/large", "/bytes/4000/note/small"];
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", SCRIPT, "sh"]);
    command.arg(site.dir.path());
    let demo = site.command(bench, &paths);
    command.arg(demo.get_program()).args(demo.get_args());
    // One after the other, so that the small one finds the room that the large one left.
    let output = command.args(["--workers", "1"]).output()?;
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    let status = output.status;
    ensure!(status.code() == Some(1), "{status}: {stderr}");
    ensure!(
        stdout.lines().count() == 1 && stdout.contains("small"),
        "{stdout}"
    );
    let url = site.origin.url(paths[0]);
    for line in [
        format!(
            "failed {url}: disk: can't save large (make room, or name another directory)"
        ),
        "1 of 2 done, 1 failed\nsmall\n".to_owned(),
    ] {
        ensure!(stderr.contains(&line), "no {line:?} in: {stderr}");
    }
    Ok(())
}
