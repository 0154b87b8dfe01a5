//! Runs over a long line to the server, which holds every byte back, and which is cut.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Result, ensure};
use async_nats::jetstream;
use process_pool::{
    Line, Report, Server, Task, connect,
    parts::session::{End, WINDOW},
    variants::nats::{map, run::ACK_WAIT},
};
use tokio::{
    runtime::Builder,
    time::{Instant, sleep},
    try_join,
};

use crate::machine::{LIMIT, worker};

const ROUND_TRIP: Duration = Duration::from_millis(40);
/// Primes below 30,000.
const PRIMES: u64 = 3245;

/// A run over a line, with so many tasks in hand: what each came to, and what it took.
fn run(
    count: usize,
    window: usize,
    beside: impl AsyncFnOnce(&Line) -> Result<()>,
) -> Result<(Vec<End<Report>>, Duration)> {
    let server = Server::start()?;
    let address: SocketAddr = server.url().trim_start_matches("nats://").parse()?;
    let line = Line::to(address, ROUND_TRIP)?;
    let url = format!("nats://{}", line.address());
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let jetstream = jetstream::new(connect(&url).await?);
        let start = Instant::now();
        let mapped = async {
            let tasks = (0..count).map(|_| Task::new(0..30_000, false, None));
            Ok(map(&jetstream, "line", 2, window, tasks, LIMIT, worker).await?)
        };
        let (ends, ()) = try_join!(mapped, beside(&line))?;
        Ok((ends, start.elapsed()))
    })
}

fn all_are_right(ends: &[End<Report>], count: usize) -> Result<()> {
    ensure!(ends.len() == count, "{} of {count}", ends.len());
    for end in ends {
        let is_right = matches!(end, End::Done(Report { primes: PRIMES, .. }));
        ensure!(is_right, "{end:?}");
    }
    Ok(())
}

/// Whatever is in hand, each task is done once, and each is asked for over the line.
pub(crate) fn a_long_line_changes_no_result() -> Result<()> {
    for window in [1, 3, WINDOW] {
        let (ends, took) = run(30, window, async |_| Ok(()))?;
        all_are_right(&ends, 30)?;
        let is_first =
            |end: &End<Report>| matches!(end, End::Done(done) if done.attempt == 1);
        ensure!(ends.iter().all(is_first), "{window} in hand: done again");
        if window == 1 {
            // Two workers ask for each task when they have done the one before.
            ensure!(took >= 15 * ROUND_TRIP, "{took:?} for 15 round trips");
        }
    }
    Ok(())
}

/// What was on it is lost: requests, tasks, results and acknowledgements.
pub(crate) fn a_line_that_is_cut_loses_nothing() -> Result<()> {
    let count = 400;
    let (ends, took) = run(count, WINDOW, async |line| {
        sleep(10 * ROUND_TRIP).await;
        ensure!(line.cut() == 1, "another number of connections");
        Ok(())
    })?;
    all_are_right(&ends, count)?;
    // Nobody waits for anything but a task that was on the line.
    ensure!(took < 3 * ACK_WAIT, "{took:?}");
    Ok(())
}
