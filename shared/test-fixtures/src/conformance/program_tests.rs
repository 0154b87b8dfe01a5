//! The tests of a model's command line: misuse, help, and an output that can't be written.

use std::{
    fs::OpenOptions,
    io::Write,
    process::{Command, Output, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{Model, Program};

pub(crate) struct Test {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&Program) -> Result<()>,
}

pub(crate) fn tests<M: Model>() -> Vec<Test> {
    let test = |name, run| Test { name, run };
    vec![
        test("help", help),
        test("list", list::<M>),
        test("source", source::<M>),
        test("unknown_flag", |program| {
            misuse(program.command().arg("--no-such-flag"), "--no-such-flag")
        }),
        test("duration_without_unit", |program| {
            misuse(program.command().args(["--time-limit", "5"]), "5s")
        }),
        test("slip_in_a_name", |program| {
            let name = M::variants()[0].name;
            let words = format!("did you mean {name}?");
            let slip = format!("{name}s");
            misuse(program.command().args(["--variants", &slip]), &words)
        }),
        test("unknown_variant", |program| {
            misuse(
                program.command().args(["--variants", "nonesuch"]),
                "nonesuch",
            )
        }),
        test("unknown_trial", |program| {
            misuse(program.command().args(["trial", "nonesuch"]), "nonesuch")?;
            match M::peers().first() {
                Some(peer) => {
                    misuse(program.command().args(["trial", peer.name]), "is a peer")
                }
                None => Ok(()),
            }
        }),
        test("job_is_not_json", |program| {
            job::<M>(program, "{]", "not one of")
        }),
        test("job_lacks_a_field", |program| {
            job::<M>(program, "{}", "missing field")
        }),
        test("job_has_a_field_too_many", |program| {
            let args = crate::job_args::<M>(&[""; 0])?;
            let job = M::job(&args)?;
            let mut value = serde_json::to_value(job)?;
            let object = value.as_object_mut().context("a job is an object")?;
            object.insert("surplus".into(), Value::Null);
            self::job::<M>(program, &value.to_string(), "surplus")
        }),
        test("closed_stdout", |program| {
            let (reader, writer) = std::io::pipe()?;
            drop(reader);
            let output = first_only::<M>(program).stdout(writer).output()?;
            quiet_failure(&output, |stderr| stderr.is_empty())
        }),
        test("no_stdout", |program| {
            let program = first_only::<M>(program);
            let mut command = Command::new("sh");
            command.args(["-c", "exec \"$0\" \"$@\" >&-"]);
            command.arg(program.get_program()).args(program.get_args());
            let output = command.output()?;
            quiet_failure(&output, |stderr| stderr.lines().count() == 1)
        }),
        test("full_disk", |program| {
            let full = OpenOptions::new().write(true).open("/dev/full")?;
            let output = first_only::<M>(program).stdout(full).output()?;
            quiet_failure(&output, |stderr| stderr.lines().count() == 1)
        }),
    ]
}

fn first_only<M: Model>(program: &Program) -> Command {
    let mut command = program.command();
    command.args(["--variants", M::variants()[0].name]);
    command
}

fn help(program: &Program) -> Result<()> {
    let mut command = program.command();
    let output = command.arg("--help").env("COLUMNS", "80").output()?;
    ensure!(output.status.success(), "--help: {}", output.status);
    let text = String::from_utf8(output.stdout)?;
    for word in [
        "Usage:",
        "--variants",
        "trial",
        "list",
        "source",
        "Examples:",
    ] {
        ensure!(text.contains(word), "--help has no {word:?}");
    }
    for line in text.lines() {
        ensure!(line.chars().count() <= 80, "wider than 80 columns: {line}");
    }
    Ok(())
}

fn list<M: Model>(program: &Program) -> Result<()> {
    let output = program.command().arg("list").output()?;
    let text = String::from_utf8(output.stdout)?;
    for variant in M::variants() {
        ensure!(text.contains(variant.name), "list has no {}", variant.name);
    }
    Ok(())
}

fn source<M: Model>(program: &Program) -> Result<()> {
    for variant in M::variants() {
        let output = program.command().args(["source", variant.name]).output()?;
        let text = String::from_utf8(output.stdout)?;
        ensure!(
            text == variant.source,
            "source {} is not its file",
            variant.name
        );
    }
    Ok(())
}

fn job<M: Model>(program: &Program, job: &str, words: &str) -> Result<()> {
    let mut child = program
        .command()
        .args(["trial", M::variants()[0].name])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    child
        .stdin
        .take()
        .context("stdin is piped")?
        .write_all(job.as_bytes())?;
    one_line_of_misuse(&child.wait_with_output()?, words)
}

fn misuse(command: &mut Command, words: &str) -> Result<()> {
    one_line_of_misuse(&command.output()?, words)
}

fn one_line_of_misuse(output: &Output, words: &str) -> Result<()> {
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.code() == Some(2),
        "{}, not exit code 2",
        output.status
    );
    ensure!(output.stdout.is_empty(), "standard output is for results");
    ensure!(stderr.lines().count() == 1, "more than one line: {stderr}");
    ensure!(stderr.contains(words), "no {words:?} in: {stderr}");
    Ok(())
}

fn quiet_failure(output: &Output, quiet: fn(&str) -> bool) -> Result<()> {
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.code() == Some(1),
        "{}, not exit code 1",
        output.status
    );
    ensure!(quiet(&stderr), "too much on standard error: {stderr}");
    Ok(())
}
