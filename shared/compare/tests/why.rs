//! What `compare why` counts, of real trials.
//!
//! Without strace and valgrind the tests that need them are listed as skipped.

use std::{
    env, fs,
    io::Write,
    os::unix::fs::symlink,
    path::Path,
    process::{Command, ExitCode, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use libtest_mimic::{Arguments, Trial};
use serde_json::{Value, json};
use test_fixtures::temporary::TemporaryDir;

type Test = fn() -> Result<()>;

/// Those that need no tool.
const ALONE: &[(&str, Test)] = &[
    ("what_is_missing_is_left_out", what_is_missing_is_left_out),
    ("what_cannot_be_counted", what_cannot_be_counted),
];

const WITH_TOOLS: &[(&str, Test)] = &[
    ("two_per_cent_are_found", two_per_cent_are_found),
    ("an_interrupt_leaves_nothing", an_interrupt_leaves_nothing),
    ("what_is_too_slow_is_ended", what_is_too_slow_is_ended),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let path = env::var_os("PATH").unwrap_or_default();
    let is_there = |program: &&str| {
        env::split_paths(&path).any(|folder| folder.join(program).is_file())
    };
    let are_there = ["strace", "valgrind"].iter().all(is_there);
    let run = |test: Test| move || test().map_err(|error| format!("{error:#}").into());
    let alone = ALONE
        .iter()
        .map(|(name, test)| Trial::test(*name, run(*test)));
    let with_tools = WITH_TOOLS.iter().map(|(name, test)| match are_there {
        true => Trial::test(*name, run(*test)),
        false => {
            let why = "no strace and valgrind; apt-get install strace valgrind";
            Trial::test(format!("{name}::skipped: {why}"), || Ok(()))
                .with_ignored_flag(true)
        }
    });
    libtest_mimic::run(&arguments, alone.chain(with_tools).collect()).exit_code()
}

/// A job of one thread, whose increments are almost all computing.
const JOB: &str = "--workers 1 --increments 20 --hold 1000 --threads 1";
/// The variant that is planted into, as a program that is brought.
const PLAIN: [&str; 4] = ["model", "locks", "trial", "std_mutex"];

/// A row that computes two per cent more in each increment is the same to the clock, since
/// what the start of a thread takes differs by far more; its instructions are not.
fn two_per_cent_are_found() -> Result<()> {
    let program = env!("CARGO_BIN_EXE_compare");
    let planted = format!(
        "planted=sed 's/\"hold\":1000/\"hold\":1020/' | {program} {}",
        PLAIN.join(" ")
    );
    let line = format!(
        "why locks --variants std_mutex {JOB} --repeats 2 --time-limit 2m --json --with"
    );
    let mut words: Vec<_> = line.split(' ').collect();
    words.push(&planted);
    let output = compare(&words);
    let counted = json(&output)?;
    let of = |row: usize, figure: &str, field: &str| {
        let number = &counted["rows"][row][figure][field];
        number
            .as_f64()
            .with_context(|| format!("{figure} of {row}: {counted}"))
    };
    let [plain, more] = [0, 1].map(|row| of(row, "instructions", "each"));
    let ratio = more? / plain?;
    ensure!((1.015..1.025).contains(&ratio), "{ratio}: {counted}");
    let [plain, more] = [0, 1].map(|row| of(row, "instructions", "spread"));
    let (spread, found) = (
        plain? + more?,
        of(1, "instructions", "each")? - of(0, "instructions", "each")?,
    );
    ensure!(found > 3.0 * spread, "{found} found, {spread} spread");
    // One thread, whose increments allocate nothing and call nothing.
    for figure in ["system_calls", "allocations"] {
        ensure!(of(0, figure, "each")?.abs() < 0.5, "{figure}: {counted}");
    }
    let [plain, more] = [1000, 1020].map(|hold| timed(program, hold));
    let ((plain, one), (more, other)) = (plain?, more?);
    ensure!(
        more.abs_diff(plain) <= one + other,
        "the clock tells {plain} ± {one} ns from {more} ± {other} ns as well"
    );
    Ok(())
}

/// The middle time of five jobs in nanoseconds, and how far they spread.
fn timed(program: &str, hold: u64) -> Result<(u64, u64)> {
    let mut all = Vec::new();
    for _ in 0..5 {
        let mut command = Command::new(program);
        command
            .args(PLAIN)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let job = json!({
            "workers": 1, "increments": 20, "threads": 1, "panic": false, "hold": hold
        });
        let mut stdin = child.stdin.take().context("it is piped")?;
        write!(stdin, "{job}")?;
        drop(stdin);
        let reply: Value = serde_json::from_slice(&child.wait_with_output()?.stdout)?;
        all.push(reply["nanos"].as_u64().context("nanoseconds")?);
    }
    all.sort_unstable();
    Ok((all[2], all[4] - all[0]))
}

/// All that a tool has started ends with this program.
fn an_interrupt_leaves_nothing() -> Result<()> {
    let program = env!("CARGO_BIN_EXE_compare");
    let trial = PLAIN.join(" ");
    for (place, condition) in [(1, "*"), (2, "*vgpreload*")] {
        let mark = mark(place);
        // valgrind comes after the others, for which this is a variant.
        let with = format!(
            "x=case \"$LD_PRELOAD\" in {condition}) exec sleep {mark};; \
             *) exec {program} {trial};; esac"
        );
        let mut child = of_two(&with).stdout(Stdio::null()).spawn()?;
        let clock = Instant::now();
        while living(&mark).is_empty() {
            ensure!(clock.elapsed() < Duration::from_secs(60), "{with} starts");
            ensure!(child.try_wait()?.is_none(), "{with} is run");
            thread::sleep(Duration::from_millis(5));
        }
        let killed = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()?;
        ensure!(killed.success());
        let clock = Instant::now();
        let status = child.wait()?;
        ensure!(
            clock.elapsed() < Duration::from_secs(2),
            "{:?}",
            clock.elapsed()
        );
        ensure!(status.code() == Some(130), "{status}");
        ensure_gone(&mark)?;
    }
    Ok(())
}

/// What takes too long is tried with fewer items, and then left out, with what to do.
fn what_is_too_slow_is_ended() -> Result<()> {
    let mark = mark(3);
    let with = format!("x=exec sleep {mark}");
    let output = of_two(&with)
        .args(["--time-limit", "300ms", "--json"])
        .output()?;
    ensure!(output.status.code() == Some(1), "{output:?}");
    let counted: Value = serde_json::from_slice(&output.stdout)?;
    let notes = counted["rows"][1]["notes"].to_string();
    for tool in ["system calls", "instructions", "allocations"] {
        ensure!(
            notes.contains(&format!("{tool}: of 4 times fewer items")),
            "{notes}"
        );
        ensure!(
            notes.contains(&format!("{tool}: none, as a trial took")),
            "{notes}"
        );
    }
    ensure!(
        notes.contains("--time-limit") && notes.contains("--increments"),
        "{notes}"
    );
    ensure_gone(&mark)
}

/// A tool that isn't there is named in a line with what to do; the others count.
fn what_is_missing_is_left_out() -> Result<()> {
    let directory = TemporaryDir::new()?;
    let env = ["/usr/bin/env", "/bin/env"].map(Path::new);
    let env = env.into_iter().find(|env| env.is_file()).context("env")?;
    symlink(env, directory.path().join("env"))?;
    let output = Command::new(env!("CARGO_BIN_EXE_compare"))
        .args([
            "why",
            "locks",
            "--variants",
            "std_mutex,smol",
            "--increments",
            "500",
        ])
        .args(["--workers", "1", "--json"])
        .env("PATH", directory.path())
        .output()?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{stderr}");
    for program in ["strace", "valgrind"] {
        let line = format!("{program} is not installed; on Debian, apt-get install");
        ensure!(stderr.lines().any(|one| one.contains(&line)), "{stderr}");
    }
    let counted: Value = serde_json::from_slice(&output.stdout)?;
    let row = &counted["rows"][0];
    ensure!(row.get("system_calls").is_none() && row.get("instructions").is_none());
    let each = row["allocations"]["each"].as_f64().context("allocations")?;
    ensure!(each.abs() < 0.1, "{counted}");
    Ok(())
}

/// What isn't right is one line.
fn what_cannot_be_counted() -> Result<()> {
    for (line, words) in [
        ("why", "write the model first: compare why MODEL"),
        ("why nonesuch", "there is no model \"nonesuch\""),
        ("why hazards", "hazards has no items"),
        (
            "why locks --variants nonesuch",
            "locks has no variant \"nonesuch\"",
        ),
        ("why locks --rounds 3", "it has no --rounds; leave it out"),
        ("why locks --csv", "it has no --csv; leave it out"),
        ("why locks --increments 0", "write --increments 1 or more"),
        ("why locks --increments nine", "'nine'"),
        ("why locks --repeats 0", "from 1 to 100"),
        ("why semaphores --tasks 600000", "1200000"),
    ] {
        let output = compare(&line.split(' ').collect::<Vec<_>>());
        let stderr = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.code() == Some(2), "{line}: {stderr}");
        ensure!(stderr.lines().count() == 1, "{line}: {stderr}");
        ensure!(stderr.contains(words), "{line}: {stderr}");
        ensure!(output.stdout.is_empty(), "{line}");
    }
    for line in [
        "why --help",
        "why locks --help",
        "help why",
        "help why locks",
    ] {
        let output = compare(&line.split(' ').collect::<Vec<_>>());
        ensure!(output.status.success(), "{line}");
        ensure!(stdout(&output).contains("--repeats"), "{line}");
    }
    Ok(())
}

/// A short job of a peer, which only strace counts, and of a program.
fn of_two(with: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_compare"));
    command
        .args(["why", "locks", "--variants", "python", "--increments", "20"])
        .args(["--workers", "1", "--repeats", "1", "--with", with])
        .stderr(Stdio::null());
    command
}

fn compare(words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_compare"));
    command.args(words).output().expect("compare starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn json(output: &Output) -> Result<Value> {
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{stderr}{}", stdout(output));
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Seconds that no other process sleeps.
fn mark(place: u32) -> String {
    format!("{}.{place}75", 1000 + std::process::id())
}

/// The processes that sleep so long, but for zombies.
fn living(mark: &str) -> Vec<String> {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let lines = all.filter_map(|entry| {
        let text = fs::read(entry.path().join("cmdline")).ok()?;
        let text = String::from_utf8_lossy(&text).replace('\0', " ");
        text.trim_end()
            .ends_with(&format!("sleep {mark}"))
            .then_some(text)
    });
    lines.collect()
}

fn ensure_gone(mark: &str) -> Result<()> {
    let clock = Instant::now();
    while !living(mark).is_empty() {
        let left = living(mark);
        ensure!(clock.elapsed() < Duration::from_secs(2), "left: {left:?}");
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}
