//! What is fetched, held against what the origin's grammar says of its path and against
//! what the origin has seen.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use fetching::{Page, Sha256, check_due};
use http_origin::{End, Expected, Fault, Origin, expected};
use test_fixtures::{Class, Facts, Outcome};

use super::Deadline;
use crate::{
    exam::stage::UNANSWERED,
    work::{Ended, Phase},
};

/// How long the origin has to see every socket closed, once the trial has ended.
const CLOSED_WITHIN: Duration = Duration::from_millis(500);

/// What the origin has seen of a trial.
pub(super) struct Seen {
    /// When clients hung up, on answers that were not whole.
    pub(super) hung_up: Vec<u64>,
    /// When requests came or were answered after the deadline.
    pub(super) after: Vec<u64>,
    /// Requests that it has read whole.
    requests: usize,
}

/// One task, against its path.
pub(super) fn one(path: &str, ended: &Ended) -> Result<()> {
    if path.starts_with("/odd/") {
        return odd(path, &ended.outcome);
    }
    // The outcome of the path if it is not stopped, and how far a task can come before.
    let (wanted, furthest) = match path {
        UNANSWERED => (None, Phase::Connecting),
        "/refused" => (Some(Err(Class::Refused)), Phase::Connecting),
        _ => match expected(path).map_err(|error| anyhow!("{path}: {error}"))? {
            Expected::Whole {
                status,
                bytes,
                sha256,
            } => {
                let sha256 = Sha256(sha256);
                let page = Page {
                    status,
                    bytes,
                    sha256,
                };
                (Some(Ok(page)), Phase::ReadingBody)
            }
            Expected::Fault(fault) => match fault {
                Fault::Hung => (None, Phase::ReadingHead),
                Fault::Stalled { .. } => (None, Phase::ReadingBody),
                Fault::Truncated { .. } => {
                    (Some(Err(Class::Truncated)), Phase::ReadingBody)
                }
                Fault::Closed => (Some(Err(Class::Truncated)), Phase::ReadingHead),
                Fault::Reset { .. } => (Some(Err(Class::Reset)), Phase::ReadingBody),
                Fault::Refused => (Some(Err(Class::Reset)), Phase::ReadingHead),
                Fault::Malformed => (Some(Err(Class::Malformed)), Phase::ReadingHead),
            },
            _ => return odd(path, &ended.outcome),
        },
    };
    match (&ended.outcome, wanted) {
        (Outcome::Ok(Some(page)), Some(Ok(wanted))) => {
            ensure!(*page == wanted, "{path}: {page}, where {wanted} was due");
        }
        (Outcome::Failed(failure), Some(Err(class))) => ensure!(
            failure.class == class,
            "{path}: {} ({}), where {class} was due",
            failure.class,
            failure.why
        ),
        (Outcome::Cancelled | Outcome::Panicked(_), _) => {}
        (Outcome::Failed(failure), _) => {
            bail!("{path}: failed, {}: {}", failure.class, failure.why)
        }
        (other, _) => bail!("{path}: {}, which can't come of it", other.word()),
    }
    ensure!(
        ended.phase <= furthest,
        "{path}: {}, which it can't have come to",
        ended.phase
    );
    Ok(())
}

/// One task, against the path of an odd answer. It may be stopped in any phase.
fn odd(path: &str, outcome: &Outcome<Option<Page>>) -> Result<()> {
    let outcome = match outcome.clone() {
        Outcome::Cancelled => return Ok(()),
        Outcome::Ok(page) => Outcome::Ok(page.context("ok, without a page")?),
        other => other.map(|_| unreachable!("it is not ok")),
    };
    check_due(path, &outcome)
}

/// What the origin has seen, once it has seen every socket closed.
pub(super) fn seen(origin: &Origin, deadline: &Deadline) -> Result<Seen> {
    let closed = origin.wait_for(CLOSED_WITHIN, |seen| seen.connections_open == 0);
    let record = origin.record();
    ensure!(
        closed,
        "{} connections still open {CLOSED_WITHIN:?} after the end",
        record.connections_open
    );
    let mut seen = Seen {
        hung_up: Vec::new(),
        after: Vec::new(),
        requests: record.exchanges.len(),
    };
    for exchange in record.exchanges {
        let ended = exchange.ended_ns.unwrap_or(u64::MAX);
        if exchange.started_ns > deadline.due {
            seen.after.push(exchange.started_ns);
        }
        match exchange.end {
            End::HungUp(_) => seen.hung_up.push(ended),
            End::Answered if ended > deadline.due => seen.after.push(ended),
            _ => {}
        }
    }
    Ok(seen)
}

/// Whether tasks know as much of their phase as the origin does: a request that has come
/// is one of a task that waits for its head at least. A client that asks again has more
/// requests than tasks, so that alone is no failure.
pub(super) fn phases(facts: Facts, tasks: &[Ended], seen: &Seen) -> Facts {
    let sent = |ended: &&Ended| {
        ended.phase >= Phase::ReadingHead && ended.phase != Phase::Working
    };
    let sent = tasks.iter().filter(sent).count();
    match seen.requests > sent {
        true => facts.breach_if(
            "cancelled_reading_head",
            format!(
                "the origin has {} requests, of which {sent} tasks know that they were sent",
                seen.requests
            ),
            false,
        ),
        false => facts,
    }
}
