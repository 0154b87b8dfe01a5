//! The report: what was offered, what came back, and whether the figures can be trusted.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::fault::Fault;
use crate::generator::Generator;
use crate::plan::{Pace, Plan};
use crate::times::Times;

/// What one run measured. Each request that became due is in `answered`, in one class of
/// `errors`, or in `unanswered`.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The URL.
    pub url: String,
    /// Whether each connection asked again upon its answer, rather than at a rate.
    pub closed: bool,
    /// Keep-alive connections.
    pub connections: usize,
    /// How long load was offered, in seconds.
    pub seconds: f64,
    /// Requests that became due; in a closed loop, that were sent.
    pub due: u64,
    /// Requests that became due each second.
    pub offered_per_second: f64,
    /// Whole 2xx answers for each second from the start until load was no more offered
    /// and the last request had ended.
    pub achieved_per_second: f64,
    /// Whole answers with a status of 2xx.
    pub answered: u64,
    /// Requests that failed, by class.
    pub errors: BTreeMap<Fault, u64>,
    /// Whole answers by their status.
    pub statuses: BTreeMap<u16, u64>,
    /// Requests that had no answer when the run ended, sent or not.
    pub unanswered: u64,
    /// Connections that were opened anew, after a failure or as the server closed them,
    /// while there were requests to send.
    pub reopened: u64,
    /// Attempts to open a connection that failed.
    pub unopened: u64,
    /// Bytes received, heads and all.
    pub received_bytes: u64,
    /// Bytes of whole answers' bodies.
    pub body_bytes: u64,
    /// Times from when a request was due to the end of its answer. Requests that timed out
    /// and those that had no answer at the end count with the time that they waited.
    pub response: Times,
    /// Times from when a request was sent; else as `response`.
    pub service: Times,
    /// How late requests were sent for which a connection was free. Empty in a closed loop.
    pub lateness: Times,
    /// The most that the 99th percentile of `lateness` may be, in nanoseconds.
    pub late_bound_ns: u64,
    /// Whether it was at most that.
    pub schedule_kept: bool,
    /// The part of the time, from 0 to 1, in which the generator had something to do.
    pub busy: f64,
    /// Whether the run was ended from outside, before its time.
    pub interrupted: bool,
    /// The exchanges that were answered, if the plan asked for them.
    #[serde(skip)]
    pub spans: Vec<Span>,
}

/// One exchange that was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The request's number, counted from 0.
    pub number: u64,
    /// Its connection's, counted from 0.
    pub connection: usize,
    /// When it was due, in nanoseconds of the system's monotonic clock.
    pub due: u64,
    /// When it was sent.
    pub start: u64,
    /// When its answer was whole.
    pub end: u64,
}

impl Report {
    pub(crate) fn new(plan: &Plan, generator: Generator<'_>, ended: u64) -> Report {
        let Generator {
            schedule,
            tally,
            stopped,
            ..
        } = generator;
        let due = schedule.due_by(ended);
        // It may end early since all was answered, and the schedule is as long as it was.
        let until = match stopped {
            true => schedule.end.min(ended),
            false if schedule.is_open() => schedule.end,
            // It may have sent as many as it was to.
            false => schedule.end.min(tally.last.max(schedule.start)),
        };
        let seconds = |until: u64| until.saturating_sub(schedule.start) as f64 / 1e9;
        let per_second = |count: u64, seconds: f64| match seconds > 0.0 {
            true => count as f64 / seconds,
            false => 0.0,
        };
        let bound = crate::clock::ns(plan.late);
        let late = tally.lateness.at(0.99);
        let last = tally.last.max(until);
        Report {
            url: plan.target.url().to_owned(),
            closed: plan.pace == Pace::Closed,
            connections: plan.connections,
            seconds: seconds(until),
            due,
            offered_per_second: per_second(due, seconds(until)),
            achieved_per_second: per_second(tally.answered, seconds(last)),
            answered: tally.answered,
            errors: tally.errors,
            statuses: tally.statuses,
            unanswered: tally.unanswered,
            reopened: tally.reopened,
            unopened: tally.unopened,
            received_bytes: tally.received,
            body_bytes: tally.bodies,
            response: tally.response,
            service: tally.service,
            lateness: tally.lateness,
            late_bound_ns: bound,
            schedule_kept: late.is_none_or(|late| late <= bound),
            busy: per_second(tally.busy, seconds(ended) * 1e9).min(1.0),
            interrupted: stopped,
            spans: tally.spans,
        }
    }

