//! Blocking closures, as many at a time as threads.
//!
//! async-std is discontinued; its own advice is to use smol. The move is the paths and the
//! time-out: both run closures on the same blocking pool.
//!
//! # What to notice
//! - The blocking pool is the process's own: it starts up to 500 threads, or as many as
//!   `BLOCKING_MAX_THREADS` says, and they end after half a second without work. The set's
//!   length is the limit.
//! - A panic comes out of whoever awaits the closure, so the wait catches it.
//! - Dropped, a handle leaves its closure running: one that hangs is told to stop, and
//!   awaited.
//!
//! # When not to use this
//! In new code: it gets no more fixes (RUSTSEC-2025-0052).

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use anyhow::Result;
use async_std::{future::timeout, task};
use futures_util::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};

use crate::{Job, Output, download::Downloads};

/// Downloads every file on `job.workers` threads.
pub fn run(job: &Job) -> Result<Output> {
    let downloads = Arc::new(Downloads::new(job));
    let mut output = Output::default();
    task::block_on(async {
        let mut pool = FuturesUnordered::new();
        let mut queue = 0..job.urls.len();
        loop {
            for place in queue.by_ref().take(job.threads() - pool.len()) {
                let downloads = Arc::clone(&downloads);
                let fetch = task::spawn_blocking(move || downloads.fetch(place));
                let fetch = AssertUnwindSafe(fetch);
                pool.push(async move { (place, fetch.catch_unwind().await) });
            }
            match timeout(downloads.time_left(), pool.next()).await {
                Ok(Some((place, outcome))) => {
                    output.report(job, place, outcome.unwrap_or_else(Into::into));
                }
                Ok(None) => break,
                Err(_) => downloads.stop(),
            }
        }
    });
    Ok(output)
}
