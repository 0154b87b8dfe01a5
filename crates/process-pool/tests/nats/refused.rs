//! What a server refuses, and what it is not.

use std::{fs, process::Command};

use anyhow::{Context, Result, ensure};
use async_nats::jetstream;
use process_pool::{
    Server, connect,
    parts::session::{End, WINDOW},
    variants::nats::map,
};
use rcgen::generate_simple_self_signed;
use tempfile::TempDir;
use tokio::runtime::Builder;

use crate::machine::{LIMIT, PROGRAM, scripted, worker, write_reply};

/// What a server takes that nobody has configured.
const MEBIBYTE: &str = "max_payload: 1048576";

pub(crate) fn an_answer_over_the_limit_is_refused_by_size() -> Result<()> {
    let directory = TempDir::new()?;
    let reply = directory.path().join("reply");
    write_reply(&reply, 0, 1, &vec![7; 2_000_000])?;
    refused_by_size(
        [7],
        scripted("true", &reply),
        "the answer has 2000000 bytes",
    )
}

pub(crate) fn a_task_over_the_limit_is_refused_by_size() -> Result<()> {
    let large = String::from_utf8(vec![b'a'; 1_999_997])?;
    refused_by_size([large], worker, "the task has 2000000 bytes")
}

fn refused_by_size<T: serde::Serialize>(
    tasks: [T; 1],
    worker: impl Fn() -> std::io::Result<Command> + Clone + Send + 'static,
    words: &str,
) -> Result<()> {
    let server = Server::start_with(MEBIBYTE)?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let ends = runtime.block_on(async {
        let jetstream = jetstream::new(connect(server.url()).await?);
        let ends = map::<T, u32>(&jetstream, "large", 1, WINDOW, tasks, LIMIT, worker);
        anyhow::Ok(ends.await?)
    })?;
    let wanted = format!("{words}; the server takes 1048576 in a message");
    ensure!(ends == [End::Refused(wanted)], "{ends:?}");
    Ok(())
}

pub(crate) fn wrong_credentials_are_a_line() -> Result<()> {
    let server = Server::start_with("authorization { user: me, password: \"a:b\" }")?;
    let with = |who: &str| server.url().replace("nats://", &format!("nats://{who}"));
    let why = "authorization violation";
    for who in ["", "me:wrong@", "nobody@"] {
        is_a_line(&with(who), why)?;
    }
    let output = Command::new(PROGRAM)
        .args(["--variants", "nats", "--nats", &with("me:a%3Ab@")])
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    ensure!(output.status.success(), "{text}");
    ensure!(!text.contains("a:b") && !text.contains("a%3Ab"), "{text}");
    let output = Command::new(PROGRAM)
        .args(["--variants", "nats", "--nats", server.url()])
        .envs([("NATS_USER", "me"), ("NATS_PASSWORD", "a:b")])
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    ensure!(output.status.success(), "{text}");
    Ok(())
}

pub(crate) fn a_certificate_that_is_not_trusted_is_a_line() -> Result<()> {
    let directory = TempDir::new()?;
    let (certificate, key) = (directory.path().join("pem"), directory.path().join("key"));
    let made = generate_simple_self_signed(["127.0.0.1".to_owned()])?;
    fs::write(&certificate, made.cert.pem())?;
    fs::write(&key, made.signing_key.serialize_pem())?;
    let lines = format!("tls {{ cert_file: {certificate:?}, key_file: {key:?} }}");
    let server = Server::start_with(&lines)?;
    is_a_line(server.url(), "certificate")?;
    let trusting = Command::new(PROGRAM)
        .args(["--variants", "nats", "--nats", server.url()])
        .env("SSL_CERT_FILE", &certificate)
        .output()?;
    let text = String::from_utf8(trusting.stdout)?;
    ensure!(trusting.status.success(), "{text}");
    let plain = Server::start()?;
    is_a_line(&plain.url().replace("nats:", "tls:"), "corrupt message")
}

pub(crate) fn what_a_server_does_not_have_is_a_line() -> Result<()> {
    let server = Server::start()?;
    let url = server.url().to_owned();
    drop(server);
    is_a_line(&url, "Connection refused")
}

pub(crate) fn a_server_without_jetstream_is_a_line() -> Result<()> {
    let server = Server::start_with("jetstream: disabled")?;
    is_a_line(
        server.url(),
        "the server has no JetStream: nats-server -js has",
    )
}

/// The program and a worker's machine say it in a line, and end.
fn is_a_line(url: &str, words: &str) -> Result<()> {
    let row = Command::new(PROGRAM)
        .args(["--variants", "nats", "--nats", url, "--ranges", "1"])
        .output()?;
    let text = String::from_utf8(row.stdout)?;
    let line = text.lines().last().context("it says nothing")?;
    ensure!(row.status.code() == Some(1), "{}: {text}", row.status);
    ensure!(line.contains(words), "no {words:?} in: {line}");
    let machine = Command::new(PROGRAM)
        .args(["worker", "--nats", url])
        .output()?;
    let text = String::from_utf8(machine.stderr)?;
    ensure!(
        machine.status.code() == Some(1),
        "{}: {text}",
        machine.status
    );
    ensure!(text.lines().count() == 1, "not a line: {text}");
    ensure!(text.contains(words), "no {words:?} in: {text}");
    Ok(())
}
