//! A thread for each task, which waits for its work and for a channel to close at once.
//!
//! Nobody sends on the channel: when its one sender is dropped, every receiver sees that,
//! however many there are. `select!` makes that one of the things that a thread waits for.
//!
//! # What to notice
//! - `after` and `at` are channels too, so a timer is one more line of a `select!`.
//! - The deadline itself is one: the job waits for it and for the end of all threads, of
//!   which each keeps a sender.
//! - What is no channel can't be selected: sockets and processes keep their own time-outs,
//!   and a computation looks with `try_recv`.
//!
//! # When not to use this
//! For many tasks, as with any thread a task; nor for a flag alone, which an `AtomicBool` is
//! more cheaply.

use std::{thread, time::Instant};

use anyhow::Result;
use crossbeam_channel::{Receiver, TryRecvError, after, at, bounded, select};

use crate::{Job, Output, Task, Tasks, Work};

/// Does every task, and stops at the deadline those that are not done.
pub fn run(job: &Job) -> Result<Output> {
    let tasks = Tasks::new(job)?;
    let deadline = tasks.deadline();
    let (cancel, cancelled) = bounded::<()>(0);
    let (running, all_done) = bounded::<()>(0);
    thread::scope(|scope| {
        let mut threads = Vec::new();
        let started = tasks.each_on_a_thread(|task| {
            let (cancelled, running) = (&cancelled, running.clone());
            let thread = thread::Builder::new().name("task".into());
            threads.push(thread.spawn_scoped(scope, move || {
                let _running = running;
                perform(task, cancelled, deadline);
            })?);
            Ok(())
        });
        drop(running);
        if started.is_ok() {
            select! {
                recv(all_done) -> _ => {}
                recv(at(deadline)) -> _ => {}
            }
        }
        drop(cancel);
        for thread in threads {
            // A panic is the outcome of its task, which has noted it.
            let _ = thread.join();
        }
        started
    })?;
    tasks.output()
}

fn perform(task: Task, cancelled: &Receiver<()>, deadline: Instant) {
    match task.job().work {
        Work::Sleep => {
            task.begin();
            select! {
                recv(cancelled) -> _ => {}
                recv(after(task.length())) -> _ => task.finish(),
            }
        }
        Work::Fetch => task.fetch_until(deadline),
        Work::Cpu | Work::Blocking => {
            task.in_pieces(|| cancelled.try_recv() == Err(TryRecvError::Disconnected));
        }
        Work::Process => task.process_until(deadline),
    }
}
