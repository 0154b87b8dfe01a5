//! Blocking tasks, as many at a time as threads.
//!
//! `spawn_blocking` runs a closure on a thread where it may wait; a [`JoinSet`] hands the
//! tasks back in the order in which they end. When one has ended, the next is spawned.
//!
//! # What to notice
//! - The blocking pool starts up to 512 threads if nobody says less, and queues what is more
//!   without a bound: the set's length is the limit of both.
//! - A panic is its task's `JoinError`, which tells the task's id and not its place.
//! - Blocking tasks can't be aborted: dropping the runtime waits for them, so one that hangs
//!   is told to stop. `shutdown_timeout` would leave its thread behind.
//!
//! # When not to use this
//! If nothing else in the program is async: it is a thread pool, and a whole runtime around
//! it. If everything is, an async client needs no thread a download.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use anyhow::Result;
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::{Job, Output, download::Downloads};

/// Downloads every file on `job.workers` threads.
pub fn run(job: &Job) -> Result<Output> {
    let downloads = Arc::new(Downloads::new(job));
    let mut output = Output::default();
    let number = AtomicUsize::new(0);
    let runtime = Builder::new_current_thread()
        .enable_time()
        .max_blocking_threads(job.threads())
        .thread_name_fn(move || format!("download-{}", number.fetch_add(1, Relaxed)))
        .build()?;
    runtime.block_on(async {
        let mut pool = JoinSet::new();
        let mut places = HashMap::new();
        let mut queue = 0..job.urls.len();
        loop {
            for place in queue.by_ref().take(job.threads() - pool.len()) {
                let downloads = Arc::clone(&downloads);
                let task = pool.spawn_blocking(move || downloads.fetch(place));
                places.insert(task.id(), place);
            }
            let (id, outcome) =
                match timeout(downloads.time_left(), pool.join_next_with_id()).await {
                    Ok(Some(Ok(done))) => done,
                    Ok(Some(Err(error))) => (error.id(), error.into_panic().into()),
                    Ok(None) => break,
                    Err(_) => {
                        downloads.stop();
                        continue;
                    }
                };
            let place = places.remove(&id).expect("each task has a place");
            output.report(job, place, outcome);
        }
    });
    Ok(output)
}
