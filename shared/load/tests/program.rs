//! The program: its report, its exit codes, and one line for what is wrong.

mod server;

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use server::{OK, Outcome, Server, Then, reply};

fn load(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_load"));
    command.args(arguments).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).expect("standard output is one object")
}

#[test]
fn bad_arguments_are_one_line_that_says_what_to_do() -> Outcome {
    let url = "http://127.0.0.1:9/";
    for (arguments, code, says) in [
        (&[][..], 2, "<URL>"),
        (&["127.0.0.1:9"], 2, "write one such as http://"),
        (&["https://127.0.0.1:9/"], 2, "https is not spoken"),
        (&["http://192.0.2.1/"], 2, "--anywhere"),
        (&["http://a@127.0.0.1/"], 2, "names a user"),
        (
            &[url, "--rate", "0"],
            2,
            "the rate must be 1 to 1000000, not 0",
        ),
        (&[url, "--rate", "-1"], 2, "--rate"),
        (&[url, "--rate", "nan"], 2, "write a whole number"),
        (&[url, "--connections", "1e3"], 2, "write a whole number"),
        (&[url, "--rate", "5", "--closed"], 2, "cannot be used with"),
        (&[url, "--duration", "5"], 2, "1.5s"),
        (&[url, "--duration=-5s"], 2, "--duration"),
        (
            &[url, "--duration", "11m"],
            2,
            "the duration must be 10ms to 600s",
        ),
        (&[url, "--duration", "infs"], 2, "1.5s"),
        (
            &[url, "--connections", "10001"],
            2,
            "connections must be 1 to 10000",
        ),
        (&[url, "--grace", "2m"], 2, "the grace time must be"),
        (&[url, "--timeout", "0s"], 2, "the timeout must be 1ms"),
        (
            &[url, "--rate", "1000000", "--duration", "9m"],
            2,
            "requests",
        ),
        (&[url, "--colour\x1b[31m"], 2, "--help"),
        // The discard port, on which nothing listens.
        (&[url, "--timeout", "1s"], 1, "is a server listening there?"),
    ] {
        let output = load(arguments).output()?;
        let line = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {line}");
        assert_eq!(line.lines().count(), 1, "{arguments:?}: {line}");
        assert!(line.contains(says), "{arguments:?}: {line}");
        assert!(!line.contains('\x1b'), "{line:?}");
        assert!(output.stdout.is_empty());
    }
    Ok(())
}

#[test]
fn what_cannot_be_said_changes_no_exit_code() -> Outcome {
    let full = std::fs::File::options().write(true).open("/dev/full")?;
    let mut command = load(&["http://127.0.0.1:9/\u{202e}", "--rate", "x"]);
    let said = text(&command.output()?.stderr);
    assert!(
        !said.contains('\u{202e}') && said.lines().count() == 1,
        "{said}"
    );
    let status = command.stderr(full).status()?;
    assert_eq!(status.code(), Some(2));
    Ok(())
}

#[test]
fn the_report_is_one_object_and_the_exit_code_is_what_came_of_it() -> Outcome {
    let server = Server::start(|_| reply(OK, Then::Keep));
    let url = format!("http://{}/", server.address);
    let common = [&url[..], "--rate", "500", "--duration", "100ms", "--json"];
    for (more, code, says) in [
        (&["--late", "1s"][..], 0, ""),
        (&["--late", "0s"], 3, "did not keep its schedule"),
    ] {
        let output = load(&[&common[..], more].concat()).output()?;
        let line = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{line}");
        assert!(line.contains(says) && line.lines().count() <= 1, "{line}");
        let report = json(&output);
        assert_eq!(report["due"], 50);
        assert_eq!(report["answered"], 50);
        assert_eq!(report["response"]["count"], 50);
        assert_eq!(report["schedule_kept"], code == 0);
    }
    let output = load(&[&url, "--closed", "--duration", "100ms"]).output()?;
    assert_eq!(output.status.code(), Some(0));
    let report = text(&output.stdout);
    assert!(report.contains("closed loop, 64 connections"), "{report}");
    Ok(())
}

#[test]
fn requests_that_fail_are_an_exit_code() -> Outcome {
    let text = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n";
    let server = Server::start(move |_| reply(text, Then::Keep));
    let url = format!("http://{}/", server.address);
    let arguments = [
        &url[..],
        "--rate",
        "100",
        "--duration",
        "50ms",
        "--late",
        "1s",
    ];
    let output = load(&arguments).arg("--json").output()?;
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(json(&output)["errors"]["status"], 5);
    assert_eq!(json(&output)["statuses"]["503"], 5);
    Ok(())
}

