//! A pool of threads that pull places from an iterator.
//!
//! `par_bridge` lets each idle thread take the next place, so there is no queue to feed.
//! The scope runs on this thread, which is not one of the pool's, and reports what lands.
//!
//! # What to notice
//! - Nothing waits in a queue: a place exists when a thread is free for it. `spawn` for each
//!   place would queue all of them, without a bound.
//! - `in_place_scope` keeps this thread out of the pool; in `scope` and `install` it would
//!   wait on one of the pool's threads, which then downloads nothing.
//! - A panic would come out of the scope when all is done; `catch_unwind` makes it the
//!   outcome of one file.
//!
//! # When not to use this
//! For downloads, mostly: rayon is made for computing, and each of its threads blocks here
//! on a socket. A pool of its own keeps the global one free for those who compute.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, RecvTimeoutError};

use anyhow::Result;
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

use crate::{Job, Output, download::Downloads};

/// Downloads every file on `job.workers` threads.
pub fn run(job: &Job) -> Result<Output> {
    let downloads = Downloads::new(job);
    let mut output = Output::default();
    let pool = ThreadPoolBuilder::new()
        .num_threads(job.threads())
        .thread_name(|index| format!("download-{index}"));
    pool.build_scoped(
        |thread| thread.run(),
        |pool| {
            pool.in_place_scope(|scope| {
                let (done, reports) = mpsc::channel();
                let downloads = &downloads;
                scope.spawn(move |_| {
                    let places = (0..job.urls.len()).par_bridge();
                    places.for_each_with(done, |done, place| {
                        let fetch = AssertUnwindSafe(|| downloads.fetch(place));
                        let outcome = catch_unwind(fetch).unwrap_or_else(Into::into);
                        done.send((place, outcome))
                            .expect("the receiver waits for every sender");
                    });
                });
                loop {
                    match reports.recv_timeout(downloads.time_left()) {
                        Ok((place, outcome)) => output.report(job, place, outcome),
                        Err(RecvTimeoutError::Timeout) => downloads.stop(),
                        Err(RecvTimeoutError::Disconnected) => break,
                    }
                }
            });
        },
    )?;
    Ok(output)
}
