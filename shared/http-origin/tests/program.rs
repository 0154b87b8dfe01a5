//! The program: its address, its exit codes, and that it ends quickly.

mod client;

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use client::Outcome;
use http_origin::Origin;
use rustix::process::{Pid, Signal, kill_process};

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_http-origin"));
    command
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The line that it prints.
fn address(child: &mut Child) -> Result<String, Box<dyn std::error::Error>> {
    let mut line = String::new();
    BufReader::new(child.stdout.take().ok_or("piped")?).read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}

fn one_line(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(text.lines().count(), 1, "{text}");
    text.into_owned()
}

#[test]
fn a_signal_ends_it_at_once() -> Outcome {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut child = program(&["--listen", "127.0.0.1:0"]).spawn()?;
        let address = address(&mut child)?;
        let _open = TcpStream::connect(address)?;
        let pid = Pid::from_child(&child);
        let asked = Instant::now();
        kill_process(pid, signal)?;
        assert_eq!(child.wait()?.code(), Some(code));
        assert!(asked.elapsed() < Duration::from_secs(1));
    }
    Ok(())
}

#[test]
fn a_port_in_use_is_one_line_that_says_what_to_do() -> Outcome {
    let origin = Origin::start()?;
    let output = program(&["--listen", &origin.address().to_string()]).output()?;
    assert_eq!(output.status.code(), Some(1));
    assert!(one_line(&output).contains("port 0"));
    Ok(())
}

#[test]
fn misuse_is_one_line_and_exit_2() -> Outcome {
    for arguments in [
        ["--listen", "nowhere"],
        ["--lisen", "x"],
        ["--listen", "\u{1b}[2J\r\u{9b}\u{202e}"],
        ["--\u{1b}[2J\r", "x"],
    ] {
        let output = program(&arguments).output()?;
        assert_eq!(output.status.code(), Some(2));
        let line = one_line(&output);
        let plain = |c: char| !c.is_control() && c != '\u{202e}';
        assert!(line.trim_end().chars().all(plain), "{line:?}");
    }
    assert_eq!(program(&["--help"]).output()?.status.code(), Some(0));
    Ok(())
}

#[test]
fn tls_prints_what_a_client_needs() -> Outcome {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("ca.pem");
    let file = file.to_str().ok_or("a name in UTF-8")?;
    let arguments = ["--listen", "127.0.0.1:0", "--tls", "--ca-out", file];
    let mut child = program(&arguments).spawn()?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("piped")?).lines();
    let address = lines.next().ok_or("an address")??;
    let line = lines.next().ok_or("a second line")??;
    assert_eq!(line, format!("https://{address}/ --cacert {file}"));
    assert!(std::fs::read_to_string(file)?.starts_with("-----BEGIN CERTIFICATE-----"));
    kill_process(Pid::from_child(&child), Signal::TERM)?;
    assert_eq!(child.wait()?.code(), Some(143));
    for file in ["/no/ca.pem", "/dev/full"] {
        let arguments = ["--listen", "127.0.0.1:0", "--tls", "--ca-out", file];
        let output = program(&arguments).output()?;
        assert_eq!(output.status.code(), Some(1));
        assert!(one_line(&output).contains("name another file"));
    }
    for (arguments, missing) in [
        (&["--ca-out", "ca.pem"][..], "--tls"),
        (&["--tls"], "--ca-out <FILE>"),
    ] {
        let output = program(arguments).output()?;
        assert_eq!(output.status.code(), Some(2));
        let line = one_line(&output);
        let said = format!("were not provided: {missing}; --help says how");
        assert!(line.contains(&said), "{line}");
    }
    Ok(())
}

#[test]
fn an_address_that_cannot_be_said_is_a_failure() -> Outcome {
    for output in [">&-", ">/dev/full"] {
        let script = format!("exec \"$0\" --listen 127.0.0.1:0 {output}");
        let mut command = Command::new("sh");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_http-origin")]);
        let output = command.output()?;
        assert_eq!(output.status.code(), Some(1), "{script}");
        assert!(one_line(&output).contains("standard output"));
    }
    Ok(())
}
