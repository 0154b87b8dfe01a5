//! The schedule is fixed: requests become due at the rate, whatever the server does.

mod server;

use std::collections::BTreeMap;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use load::{Pace, Report};
use server::{EMPTY, OK, Outcome, Server, Then, reply};

/// Each request that was due has one outcome.
fn assert_complete(report: &Report) {
    let outcomes = report.answered + report.failed() + report.unanswered;
    assert_eq!(outcomes, report.due, "{report}");
}

/// The server takes 20 ms for each request, so it answers 50 per second of 500 that are
/// due. At the end, after 600 ms, request n of 300 has waited 600 ms − 2 ms·n, but the first
/// thirty: they were answered at 20 ms·n, after 18 ms·n. Both parts reach evenly from 0 to
/// 540 ms, so the median is 270 ms.
#[test]
fn a_slow_server_does_not_slow_what_becomes_due() -> Outcome {
    let server = Server::start(|_| {
        std::thread::sleep(Duration::from_millis(20));
        reply(OK, Then::Keep)
    });
    let mut plan = server.plan(Pace::Open { per_second: 500 }, 600, 4);
    plan.grace = Duration::ZERO;
    let report = load::run(&plan, None)?;
    assert_eq!(report.due, 300, "{report}");
    assert!((1..60).contains(&report.answered), "{report}");
    assert_complete(&report);
    assert!(
        (499.9..=500.1).contains(&report.offered_per_second),
        "{report}"
    );
    assert!(report.achieved_per_second < 51.0, "{report}");
    assert_eq!(report.response.count(), 300);
    let median = report.response.at(0.5).ok_or(EMPTY)? as f64;
    // Less 10 %. What a busy machine adds makes it more.
    assert!(median > 243e6, "{report}");
    // Four connections wait their turn, so a request is under way for four times 20 ms.
    assert!(
        report.service.at(0.5).ok_or(EMPTY)? < 150_000_000,
        "{report}"
    );
    // Waiting for a connection is not the generator's lateness.
    assert!(report.schedule_kept, "{report}");
    Ok(())
}

#[test]
fn the_grace_time_lets_the_queue_be_answered() -> Outcome {
    let server = Server::start(|_| {
        std::thread::sleep(Duration::from_millis(5));
        reply(OK, Then::Keep)
    });
    let plan = server.plan(Pace::Open { per_second: 400 }, 200, 2);
    let report = load::run(&plan, None)?;
    assert_eq!((report.due, report.answered), (80, 80), "{report}");
    // 80 requests of 5 ms take 400 ms, of which the last one was due at 197.5 ms.
    assert!(report.achieved_per_second < 201.0, "{report}");
    assert!(
        report.response.most().ok_or(EMPTY)? > 195_000_000,
        "{report}"
    );
    Ok(())
}

#[test]
fn a_server_that_ends_is_counted_and_requests_still_become_due() -> Outcome {
    let server = Server::start(|_| reply(OK, Then::Keep));
    let mut plan = server.plan(Pace::Open { per_second: 500 }, 400, 4);
    plan.grace = Duration::ZERO;
    let ends = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(150));
        drop(server);
    });
    let report = load::run(&plan, None)?;
    ends.join().expect("it only drops the server");
    assert_eq!(report.due, 200, "{report}");
    assert_complete(&report);
    assert!(report.answered < 150 && report.unanswered > 50, "{report}");
    assert!(report.unopened > 0, "{report}");
    Ok(())
}

#[test]
fn connections_take_turns() -> Outcome {
    let counts = Arc::new(Mutex::new(BTreeMap::new()));
    let note = counts.clone();
    let server = Server::start_by_client(move |_, port| {
        let mut counts = note.lock().expect("no holder panics");
        *counts.entry(port).or_insert(0) += 1;
        reply(OK, Then::Keep)
    });
    let plan = server.plan(Pace::Open { per_second: 400 }, 200, 8);
    let report = load::run(&plan, None)?;
    assert_eq!(report.answered, 80, "{report}");
    // Even where two answers change places, none is left out.
    let counts = counts.lock().expect("no holder panics");
    assert_eq!(counts.len(), 8);
    assert!(counts.values().all(|n| (8..=12).contains(n)), "{counts:?}");
    Ok(())
}

#[test]
fn it_ends_when_asked_with_what_was_measured() -> Outcome {
    let server = Server::start(|_| reply(OK, Then::Keep));
    let plan = server.plan(Pace::Open { per_second: 500 }, 60_000, 4);
    let (stop, ours) = UnixStream::pair()?;
    let asks = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        drop(ours);
    });
    let begun = Instant::now();
    let report = load::run(&plan, Some(stop.as_fd()))?;
    asks.join().expect("it only closes the pair");
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!(report.interrupted && report.answered > 20, "{report}");
    assert!(
        (450.0..=550.0).contains(&report.offered_per_second),
        "{report}"
    );
    assert_complete(&report);
    Ok(())
}

#[test]
fn lateness_above_the_bound_is_a_doubt() -> Outcome {
    let server = Server::start(|_| reply(OK, Then::Keep));
    let mut plan = server.plan(Pace::Open { per_second: 500 }, 100, 4);
    let report = load::run(&plan, None)?;
    assert!(
        report.schedule_kept && report.doubts().is_empty(),
        "{report}"
    );
    assert_eq!(report.lateness.count(), 50);
    plan.late = Duration::ZERO;
    let report = load::run(&plan, None)?;
    assert!(
        !report.schedule_kept && report.doubts().len() == 1,
        "{report}"
    );
    Ok(())
}
