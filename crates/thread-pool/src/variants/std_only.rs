//! Scoped threads that take places from one shared queue.
//!
//! The standard library has no queue that several threads can receive from; [`Queue`] makes
//! one of a mutex and two condition variables. A thread of its own feeds it, so that this
//! one is free to report what lands.
//!
//! # What to notice
//! - The queue holds as many places as there are threads: a feeder that is faster waits.
//!   What a million URLs take is their text and their outcomes, not the queue.
//! - Reports come over a channel in the order in which files land; `recv_timeout` waits for
//!   the next one or for the deadline, whichever is first.
//! - A scope can't be left while a thread is at work, so one that hangs is told to stop and
//!   waited for: threads can't be killed.
//!
//! # When not to use this
//! If a dependency is no trouble: crossbeam-channel is this queue, and faster.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;

use anyhow::Result;

use crate::{Job, Output, download::Downloads, queue::Queue};

/// Downloads every file on `job.workers` threads.
pub fn run(job: &Job) -> Result<Output> {
    let downloads = Downloads::new(job);
    let mut output = Output::default();
    let queue = Queue::bounded(job.threads());
    thread::scope(|scope| {
        let (done, reports) = mpsc::channel();
        let feed = queue.feed();
        for worker in 0..job.threads() {
            let (downloads, queue, done) = (&downloads, &queue, done.clone());
            let thread = thread::Builder::new().name(format!("download-{worker}"));
            thread.spawn_scoped(scope, move || {
                while let Some(place) = queue.pop() {
                    let fetch = AssertUnwindSafe(|| downloads.fetch(place));
                    let outcome = catch_unwind(fetch).unwrap_or_else(Into::into);
                    done.send((place, outcome))
                        .expect("the receiver waits for every sender");
                }
            })?;
        }
        drop(done);
        let feeder = thread::Builder::new().name("feeder".into());
        feeder.spawn_scoped(scope, move || {
            (0..job.urls.len()).for_each(|place| feed.push(place));
        })?;
        loop {
            match reports.recv_timeout(downloads.time_left()) {
                Ok((place, outcome)) => output.report(job, place, outcome),
                Err(RecvTimeoutError::Timeout) => downloads.stop(),
                Err(RecvTimeoutError::Disconnected) => return anyhow::Ok(()),
            }
        }
    })?;
    Ok(output)
}
