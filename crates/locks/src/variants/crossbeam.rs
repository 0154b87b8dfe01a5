//! An owner: one thread has the value to itself, and each worker is a thread that sends
//! it increments through a bounded channel.
//!
//! # What to notice
//! - Nothing is shared but the channel: the work is done before the send, so a worker's
//!   panic cannot happen amid an increment.
//! - The owner needs no signal to end: `for` over the receiver stops once the last sender
//!   is dropped, by a worker's panic too.
//! - A full channel makes the workers wait: back-pressure, and flat memory. One that reads
//!   waits each time, for the copy that the owner sends.
//!
//! # When not to use this
//! For work as small as an addition: a message costs more than a lock. It pays once the
//! owner has more to do than that, or must do it on one thread.

use anyhow::Result;

use crate::{Counter, Increment, Job, Output, Witness};

/// Counts with one thread per worker and one more that owns the counter.
pub fn run(job: &Job) -> Result<Output> {
    let job = *job;
    let increment = move |worker, nth| {
        job.work(worker, nth);
        Increment
    };
    let witness = Witness::of(&job);
    let (counter, ended) = count(
        job.workers.get(),
        job.increments,
        job.reads,
        Counter::default(),
        witness.read(),
        increment,
    )?;
    let ended = ended.into_iter().map(|end| end.map(|()| None));
    Ok(Output::new(counter, ended).seen_by(&witness))
}

// The lesson: everything below can be taken home.
// It needs crossbeam-channel.

use std::{io, ops::AddAssign, panic::resume_unwind, sync::OnceLock, thread};

use crossbeam_channel::bounded;

/// Messages that may be under way at once.
const CAPACITY: usize = 1024;

/// What a worker asks of the owner.
enum Message<I> {
    Add(I),
    /// By the worker of this number, which waits for a copy of the value.
    Read(usize),
}

/// Has each worker send what `work` returns to the owner of one value, `increments`
/// times, and before each of them `read` a copy of it `reads` times; the owner adds and
/// copies.
/// Returns the value, and how each worker ended: a panic is that worker's error.
///
/// # Errors
/// The system starts no more threads; `work` was not called.
///
/// # Panics
/// There is no worker, or the addition panics; all threads have ended.
pub fn count<T: AddAssign<I> + Clone + Send, I: Send>(
    workers: usize,
    increments: u64,
    reads: u64,
    mut value: T,
    read: impl Fn(&T, usize, u64) + Sync,
    work: impl Fn(usize, u64) -> I + Sync,
) -> io::Result<(T, Vec<thread::Result<()>>)> {
    assert!(workers > 0, "there is no worker");
    let (sender, receiver) = bounded(CAPACITY);
    // Only the owner can answer: a worker that waits sees it end.
    let (answers, answered): (Vec<_>, Vec<_>) = (0..workers).map(|_| bounded(1)).unzip();
    // The number of turns, or 0 if a thread failed to start.
    let turns = OnceLock::new();
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("owner".to_owned());
        let owner = thread.spawn_scoped(scope, move || {
            for message in receiver {
                match message {
                    Message::Add(increment) => value += increment,
                    Message::Read(worker) => {
                        let answer = answers[worker].send(value.clone());
                        answer.expect("the worker waits for it");
                    }
                }
            }
            value
        })?;
        let threads = answered.into_iter().enumerate().map(|(worker, answered)| {
            let (sender, turns, read, work) = (sender.clone(), &turns, &read, &work);
            let thread = thread::Builder::new().name(format!("worker {worker}"));
            thread.spawn_scoped(scope, move || {
                // One that can't send or receive ends: the owner has panicked, as the
                // caller will see.
                for nth in 0..*turns.wait() {
                    for _ in 0..reads {
                        if sender.send(Message::Read(worker)).is_err() {
                            return;
                        }
                        let Ok(value) = answered.recv() else { return };
                        read(&value, worker, nth);
                    }
                    if sender.send(Message::Add(work(worker, nth))).is_err() {
                        return;
                    }
                }
            })
        });
        let threads = threads.collect::<io::Result<Vec<_>>>();
        turns.get_or_init(|| if threads.is_ok() { increments } else { 0 });
        drop(sender);
        // All are joined: a scope raises the panic of a thread that nobody joined.
        let ends = threads?.into_iter().map(|thread| thread.join());
        let ended = ends.collect();
        let value = owner.join().unwrap_or_else(|panic| resume_unwind(panic));
        Ok((value, ended))
    })
}
