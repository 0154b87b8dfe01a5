//! Blocking closures, as many at a time as threads.
//!
//! `unblock` runs a closure on a thread where it may wait, and is a future here; a
//! [`FuturesUnordered`] hands them back in the order in which they end. When one has ended,
//! the next begins.
//!
//! # What to notice
//! - The blocking pool is the process's own: it starts up to 500 threads, or as many as
//!   `BLOCKING_MAX_THREADS` says, and they end after half a second without work. The set's
//!   length is the limit.
//! - A panic comes out of whoever awaits the closure, so the wait catches it.
//! - Dropped, a closure that has begun runs on: one that hangs is told to stop, and awaited.
//!
//! # When not to use this
//! If nothing else in the program is async: it is a thread pool, and nothing more.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use anyhow::Result;
use futures_util::stream::{FuturesUnordered, StreamExt};
use smol::{Timer, future::FutureExt, unblock};

use crate::{Job, Output, download::Downloads};

/// Downloads every file on `job.workers` threads.
pub fn run(job: &Job) -> Result<Output> {
    let downloads = Arc::new(Downloads::new(job));
    let mut output = Output::default();
    smol::block_on(async {
        let mut pool = FuturesUnordered::new();
        let mut queue = 0..job.urls.len();
        loop {
            for place in queue.by_ref().take(job.threads() - pool.len()) {
                let downloads = Arc::clone(&downloads);
                let fetch = AssertUnwindSafe(unblock(move || downloads.fetch(place)));
                pool.push(async move { (place, fetch.catch_unwind().await) });
            }
            let late = async {
                Timer::after(downloads.time_left()).await;
                Err(())
            };
            match async { Ok(pool.next().await) }.or(late).await {
                Ok(Some((place, outcome))) => {
                    output.report(job, place, outcome.unwrap_or_else(Into::into));
                }
                Ok(None) => break,
                Err(()) => downloads.stop(),
            }
        }
    });
    Ok(output)
}
