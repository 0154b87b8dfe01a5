//! A request that fails is counted in its class, and costs no other request.

mod server;

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::time::Duration;

use load::{Error, Fault, Pace, Target};
use server::{EMPTY, OK, Outcome, Reply, Server, Then, reply};

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/// What is answered to one request, and what it must be counted as.
fn cases() -> Vec<(Reply, Option<Fault>)> {
    let ok = |text: &str| (reply(text, Then::Keep), None);
    let fault = |text: &str, then, fault| (reply(text, then), Some(fault));
    let long = format!("HTTP/1.1 200 OK\r\nA: {}\r\n\r\n", "a".repeat(20_000));
    let error = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\nno";
    let cut_chunks = format!("{CHUNKED}5\r\nab");
    let ambiguous =
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc";
    vec![
        ok(OK),
        ok(&format!("{CHUNKED}2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\n")),
        (reply("HTTP/1.0 200 OK\r\n\r\nabc", Then::Close), None),
        (
            reply(
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc",
                Then::Close,
            ),
            None,
        ),
        fault(error, Then::Keep, Fault::Status),
        fault("", Then::Reset, Fault::Reset),
        fault("", Then::Close, Fault::Closed),
        fault(
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
            Then::Close,
            Fault::Truncated,
        ),
        fault("HTTP/1.1 200 OK\r\nContent-", Then::Close, Fault::Truncated),
        fault(&cut_chunks, Then::Close, Fault::Truncated),
        fault(&long, Then::Keep, Fault::HeadTooLong),
        fault("HTP/1.1 200 OK\r\n\r\n", Then::Keep, Fault::Malformed),
        fault(ambiguous, Then::Keep, Fault::Malformed),
        fault(&format!("{OK}d"), Then::Keep, Fault::Malformed),
        fault(
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
            Then::Keep,
            Fault::TimedOut,
        ),
        fault("", Then::Keep, Fault::TimedOut),
    ]
}

#[test]
fn each_fault_is_counted_in_its_class() -> Outcome {
    const TIMES: u64 = 10;
    /// So many good answers follow that the last fault has come before the last request:
    /// what fails behind that opens no connection.
    const GOOD: u64 = 240;
    let mut expected = BTreeMap::new();
    let mut whole = 0;
    for (_, fault) in cases() {
        match fault {
            Some(fault) => *expected.entry(fault).or_insert(0) += TIMES,
            None => whole += TIMES,
        }
    }
    whole += GOOD;
    let per_case = cases().len() as u64;
    let faults = per_case * TIMES;
    let answers = cases();
    let server = Server::start(move |number| {
        let index = (number % per_case) as usize;
        let reply = &answers[if number < faults { index } else { 0 }].0;
        server::reply(&reply.text, reply.then)
    });
    let mut plan = server.plan(Pace::Open { per_second: 400 }, 1000, 8);
    assert_eq!(faults + GOOD, 400);
    plan.timeout = Duration::from_millis(200);
    let report = load::run(&plan, None)?;
    assert_eq!(report.due, 400, "{report}");
    assert_eq!(report.errors, expected, "{report}");
    assert_eq!((report.answered, report.unanswered), (whole, 0), "{report}");
    assert_eq!(
        report.statuses,
        BTreeMap::from([(200, whole), (500, TIMES)])
    );
    assert_eq!(report.body_bytes, 3 * whole + 2 * TIMES);
    // What timed out has its times kept; other failures have not.
    assert_eq!(report.response.count(), whole + expected[&Fault::TimedOut]);
    assert!(
        report.response.most().ok_or(EMPTY)? >= 200_000_000,
        "{report}"
    );
    // All but the whole answers on connections that are kept, and the 500s.
    assert_eq!(report.reopened, faults - 3 * TIMES, "{report}");
    assert_eq!(report.unopened, 0, "{report}");
    Ok(())
}

#[test]
fn a_server_that_closes_after_each_answer_costs_connections_and_no_request() -> Outcome {
    let closes = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc";
    let server = Server::start(move |_| reply(closes, Then::Close));
    let plan = server.plan(Pace::Open { per_second: 500 }, 200, 4);
    let report = load::run(&plan, None)?;
    assert_eq!(report.answered, 100, "{report}");
    // Those that were under way when the last request was sent are not opened again.
    assert!((96..100).contains(&report.reopened), "{report}");
    Ok(())
}

/// Behind the last request a connection would be opened for nothing: a server that is
/// stopped then would meet a client that wants nothing of it.
#[test]
fn the_last_answer_opens_no_connection() -> Outcome {
    let closes = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc";
    for pace in [Pace::Closed, Pace::Open { per_second: 500 }] {
        for then in [Then::Close, Then::Keep] {
            let server = Server::start(move |_| reply(closes, then));
            let mut plan = server.plan(pace, 200, 1);
            plan.most = 5;
            let report = load::run(&plan, None)?;
            assert_eq!((report.answered, report.reopened), (5, 4), "{report}");
        }
    }
    // Nor does the last failure.
    let server = Server::start(|_| reply("", Then::Reset));
    let mut plan = server.plan(Pace::Closed, 200, 1);
    plan.most = 5;
    let report = load::run(&plan, None)?;
    assert_eq!((report.failed(), report.reopened), (5, 4), "{report}");
    Ok(())
}

#[test]
fn a_run_without_connections_is_an_error() -> Outcome {
    let server = Server::start(|_| reply(OK, Then::Keep));
    let mut plan = server.plan(Pace::Closed, 50, 4);
    drop(server);
    let error = load::run(&plan, None).expect_err("nothing listens");
    assert!(matches!(error, Error::Connect { .. }), "{error}");

    // A server that accepts nothing, and lets at most two connections wait.
    let listener = TcpListener::bind("127.0.0.1:0")?;
    rustix::net::listen(&listener, 1)?;
    let url = format!("http://{}/", listener.local_addr()?);
    plan.target = Target::parse(&url, false)?;
    plan.timeout = Duration::from_millis(100);
    let error = load::run(&plan, None).expect_err("it takes too few");
    let few = matches!(
        error,
        Error::Few {
            open: 1..=3,
            wanted: 4,
            ..
        }
    );
    assert!(few, "{error}");

    plan.connections = 0;
    let error = load::run(&plan, None).expect_err("no connections are asked for");
    assert!(matches!(error, Error::Range { .. }), "{error}");
    Ok(())
}

#[test]
fn a_body_larger_than_a_read_is_one_answer() -> Outcome {
    const BODY: usize = 300_000;
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {BODY}\r\n\r\n");
    let text = head + &"a".repeat(BODY);
    let server = Server::start(move |_| reply(&text, Then::Keep));
    let plan = server.plan(Pace::Open { per_second: 100 }, 100, 2);
    let report = load::run(&plan, None)?;
    assert_eq!((report.answered, report.failed()), (10, 0), "{report}");
    assert_eq!(report.body_bytes, 10 * BODY as u64);
    Ok(())
}