    /// Requests that failed, of all classes.
    pub fn failed(&self) -> u64 {
        self.errors.values().sum()
    }

    /// Whether there was at least one request, and each has a whole 2xx answer.
    pub fn is_whole(&self) -> bool {
        self.answered > 0 && self.failed() == 0 && self.unanswered == 0
    }

    /// What makes the figures the generator's own rather than the server's, a line each.
    pub fn doubts(&self) -> Vec<String> {
        let mut doubts = Vec::new();
        if let (false, Some(late)) = (self.schedule_kept, self.lateness.at(0.99)) {
            let (late, bound) = (Shown(late), Shown(self.late_bound_ns));
            doubts.push(format!(
                "the generator did not keep its schedule: the p99 of its own lateness is {late}, above {bound}; ask for a lower --rate, or give it a processor of its own"
            ));
        }
        if self.busy > 0.9 {
            let part = self.busy * 100.0;
            doubts.push(format!(
                "the generator was busy for {part:.0} % of the time: its figures may be its own and not the server's"
            ));
        }
        doubts
    }
}

/// Nanoseconds, for people.
struct Shown(u64);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = match self.0 {
            ns if ns < 1_000 => return f.pad(&format!("{ns} ns")),
            ns if ns < 1_000_000 => (ns as f64 / 1e3, "µs"),
            ns if ns < 1_000_000_000 => (ns as f64 / 1e6, "ms"),
            ns => (ns as f64 / 1e9, "s"),
        };
        let digits = match number {
            number if number < 10.0 => 2,
            number if number < 100.0 => 1,
            _ => 0,
        };
        f.pad(&format!("{number:.digits$} {unit}"))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let loop_kind = if self.closed { "closed" } else { "open" };
        let seconds = Shown(crate::clock::ns(Duration::from_secs_f64(self.seconds)));
        writeln!(f, "{}", self.url)?;
        writeln!(
            f,
            "{loop_kind} loop, {} connections, {seconds}{}",
            self.connections,
            if self.interrupted {
                ", interrupted"
            } else {
                ""
            },
        )?;
        writeln!(
            f,
            "offered  {:>12.1}/s  {} requests due",
            self.offered_per_second, self.due
        )?;
        writeln!(
            f,
            "achieved {:>12.1}/s  {} answered, {} failed, {} unanswered",
            self.achieved_per_second,
            self.answered,
            self.failed(),
            self.unanswered
        )?;
        let columns = ["p50", "p90", "p99", "p99.9", "most"];
        let [p50, p90, p99, p999, most] = columns;
        writeln!(
            f,
            "{:10}{p50:>10}{p90:>10}{p99:>10}{p999:>10}{most:>10}",
            ""
        )?;
        for (name, times) in [
            ("response", &self.response),
            ("service", &self.service),
            ("lateness", &self.lateness),
        ] {
            let parts = [0.5, 0.9, 0.99, 0.999].map(|part| times.at(part));
            write!(f, "{name:10}")?;
            for value in parts.into_iter().chain([times.most()]) {
                match value {
                    Some(ns) => write!(f, "{:>10}", Shown(ns))?,
                    None => write!(f, "{:>10}", "-")?,
                }
            }
            writeln!(f)?;
        }
        writeln!(
            f,
            "received {} bytes, {} of them bodies of whole answers",
            self.received_bytes, self.body_bytes
        )?;
        if self.reopened > 0 || self.unopened > 0 {
            let (again, not) = (self.reopened, self.unopened);
            writeln!(
                f,
                "connections opened anew: {again}; could not be opened: {not}"
            )?;
        }
        for (fault, count) in &self.errors {
            writeln!(f, "failed: {}: {count}", fault.words())?;
        }
        for (status, count) in self.statuses.iter().filter(|(s, _)| **s / 100 != 2) {
            writeln!(f, "status {status}: {count}")?;
        }
        write!(f, "generator busy {:.0} % of the time", self.busy * 100.0)
    }
}
