//! Downloads that stay, ended from outside.

use std::{
    fs::File,
    io::Read,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use rustix::io::ioctl_fionread;
use rustix::process::{Pid, Signal, kill_process};
use test_fixtures::{Bench, Case, Model, temporary::TemporaryFile};

use super::site::{Site, ended};

/// How long a program has to end.
const PROMPT: Duration = Duration::from_secs(1);

/// How often a program is killed, each time a little later.
const KILLS: u64 = 6;

pub(super) fn cases<M: Model>() -> Vec<Case<M>> {
    vec![
        Case::custom(
            "killed",
            "killed at any point, what stands under a final name is whole; the next run \
             removes the rest",
            killed,
        ),
        Case::custom(
            "quit_for_good",
            "SIGQUIT: exit code 131 within a second, whole files and no others",
            |bench| ends_on(bench, Signal::QUIT, 131),
        ),
        Case::custom(
            "interrupted_for_good",
            "Ctrl-C: exit code 130 within a second, whole files and no others",
            |bench| ends_on(bench, Signal::INT, 130),
        ),
        Case::custom(
            "terminated_for_good",
            "SIGTERM: exit code 143 within a second, whole files and no others",
            |bench| ends_on(bench, Signal::TERM, 143),
        ),
        Case::custom(
            "interrupted_unread",
            "Ctrl-C while nobody reads the results: the same",
            interrupted_unread,
        ),
        Case::custom(
            "told_at_once",
            "a file is told of while another is still under way",
            told_at_once,
        ),
    ]
}

/// Files of which some are always under way: at once, in pieces, and never.
fn paths() -> Vec<String> {
    let quick = (0..400).map(|number| format!("/bytes/5000/note/quick{number}"));
    let slow =
        (0..20).map(|number| format!("/bytes/3000/drip/100/2ms/note/slow{number}"));
    let stuck = ["/bytes/3000/stall/2000/note/stuck".to_owned()];
    stuck.into_iter().chain(slow).chain(quick).collect()
}

fn killed<M: Model>(bench: &Bench<M>) -> Result<()> {
    let paths = paths();
    for kill in 0..KILLS {
        let site = Site::new()?;
        let mut child = begun(bench, &site, &paths)?;
        thread::sleep(Duration::from_millis(kill * 35));
        child.0.kill()?;
        child.0.wait()?;
        site.all_whole(&paths, true)?;
        ended(&site.command(bench, &["/bytes/3/note/next"]).output()?, 0)?;
        ensure!(!unfinished(&site)?, "the next run left them");
    }
    Ok(())
}

/// Whether a file stands there that is not whole.
fn unfinished(site: &Site) -> Result<bool> {
    let mut entries = std::fs::read_dir(site.dir.path())?.flatten();
    Ok(entries.any(|entry| entry.file_name().as_encoded_bytes().starts_with(b".")))
}

fn ends_on<M: Model>(bench: &Bench<M>, signal: Signal, code: i32) -> Result<()> {
    let (site, paths) = (Site::new()?, paths());
    let child = begun(bench, &site, &paths)?;
    ends(child, signal, code)?;
    site.all_whole(&paths, false).map(drop)
}

fn interrupted_unread<M: Model>(bench: &Bench<M>) -> Result<()> {
    /// How long nothing may come for the pipe to be full.
    const FULL: Duration = Duration::from_millis(250);
    let long = |number| format!("/bytes/64/note/{number:0>200}");
    let stuck = "/bytes/3000/stall/2000/note/stuck".to_owned();
    let paths: Vec<_> = [stuck].into_iter().chain((0..400).map(long)).collect();
    let site = Site::new()?;
    let (unread, writer) = std::io::pipe()?;
    let mut command = site.command(bench, &paths);
    command.stdout(writer).stderr(Stdio::piped());
    let child = Running(command.spawn()?);
    let (started, mut last) = (Instant::now(), (0, Instant::now()));
    while last.0 == 0 || last.1.elapsed() < FULL {
        let written = ioctl_fionread(&unread)?;
        if written != last.0 {
            last = (written, Instant::now());
        }
        ensure!(
            started.elapsed() < Duration::from_secs(10),
            "{written} bytes, and no end"
        );
        thread::sleep(Duration::from_millis(2));
    }
    ends(child, Signal::INT, 130)?;
    site.all_whole(&paths, false).map(drop)
}

fn told_at_once<M: Model>(bench: &Bench<M>) -> Result<()> {
    let paths = ["/hang", "/bytes/10/note/a", "/bytes/11/note/b"];
    let site = Site::new()?;
    let out = TemporaryFile::new()?;
    let mut command = site.command(bench, &paths);
    command.args(["--workers", "3", "--timeout", "60s"]);
    command
        .stdout(File::create(out.path())?)
        .stderr(Stdio::piped());
    let mut child = Running(command.spawn()?);
    let started = Instant::now();
    while std::fs::read_to_string(out.path())?.lines().count() < 2 {
        ensure!(child.0.try_wait()?.is_none(), "it ended by itself");
        ensure!(
            started.elapsed() < Duration::from_secs(10),
            "nothing is told of two files while a third is under way"
        );
        thread::sleep(Duration::from_millis(2));
    }
    ends(child, Signal::INT, 130)?;
    site.all_whole(&paths, false).map(drop)
}

fn ends(mut child: Running, signal: Signal, code: i32) -> Result<()> {
    kill_process(Pid::from_child(&child.0), signal)?;
    let sent = Instant::now();
    let status = loop {
        if let Some(status) = child.0.try_wait()? {
            break status;
        }
        ensure!(
            sent.elapsed() < PROMPT,
            "it runs on {PROMPT:?} after the signal"
        );
        thread::sleep(Duration::from_millis(2));
    };
    ensure!(
        status.code() == Some(code),
        "{status}, not exit code {code}"
    );
    let mut stderr = String::new();
    let pipe = child.0.stderr.as_mut().context("stderr is piped")?;
    pipe.read_to_string(&mut stderr)?;
    ensure!(
        stderr.contains("interrupted: "),
        "it does not say so: {stderr}"
    );
    Ok(())
}

/// A download that stays, of which at least one file stands.
fn begun<M: Model>(bench: &Bench<M>, site: &Site, paths: &[String]) -> Result<Running> {
    let mut command = site.command(bench, paths);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = Running(command.spawn()?);
    let started = Instant::now();
    let stands = || -> Result<bool> {
        let mut names = std::fs::read_dir(site.dir.path())?.flatten();
        Ok(names.any(|entry| !entry.file_name().as_encoded_bytes().starts_with(b".")))
    };
    while !stands()? {
        ensure!(
            started.elapsed() < Duration::from_secs(10),
            "it saved nothing"
        );
        ensure!(child.0.try_wait()?.is_none(), "it ended by itself");
        thread::sleep(Duration::from_millis(2));
    }
    Ok(child)
}

/// Kills the program if the case ends before it does.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Fails only if it has ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
