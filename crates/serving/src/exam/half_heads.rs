//! Half a request head when the stop comes: what a server may do with it, and what it did.
//!
//! Nothing whole was sent, so it is owed no answer and no grace time. A server may close a
//! connection while a client is sending a request on it (RFC 9112, section 9.5), and may
//! answer an incomplete one by an error before (section 8). hyper's `graceful_shutdown`
//! promises only that the shutdown can finish. So a row that leaves at once is as right as
//! one that waits for the rest until the grace time is over.

use std::time::Duration;

use anyhow::{Result, ensure};
use test_fixtures::Facts;

/// How late a server may end after the grace time, where the machine is busy.
const LATE: Duration = Duration::from_secs(1);

/// What came of half heads, seen from outside.
#[derive(Debug)]
pub(crate) struct HalfHeads {
    /// How many were sent, each on a connection of its own.
    pub(crate) sent: usize,
    /// The statuses of those that were answered before their connection ended.
    pub(crate) statuses: Vec<u16>,
    /// From the stop until the server was gone.
    pub(crate) ended: Duration,
}

impl HalfHeads {
    /// How many were waited for, by a server that reports to have `cut` so many connections
    /// after `grace`.
    ///
    /// # Errors
    /// One was handled as if it were whole, the grace time was not kept, or the report
    /// disagrees with what was seen.
    pub(crate) fn facts(
        &self,
        facts: Facts,
        cut: usize,
        grace: Duration,
    ) -> Result<Facts> {
        let Self {
            sent,
            statuses,
            ended,
        } = self;
        if let Some(status) = statuses.iter().find(|status| **status < 400) {
            anyhow::bail!("half a request was answered by {status}");
        }
        ensure!(
            *ended <= grace + LATE,
            "with half a request it ended {ended:?} after the stop, where {grace:?} are given"
        );
        ensure!(
            cut <= *sent,
            "{cut} connections were cut, and {sent} had half a request"
        );
        ensure!(
            cut == 0 || *ended >= grace,
            "half a request was cut {ended:?} after the stop, before {grace:?}"
        );
        let facts = facts
            .number("ended in ms", ended.as_secs_f64() * 1e3)
            .count_of("half heads waited for", cut as u64, *sent as u64);
        Ok(match statuses.len() {
            0 => facts,
            refused => facts.count("half heads refused", refused as u64),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_millis(500);

    fn judged(statuses: &[u16], ended: u64, cut: usize) -> Result<String, String> {
        let halves = HalfHeads {
            sent: 5,
            statuses: statuses.to_vec(),
            ended: Duration::from_millis(ended),
        };
        let facts = halves.facts(Facts::new(), cut, GRACE);
        let text = facts.map(|facts| facts.to_string());
        text.map_err(|error| error.to_string())
    }

    #[test]
    fn to_leave_and_to_wait_are_both_right() {
        for (statuses, ended, cut, said) in [
            (
                &[][..],
                20,
                0,
                "ended in ms 20.00, half heads waited for 0 of 5",
            ),
            (
                &[],
                501,
                5,
                "ended in ms 501.00, half heads waited for 5 of 5",
            ),
            (
                &[400, 408],
                20,
                0,
                "ended in ms 20.00, half heads waited for 0 of 5, half heads refused 2",
            ),
        ] {
            assert_eq!(judged(statuses, ended, cut), Ok(said.to_owned()));
        }
    }

    #[test]
    fn what_breaks_a_promise_is_refused() {
        for (statuses, ended, cut, why) in [
            (&[200][..], 20, 0, "half a request was answered by 200"),
            (
                &[],
                1600,
                5,
                "it ended 1.6s after the stop, where 500ms are given",
            ),
            (&[], 20, 5, "was cut 20ms after the stop, before 500ms"),
            (
                &[],
                501,
                6,
                "6 connections were cut, and 5 had half a request",
            ),
        ] {
            let error = judged(statuses, ended, cut).expect_err(why);
            assert!(error.contains(why), "{error}");
        }
    }
}
