//! Downloads that stay, within what `ulimit` leaves.

use std::process::{Command, Output};

use anyhow::{Result, ensure};
use test_fixtures::{Bench, Case, Model};

use super::site::{Site, ended};

pub(super) fn cases<M: Model>() -> Vec<Case<M>> {
    vec![
        Case::custom(
            "few_descriptors",
            "out of descriptors, files are saved or failed, and what failed doesn't stand",
            few_descriptors,
        ),
        Case::custom(
            "file_too_large",
            "a file beyond ulimit -f fails and leaves nothing; those within it are saved",
            file_too_large,
        ),
    ]
}

/// What the demo does with these paths under a limit.
fn limited<M: Model>(
    bench: &Bench<M>,
    site: &Site,
    paths: &[String],
    limit: &str,
) -> Result<Output> {
    let mut command = Command::new("sh");
    let script = format!("ulimit {limit} && exec \"$@\"");
    let demo = site.command(bench, paths);
    command.args(["-c", &script, "sh"]);
    command.arg(demo.get_program()).args(demo.get_args());
    Ok(command.args(["--workers", "4"]).output()?)
}

fn few_descriptors<M: Model>(bench: &Bench<M>) -> Result<()> {
    let paths: Vec<_> = (0..12)
        .map(|number| format!("/bytes/100/note/f{number}"))
        .collect();
    // How many a runtime needs for itself differs.
    for limit in 9..16 {
        let site = Site::new()?;
        let output = limited(bench, &site, &paths, &format!("-n {limit}"))?;
        let stand = site.all_whole(&paths, false)?;
        let lines = String::from_utf8_lossy(&output.stdout).lines().count();
        let stderr = String::from_utf8_lossy(&output.stderr);
        ensure!(
            stand == lines,
            "{stand} stand, and {lines} were told, with {limit}: {stderr}"
        );
        let of_descriptors = stderr.lines().filter(|line| line.contains("os error 24"));
        for line in of_descriptors.filter(|line| line.starts_with("failed ")) {
            let advice = "out of descriptors: ";
            ensure!(
                line.contains(advice) && line.contains("ulimit -n"),
                "{line}"
            );
        }
    }
    Ok(())
}

fn file_too_large<M: Model>(bench: &Bench<M>) -> Result<()> {
    let site = Site::new()?;
    let paths = ["/bytes/100000/note/large", "/bytes/100/note/small"];
    let output = limited(bench, &site, &paths.map(String::from), "-f 8")?;
    let (stdout, stderr) = ended(&output, 1)?;
    ensure!(stdout.lines().count() == 1, "{stdout}");
    ensure!(site.all_whole(&paths, false)? == 1, "not one stands");
    ensure!(
        stderr.contains("can't save large (raise ulimit -f)"),
        "{stderr}"
    );
    Ok(())
}