#[test]
fn a_signal_ends_it_with_what_was_measured() -> Outcome {
    let asked = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&asked);
    let server = Server::start(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        reply(OK, Then::Keep)
    });
    let url = format!("http://{}/", server.address);
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        asked.store(0, Ordering::Relaxed);
        let child = load(&[&url, "--duration", "60s", "--json"]).spawn()?;
        // What has asked so often listens to signals.
        let clock = Instant::now();
        while asked.load(Ordering::Relaxed) < 50 {
            assert!(clock.elapsed() < Duration::from_secs(30), "it asks nothing");
            std::thread::sleep(Duration::from_millis(5));
        }
        kill_process(Pid::from_child(&child), signal)?;
        let output = child.wait_with_output()?;
        assert_eq!(output.status.code(), Some(code));
        let report = json(&output);
        assert_eq!(report["interrupted"], true);
        assert!(report["answered"].as_u64() > Some(10), "{report}");
    }
    Ok(())
}

#[test]
fn a_report_that_cannot_be_written_is_a_failure() -> Outcome {
    let server = Server::start(|_| reply(OK, Then::Keep));
    let url = format!("http://{}/", server.address);
    for (output, lines) in [(">&-", 1), (">/dev/full", 1), ("| true", 0)] {
        let script = format!("\"$0\" \"$@\" {output}; exit ${{PIPESTATUS[0]}}");
        let mut command = Command::new("bash");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_load"), &url]);
        // A pipe's reader has left by then.
        let output = command.args(["--duration", "500ms", "--json"]).output()?;
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{script}: {said}");
        assert_eq!(said.lines().count(), lines, "{script}: {said}");
    }
    Ok(())
}

#[test]
fn one_signal_ends_what_prints_to_a_reader_that_takes_nothing() -> Outcome {
    let server = Server::start(|_| reply(OK, Then::Keep));
    let url = format!("http://{}/", server.address);
    let (_reader, mut writer) = std::io::pipe()?;
    // As much as a pipe takes.
    writer.write_all(&[b' '; 1 << 16])?;
    let mut child = load(&[&url, "--duration", "100ms"])
        .stdout(writer)
        .spawn()?;
    std::thread::sleep(Duration::from_secs(2));
    assert!(child.try_wait()?.is_none(), "it ended");
    kill_process(Pid::from_child(&child), Signal::TERM)?;
    let clock = Instant::now();
    let ended = loop {
        if let Some(ended) = child.try_wait()? {
            break ended;
        }
        if clock.elapsed() > Duration::from_secs(10) {
            child.kill()?;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(ended.code(), Some(143));
    Ok(())
}

/// Four threads send at once, so that there is nearly always something to read.
#[test]
fn an_answer_without_end_is_given_up_in_time_and_ended_by_a_signal() -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/", listener.local_addr()?);
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let mut client = client;
            // Before the request nothing is due, and what comes belongs to nobody.
            _ = client.read(&mut [0; 1024]);
            let head = b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999999\r\n\r\n";
            // A client that gives up is what is tested.
            _ = client.write_all(head);
            for mut client in (0..4).map_while(|_| client.try_clone().ok()) {
                let bytes = vec![b'x'; 1 << 20];
                std::thread::spawn(move || while client.write_all(&bytes).is_ok() {});
            }
        }
    });
    let common = [&url[..], "--connections", "1", "--json", "--closed"];
    let clock = Instant::now();
    let times = ["--duration", "300ms", "--timeout", "300ms", "--grace", "1s"];
    let output = load(&common).args(times).output()?;
    assert!(clock.elapsed() < Duration::from_secs(10), "{output:?}");
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert_ne!(json(&output)["errors"]["timed_out"], 0);
    let child = load(&common)
        .args(["--duration", "60s", "--timeout", "60s"])
        .spawn()?;
    std::thread::sleep(Duration::from_millis(500));
    let clock = Instant::now();
    kill_process(Pid::from_child(&child), Signal::INT)?;
    let output = child.wait_with_output()?;
    assert!(clock.elapsed() < Duration::from_secs(10), "{output:?}");
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    Ok(())
}
