//! Downloads that stay: what the user names, saved into a directory of the user's.

use std::{fs, path::Path};

use anyhow::{Result, ensure};
use http_origin::Origin;
use test_fixtures::{Bench, Case, Model, temporary::TemporaryFile};

use site::{Site, ended};

mod ended;
mod full;
mod limits;
mod scratch;
mod site;
mod standing;

pub(super) fn cases<M: Model>() -> Vec<Case<M>> {
    let mut cases = vec![
        Case::custom(
            "saved_for_good",
            "--dir saves what is named; what stands is kept and not fetched, unless --force",
            saved_for_good,
        ),
        Case::custom(
            "some_fail_for_good",
            "a file that can't be had is named, the others are saved, exit code 1",
            some_fail,
        ),
        Case::custom(
            "hostile_names",
            "what a server calls a file, and what a URL is called, does nothing to a terminal",
            hostile_names,
        ),
        Case::custom(
            "late_answer_for_good",
            "an answer that comes when its request was given up is no other file's",
            late_answer,
        )
        .waits(),
        Case::custom(
            "a_thousand_urls",
            "a file with 1,000 URLs is saved, each in a line",
            a_thousand_urls,
        ),
        Case::custom(
            "flags_of_trials",
            "a flag that only trials have a use for is refused",
            flags_of_trials,
        ),
        Case::custom(
            "directory_that_is_none",
            "one that can't be written is refused in one line, before anything is fetched",
            directory_that_is_none,
        ),
        Case::custom(
            "stdout_closed",
            "whoever reads the results leaves: it ends quietly, and only whole files stay",
            stdout_closed,
        ),
    ];
    cases.extend(ended::cases());
    cases.extend(full::cases());
    cases.extend(limits::cases());
    cases.extend(scratch::cases());
    cases.extend(standing::cases());
    cases
}

fn saved_for_good<M: Model>(bench: &Bench<M>) -> Result<()> {
    let site = Site::new()?;
    let paths = ["/bytes/1000/note/a", "/bytes/0/note/b"];
    let run = |flags: &[&str]| -> Result<(String, String, u64)> {
        let output = site.command(bench, &paths).args(flags).output()?;
        let (stdout, stderr) = ended(&output, 0)?;
        ensure!(site.all_whole(&paths, false)? == 2, "not both are there");
        ensure!(stdout.lines().count() == 2, "not a line a file: {stdout}");
        Ok((stdout, stderr, site.origin.record().requests))
    };
    let (stdout, _, requests) = run(&[])?;
    ensure!(stdout.contains("saved") && requests == 2, "{stdout}");
    let (stdout, stderr, requests) = run(&[])?;
    ensure!(
        stdout.contains("kept") && stderr.contains("--force"),
        "{stdout}{stderr}"
    );
    ensure!(requests == 2, "what stands was fetched again");
    fs::write(site.dir.path().join("a"), "another")?;
    let (_, _, requests) = run(&["--force"])?;
    ensure!(requests == 4, "--force fetched {} of 2", requests - 2);
    Ok(())
}

fn some_fail<M: Model>(bench: &Bench<M>) -> Result<()> {
    let site = Site::new()?;
    let failing = [
        "/status/404/note/c",
        "/bytes/9/truncate/4/note/d",
        "/bytes/9/note/..%2Fe",
    ];
    let paths = ["/bytes/10/note/a", "/bytes/11/note/b"];
    let all: Vec<_> = paths.into_iter().chain(failing).collect();
    let (stdout, stderr) = ended(&site.command(bench, &all).output()?, 1)?;
    ensure!(
        site.all_whole(&paths, false)? == 2,
        "the others are not there"
    );
    ensure!(stdout.lines().count() == 2, "{stdout}");
    for path in failing {
        let line = format!("failed {}: ", site.origin.url(path));
        ensure!(stderr.contains(&line), "no {line:?} in: {stderr}");
    }
    Ok(())
}

