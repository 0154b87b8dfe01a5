//! Scoped threads that take places from one bounded channel.
//!
//! A crossbeam channel has any number of receivers, so it is the shared queue itself. A
//! thread of its own feeds it, so that this one is free to report what lands.
//!
//! # What to notice
//! - The channel holds as many places as there are threads: a feeder that is faster waits.
//!   The threads end when the feeder has dropped the sender and the channel is empty.
//! - Reports come over a second channel in the order in which files land; `recv_timeout`
//!   waits for the next one or for the deadline, whichever is first.
//! - A scope can't be left while a thread is at work, so one that hangs is told to stop and
//!   waited for: threads can't be killed.
//!
//! # When not to use this
//! If the work computes instead of waiting: rayon shares that out better.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use anyhow::Result;
use crossbeam_channel::{RecvTimeoutError, bounded, unbounded};

use crate::{Job, Output, download::Downloads};

/// Downloads every file on `job.workers` threads.
pub fn run(job: &Job) -> Result<Output> {
    let downloads = Downloads::new(job);
    let mut output = Output::default();
    thread::scope(|scope| {
        let (feed, queue) = bounded(job.threads());
        let (done, reports) = unbounded();
        for worker in 0..job.threads() {
            let (downloads, queue, done) = (&downloads, queue.clone(), done.clone());
            let thread = thread::Builder::new().name(format!("download-{worker}"));
            thread.spawn_scoped(scope, move || {
                for place in queue {
                    let fetch = AssertUnwindSafe(|| downloads.fetch(place));
                    let outcome = catch_unwind(fetch).unwrap_or_else(Into::into);
                    done.send((place, outcome))
                        .expect("the receiver waits for every sender");
                }
            })?;
        }
        drop((queue, done));
        let feeder = thread::Builder::new().name("feeder".into());
        feeder.spawn_scoped(scope, move || {
            (0..job.urls.len()).try_for_each(|place| feed.send(place))
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
