//! The command line, and the plan that it asks for.

use std::str::FromStr;
use std::time::Duration;

use clap::Parser;
use load::{Error, Pace, Plan, Target};

/// An open-loop load generator for HTTP/1.1: requests start when they are due.
///
/// Requests become due at a fixed rate, whatever became of those before. One that is due
/// while all connections are busy waits, and its response time counts from when it was
/// due; its service time counts from when it was sent. So a server that stalls can't make
/// the generator ask less while it does, as it can in a closed loop.
///
/// Exit code: 0 all requests were answered, 1 no run was possible, 2 wrong arguments,
/// 3 the generator did not keep its own schedule, 4 requests failed or had no answer;
/// 130 and 143 after Ctrl-C and SIGTERM, with what was measured so far.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Args {
    /// What to ask for, such as http://127.0.0.1:8080/
    url: String,
    /// Requests that become due each second, evenly: 1 to 1,000,000
    #[arg(long, default_value_t = 1_000, value_name = "PER_SECOND")]
    #[arg(conflicts_with = "closed", allow_negative_numbers = true)]
    #[arg(value_parser = whole::<u32>)]
    rate: u32,
    /// A closed loop: each connection asks again as soon as it has its answer. It gives the
    /// most that a server takes, as wrk and oha do, and no true latencies
    #[arg(long)]
    closed: bool,
    /// How long requests become due: 10ms to 10m
    #[arg(long, default_value = "5s", value_name = "TIME", value_parser = duration)]
    duration: Duration,
    /// Keep-alive connections, each with one request at a time: 1 to 10,000
    #[arg(long, default_value_t = 64, value_name = "NUMBER")]
    #[arg(allow_negative_numbers = true, value_parser = whole::<usize>)]
    connections: usize,
    /// How long a request may be under way before it counts as failed: 1ms to 10m
    #[arg(long, default_value = "10s", value_name = "TIME", value_parser = duration)]
    timeout: Duration,
    /// How long to wait for what is unanswered after the last request was due: 0s to 1m
    #[arg(long, default_value = "2s", value_name = "TIME", value_parser = duration)]
    grace: Duration,
    /// How late the generator itself may send, at its 99th percentile, before it says that
    /// its figures can't be trusted
    #[arg(long, default_value = "1ms", value_name = "TIME", value_parser = duration)]
    late: Duration,
    /// Allow other addresses than loopback. Load on somebody else's server is an attack on
    /// it: say so only if its owner agreed
    #[arg(long)]
    anywhere: bool,
    /// Print the report as one JSON object, times in nanoseconds
    #[arg(long)]
    pub(crate) json: bool,
}

impl Args {
    pub(crate) fn plan(&self) -> Result<Plan, Error> {
        let per_second = self.rate;
        let mut plan = Plan::new(Target::parse(&self.url, self.anywhere)?);
        plan.pace = match self.closed {
            true => Pace::Closed,
            false => Pace::Open { per_second },
        };
        plan.duration = self.duration;
        plan.connections = self.connections;
        plan.timeout = self.timeout;
        plan.grace = self.grace;
        plan.late = self.late;
        Ok(plan)
    }
}

/// A whole number; the run says which it can use.
fn whole<N: FromStr>(text: &str) -> Result<N, &'static str> {
    text.parse()
        .map_err(|_| "write a whole number, such as 1000")
}

/// A duration as people write it: `500ms`, `1.5s`, `2m`.
fn duration(text: &str) -> Result<Duration, &'static str> {
    const UNITS: [(&str, f64); 4] = [("us", 1e-6), ("ms", 1e-3), ("s", 1.0), ("m", 60.0)];
    let wrong = "write a number and its unit, such as 500ms, 1.5s or 2m";
    let parts = UNITS
        .iter()
        .find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)));
    let (number, seconds) = parts.ok_or(wrong)?;
    let number: f64 = number.parse().map_err(|_| wrong)?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| wrong)
}
