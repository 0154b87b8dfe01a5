//! The plan: what load is offered, for how long, and over how many connections.

use std::time::Duration;

use crate::error::Error;
use crate::target::Target;

/// One run. [`Plan::new`] has the defaults; each field has its bounds.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The server that requests are sent to.
    pub target: Target,
    /// When requests are sent.
    pub pace: Pace,
    /// How long requests become due (or, in a closed loop, are sent): 10 ms to 10 min.
    pub duration: Duration,
    /// Keep-alive connections, each with one request at a time: 1 to 10,000.
    pub connections: usize,
    /// How long a request may be under way, and a connection may take to open: 1 ms to
    /// 10 min.
    pub timeout: Duration,
    /// How long requests that became due may still be answered after `duration`: at most
    /// 1 min.
    pub grace: Duration,
    /// What the 99th percentile of the generator's own lateness may be.
    pub late: Duration,
    /// How many requests are sent at most, within the duration.
    pub most: u64,
    /// Whether this is the body of an answer to the request of this number. It gets at
    /// most 64 KiB of it.
    pub is_right: Option<fn(number: u64, body: &[u8]) -> bool>,
    /// Whether each connection carries one request before the first is due, which does not
    /// count: so each was accepted before the load begins.
    pub greets: bool,
    /// Whether each exchange is reported.
    pub spans: bool,
}

/// When requests are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// An open loop: this many become due each second, evenly, whatever became of those
    /// before. 1 to 1,000,000.
    Open {
        /// Requests per second.
        per_second: u32,
    },
    /// A closed loop: each connection asks again as soon as it has its answer.
    Closed,
}

impl Plan {
    /// The most requests of one run.
    pub const MOST_REQUESTS: u64 = 50_000_000;

    /// 1,000 requests per second for 5 s over 64 connections.
    pub fn new(target: Target) -> Plan {
        Plan {
            target,
            pace: Pace::Open { per_second: 1_000 },
            duration: Duration::from_secs(5),
            connections: 64,
            timeout: Duration::from_secs(10),
            grace: Duration::from_secs(2),
            late: Duration::from_millis(1),
            most: Plan::MOST_REQUESTS,
            is_right: None,
            greets: false,
            spans: false,
        }
    }

    /// Whether each number is within its bounds.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let minutes = |n: u64| Duration::from_secs(60 * n);
        let least = Duration::from_millis(10);
        within("the duration", self.duration, least, minutes(10))?;
        let least = Duration::from_millis(1);
        within("the timeout", self.timeout, least, minutes(10))?;
        within("the grace time", self.grace, Duration::ZERO, minutes(1))?;
        within("connections", self.connections, 1, 10_000)?;
        within("requests", self.most, 1, Plan::MOST_REQUESTS)?;
        if let Pace::Open { per_second } = self.pace {
            within("the rate", per_second, 1, 1_000_000)?;
            let requests = u128::from(per_second) * self.duration.as_nanos();
            let requests = requests.div_ceil(1_000_000_000);
            let most = Plan::MOST_REQUESTS.into();
            within("requests (the rate times the duration)", requests, 1, most)?;
        }
        Ok(())
    }
}

fn within<T: Copy + PartialOrd + std::fmt::Debug>(
    what: &'static str,
    was: T,
    least: T,
    most: T,
) -> Result<(), Error> {
    if was >= least && was <= most {
        return Ok(());
    }
    Err(Error::Range {
        what,
        least: format!("{least:?}"),
        most: format!("{most:?}"),
        was: format!("{was:?}"),
    })
}
