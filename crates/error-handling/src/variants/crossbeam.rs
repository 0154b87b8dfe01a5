//! Threads between two channels: one hands out items, the other brings back what came of
//! them as they end; a third carries nothing, and stops all who wait when it closes.
//!
//! # What to notice
//! - The work on the item that fails first drops the sender of the third channel, so that
//!   no other work waits any longer.
//! - `recv_timeout` on a channel that is never sent on is a sleep that can be ended.
//! - The panic is caught before it ends the thread, which would leave the items with one
//!   taker less, and in the end with none.
//!
//! # When not to use this
//! With many items that wait: each takes a thread.

use anyhow::Result;
use crossbeam_channel::RecvTimeoutError::Disconnected;

use crate::{
    Job, Output, Policy,
    work::{persist_blocking, sleep},
};

/// Does every task, `job.blocking` of them at once.
pub fn run(job: &Job) -> Result<Output> {
    let (threads, tasks) = (job.blocking.get(), 0..job.tasks);
    match job.policy {
        Policy::Collect => {
            let work = |task| persist_blocking(job, task, sleep);
            Ok(Output::settled(settle(threads, tasks, work)?))
        }
        Policy::FailFast => {
            let work = |task, stop: &Receiver<_>| {
                let wait = |time| stop.recv_timeout(time) == Err(Disconnected);
                persist_blocking(job, task, wait)
            };
            let (first, ends) = first_error(threads, tasks, work)?;
            Ok(Output::stopped(first, ends))
        }
    }
}

// The lesson: everything below can be taken home.
// It needs crossbeam-channel.

use std::{
    convert::Infallible,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, OnceLock},
    thread,
};

use crossbeam_channel::{Receiver, bounded, unbounded};

/// What came of the work on an item: a panic is an error.
pub type End<T, E> = thread::Result<Result<T, E>>;
/// The index of the first item that went wrong, if one did, and what came of each, in input
/// order: `None` of one that was not begun.
pub type First<T, E> = (Option<usize>, Vec<Option<End<T, E>>>);

/// Does `work` on every item, on `threads` threads. Returns what came of each, in input
/// order.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
///
/// # Panics
/// `threads` is 0.
pub fn settle<I: Send, T: Send, E: Send>(
    threads: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> Result<T, E> + Sync,
) -> io::Result<Vec<End<T, E>>> {
    each(threads, items, |_, item| {
        catch_unwind(AssertUnwindSafe(|| work(item)))
    })
}

/// Does `work` on every item, on `threads` threads, until it fails or panics on one. The
/// others are stopped, as soon as their work finds the channel closed, and waited for.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
///
/// # Panics
/// `threads` is 0.
pub fn first_error<I: Send, T: Send, E: Send>(
    threads: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I, &Receiver<Infallible>) -> Result<T, E> + Sync,
) -> io::Result<First<T, E>> {
    let first = OnceLock::new();
    let (open, stop) = bounded(0);
    let open = Mutex::new(Some(open));
    let ends = each(threads, items, |index, item| {
        if first.get().is_some() {
            return None;
        }
        let end = catch_unwind(AssertUnwindSafe(|| work(item, &stop)));
        if !matches!(end, Ok(Ok(_))) {
            first.get_or_init(|| index);
            drop(open.lock().expect("no panic is in the lock").take());
        }
        Some(end)
    })?;
    Ok((first.into_inner(), ends))
}

/// Does `work` on every item and its index. Returns what it returned, in input order.
fn each<I: Send, T: Send>(
    threads: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(usize, I) -> T + Sync,
) -> io::Result<Vec<T>> {
    assert!(threads > 0, "threads must be at least 1");
    let (give, taken) = unbounded();
    for item in items.into_iter().enumerate() {
        give.send(item).expect("the receiver is here");
    }
    drop(give);
    let mut ends: Vec<Option<T>> = (0..taken.len()).map(|_| None).collect();
    let (done, ended) = unbounded();
    thread::scope(|scope| {
        for index in 0..threads.min(ends.len()) {
            let (taken, done, work) = (&taken, done.clone(), &work);
            let thread = thread::Builder::new().name(format!("worker {index}"));
            thread.spawn_scoped(scope, move || {
                for (index, item) in taken {
                    if done.send((index, work(index, item))).is_err() {
                        // The receiver is gone: the system refused a further thread.
                        break;
                    }
                }
            })?;
        }
        drop(done);
        for (index, end) in ended {
            ends[index] = Some(end);
        }
        io::Result::Ok(())
    })?;
    let ends = ends.into_iter();
    Ok(ends.map(|end| end.expect("each item was taken")).collect())
}
