//! An open-loop load generator for HTTP/1.1: requests start when they are due.
//!
//! One thread sends requests at a fixed rate over keep-alive connections, whatever became
//! of the requests before. A request that is due while all connections are busy waits in a
//! queue, and its waiting counts.
//!
//! # What to notice
//! - **Coordinated omission.** A client that asks only when it has its answer asks nothing
//!   while the server stalls. So a stall of 200 ms is one slow request per connection, and
//!   no percentile shows it. Users don't wait for each other: at 1,000 requests per second,
//!   200 of them meet that stall.
//! - **Two times.** The *service time* counts from when a request was sent, the *response
//!   time* from when it was due. Where they part, requests have waited for a connection.
//!   Users see the response time.
//! - **The generator doubts itself.** It keeps how late it sent requests for which a
//!   connection was free. If the 99th percentile of that exceeds a bound, the figures are
//!   the generator's and not the server's, and the report warns of it.
//!
//! # Limits
//! - One thread, one target, one `GET` without a body, no TLS, no pipelining. Requests are
//!   due evenly; real arrivals come in bunches, and wait more.
//! - An answer's end is seen when the thread reads it. Where the generator is busy for
//!   most of the time, answers wait for it; [`Report::busy`] is that share of the time.
//! - A body without Content-Length and chunks ends with the connection. So a truncated
//!   one can't be told apart from a whole one (RFC 9112, section 6.3).
//! - No request is sent twice. One that meets a connection which the server just closed
//!   counts as [`Fault::Closed`] or [`Fault::Reset`].
//! - At most 10,000 connections, 1,000,000 requests per second, 50,000,000 requests and
//!   10 minutes. Linux only: epoll, timerfd.
//!
//! # Example
//! ```no_run
//! use load::{Pace, Plan, Target};
//!
//! let mut plan = Plan::new(Target::parse("http://127.0.0.1:8080/", false)?);
//! plan.pace = Pace::Open { per_second: 5_000 };
//! let report = load::run(&plan, None)?;
//! println!("{report}");
//! assert!(report.schedule_kept);
//! # Ok::<(), load::Error>(())
//! ```
#![forbid(unsafe_code)]

mod answer;
mod clock;
mod connection;
mod error;
mod exchange;
mod fault;
mod framing;
mod generator;
mod opening;
mod plan;
mod poll;
mod report;
mod schedule;
mod tally;
mod target;
mod times;

use std::os::fd::BorrowedFd;

pub use error::Error;
pub use fault::Fault;
pub use plan::{Pace, Plan};
pub use report::{Report, Span};
pub use target::Target;
pub use times::Times;

use generator::Generator;

/// Opens the plan's connections, offers its load and reports what was measured. Blocks the
/// calling thread for the plan's duration, and at most its timeout and grace time longer.
///
/// When `stop` becomes readable the run ends, and the report has what was measured so far.
///
/// # Errors
/// If a number of the plan is out of its bounds, the connections can't be opened, or a
/// system call fails that should not.
pub fn run(plan: &Plan, stop: Option<BorrowedFd<'_>>) -> Result<Report, Error> {
    run_with(plan, stop, || {})
}

/// The same, and calls `at_end` as soon as the last request was sent, while those under
/// way wait for their answers.
///
/// # Errors
/// As [`run`].
pub fn run_with(
    plan: &Plan,
    stop: Option<BorrowedFd<'_>>,
    at_end: impl FnOnce(),
) -> Result<Report, Error> {
    plan.check()?;
    let mut generator = Generator::new(plan, stop)?;
    generator.open_all()?;
    let ended = generator.drive(at_end)?;
    generator.count_unanswered(ended);
    Ok(Report::new(plan, generator, ended))
}