fn hostile_names<M: Model>(bench: &Bench<M>) -> Result<()> {
    let site = Site::new()?;
    let name = "%1B%5B2J%0D%08%C2%9B31m%E2%80%AE%E2%80%8B%0Asaved";
    let header = format!("attachment; filename*=UTF-8''{name}");
    let header: String = header.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let paths = [
        format!("/bytes/10/note/{name}"),
        format!("/header/content-disposition/{header}/bytes/11/note/a"),
        format!("/status/404/note/{name}"),
        format!("/bytes/12/note/..%2F{name}"),
    ];
    for locale in ["C.UTF-8", "C"] {
        let mut command = site.command(bench, &paths);
        let output = command.args(["--force"]).env("LC_ALL", locale).output()?;
        let (stdout, stderr) = ended(&output, 1)?;
        for text in [stdout, stderr] {
            let is_seen = |c: char| {
                c == '\n' || !(c.is_control() || ['\u{202e}', '\u{200b}'].contains(&c))
            };
            ensure!(text.chars().all(is_seen), "{text:?}");
            ensure!(locale != "C" || text.is_ascii(), "{text:?}");
            // Two results; two failures and a count.
            ensure!((2..=4).contains(&text.lines().count()), "{text:?}");
        }
    }
    let count = fs::read_dir(site.dir.path())?.count();
    ensure!(count == 2, "{count} files");
    Ok(())
}

fn late_answer<M: Model>(bench: &Bench<M>) -> Result<()> {
    let site = Site::new()?;
    let late = "/after/1500ms/bytes/1000/note/late";
    let paths = ["/bytes/11/note/b", "/bytes/12/note/c"];
    let mut command = site.command(bench, &[late, paths[0], paths[1]]);
    let output = command
        .args(["--workers", "1", "--timeout", "1s"])
        .output()?;
    let (_, stderr) = ended(&output, 1)?;
    ensure!(site.all_whole(&paths, false)? == 2, "{stderr}");
    Ok(())
}

fn a_thousand_urls<M: Model>(bench: &Bench<M>) -> Result<()> {
    let site = Site::new()?;
    let paths: Vec<_> = (0..1000)
        .map(|number| format!("/bytes/64/note/f{number}"))
        .collect();
    let urls: Vec<_> = paths.iter().map(|path| site.origin.url(path)).collect();
    let list = TemporaryFile::new()?;
    fs::write(list.path(), urls.join("\n"))?;
    let mut command = site.command(bench, &[""; 0]);
    let output = command.arg("--urls-from").arg(list.path()).output()?;
    let (stdout, _) = ended(&output, 0)?;
    ensure!(site.all_whole(&paths, false)? == 1000, "some are missing");
    ensure!(stdout.lines().count() == 1000, "not a line a file");
    Ok(())
}

fn flags_of_trials<M: Model>(bench: &Bench<M>) -> Result<()> {
    let site = Site::new()?;
    for flag in ["--all", "--time-limit=1s"] {
        let mut command = site.command(bench, &["/bytes/10/note/a"]);
        let (_, stderr) = ended(&command.arg(flag).output()?, 2)?;
        let is_said = stderr.contains("is for trials") && stderr.lines().count() == 1;
        ensure!(is_said, "{stderr}");
    }
    ensure!(site.origin.record().requests == 0, "something was fetched");
    Ok(())
}

fn directory_that_is_none<M: Model>(bench: &Bench<M>) -> Result<()> {
    let origin = Origin::start()?;
    let file = TemporaryFile::new()?;
    // Modes mean nothing to root, and no user can write in /proc.
    let dirs = [Path::new("/proc"), Path::new("/dev/full"), file.path()];
    for dir in dirs {
        let mut command = bench.demo(&["--dir"]);
        let output = command
            .arg(dir)
            .arg(origin.url("/bytes/10/note/a"))
            .output()?;
        let (stdout, stderr) = ended(&output, 2)?;
        ensure!(
            stdout.is_empty() && stderr.lines().count() == 1,
            "{stdout}{stderr}"
        );
        ensure!(
            stderr.contains("name a directory that can be written"),
            "{stderr}"
        );
    }
    ensure!(origin.record().requests == 0, "something was fetched");
    Ok(())
}

fn stdout_closed<M: Model>(bench: &Bench<M>) -> Result<()> {
    let site = Site::new()?;
    let paths: Vec<_> = (0..200)
        .map(|number| format!("/bytes/64/note/f{number}"))
        .collect();
    let (reader, writer) = std::io::pipe()?;
    drop(reader);
    let output = site.command(bench, &paths).stdout(writer).output()?;
    let (_, stderr) = ended(&output, 1)?;
    ensure!(stderr.is_empty(), "not quiet: {stderr}");
    site.all_whole(&paths, false).map(drop)
}
