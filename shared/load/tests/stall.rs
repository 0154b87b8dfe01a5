//! A stall of 200 ms in the server: the response time shows all of it, and the service time
//! next to nothing.
//!
//! # Theory
//! The server answers at once, but for a stall of length S that begins when one request
//! reaches it. Requests are due at the rate R during D. Those that are due within the stall
//! are answered at its end, if the server then works off the queue much faster than it
//! fills. So a request that is due t after the stall's begin has the response time S − t:
//! from S down to 0, evenly, a step of 1/R each. The n-th longest of all R·D response times
//! is S − (n − 1)/R. The quantile q has (1 − q)·R·D longer ones, so it is
//!
//!     x(q) = S − (1 − q)·D    where (1 − q)·D < S
//!
//! and independent of R. Working off the queue at μ requests per second makes S − t into
//! S − t·(1 − R/μ). Here R/μ is about 0.02, which is at most 2 % of the quantiles below.

mod server;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use load::{Pace, Report};
use server::{EMPTY, OK, Outcome, Server, Then, reply};

const STALL: Duration = Duration::from_millis(200);
const CONNECTIONS: usize = 16;

/// A server that stalls once, when it has answered `after` requests, and how long that
/// was in nanoseconds: a sleep ends late on a busy machine.
fn stalling(after: u64) -> (Server, Arc<AtomicU64>) {
    let stalled = Arc::new(AtomicU64::new(0));
    let note = stalled.clone();
    let server = Server::start(move |number| {
        if number == after {
            let begun = Instant::now();
            std::thread::sleep(STALL);
            let ns = begun.elapsed().as_nanos() as u64;
            note.store(ns, Ordering::Release);
        }
        reply(OK, Then::Keep)
    });
    (server, stalled)
}

/// Whether the quantiles of the response time are within 5 % of theory, and few requests
/// have the stall in their service time; else what is not so.
fn compare(report: &Report, stall: u64, duration: f64) -> Result<(), String> {
    // Each connection meets the stall with one request, and the others don't.
    let met = report.service.above(stall / 2);
    if !(1..=CONNECTIONS as u64).contains(&met) {
        return Err(format!("{met} met it\n{report}"));
    }
    if report.service.at(0.9).ok_or(EMPTY)? >= stall / 4 {
        return Err(report.to_string());
    }
    let stall = stall as f64;
    for part in [0.90, 0.95, 0.99, 0.999] {
        let theory = stall - (1.0 - part) * duration;
        let seen = report.response.at(part).ok_or(EMPTY)? as f64;
        let ratio = seen / theory;
        if !(0.95..=1.05).contains(&ratio) {
            return Err(format!("{part}: {ratio} of {theory} ns\n{report}"));
        }
    }
    Ok(())
}

/// A busy machine adds stalls of its own, which theory does not know. They never bring all
/// quantiles of a wrong generator to where theory has them. So one run of three is enough.
#[test]
fn the_response_time_shows_the_stall_as_theory_has_it() -> Outcome {
    let mut compared = Err("no run".to_owned());
    for _ in 0..3 {
        let (server, stalled) = stalling(100);
        let plan = server.plan(Pace::Open { per_second: 500 }, 600, CONNECTIONS);
        let report = load::run(&plan, None)?;
        assert_eq!((report.due, report.answered), (300, 300), "{report}");
        assert_eq!(report.response.count(), 300);

        let stall = stalled.load(Ordering::Acquire);
        assert!(u128::from(stall) >= STALL.as_nanos());
        compared = compare(&report, stall, 600e6);
        if compared.is_ok() {
            break;
        }
    }
    Ok(compared?)
}

/// Here, too, a busy machine has stalls of its own, and one run of three is enough.
#[test]
fn a_closed_loop_omits_the_stall() -> Outcome {
    let mut last = String::new();
    for _ in 0..3 {
        let (server, stalled) = stalling(150);
        let plan = server.plan(Pace::Closed, 700, CONNECTIONS);
        let report = load::run(&plan, None)?;
        assert_eq!(report.due, report.answered, "{report}");
        let half = stalled.load(Ordering::Acquire) / 2;
        let met = report.response.above(half);
        let is_omitted = report.due > 100 * CONNECTIONS as u64
            && (1..=CONNECTIONS as u64).contains(&met)
            && report.response.at(0.99).ok_or(EMPTY)? < half / 5;
        if is_omitted {
            return Ok(());
        }
        last = format!("{met} met it\n{report}");
    }
    Err(last.into())
}
