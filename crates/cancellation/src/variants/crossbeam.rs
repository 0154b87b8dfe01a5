//! A thread for each task, and a channel that closes for all of them.
//!
//! Nothing is sent on the channel: when its one sender is dropped, every receiver sees
//! that, however many there are. `select!` makes that one of the things that a thread
//! waits for.
//!
//! # What to notice
//! - `after` and `at` are channels too, so a timer is one more line of a `select!`.
//! - The deadline itself is one: the function waits for it and for the end of all threads,
//!   of which each keeps a sender.
//! - What is no channel can't be selected: sockets are shut down, processes have a time-out,
//!   and a computation looks with `try_recv`.
//!
//! # When not to use this
//! For many tasks, as with any thread for a task; nor for a flag alone, which an
//! `AtomicBool` is more cheaply.

use anyhow::Result;

use crate::{
    Job, Output, Work,
    work::{Fetches, Task, Tasks},
};

/// Does every task, and stops at the deadline those that are not done.
pub fn run(job: &Job) -> Result<Output> {
    let tasks = Tasks::new(job)?;
    let (work, deadline) = (job.work, tasks.deadline());
    let fetches = &Fetches::of(&tasks)?;
    let perform = |task: Task| {
        move |token: &Receiver<()>| match work {
            Work::Sleep => {
                task.begin();
                match sleep(token, task.length()) {
                    true => task.finish(),
                    false => None,
                }
            }
            Work::Cpu | Work::Blocking => task.in_pieces(|| is_cancelled(token)),
            Work::Fetch => task.fetch_blocking(fetches),
            Work::Process => task.process_until(deadline),
        }
    };
    let ended = until(deadline, tasks.each_on_a_thread()?.map(perform));
    let ended = ended.map_err(|error| tasks.refused(error))?.into_iter();
    tasks.output(ended.map(|end| end.unwrap_or(Ok(None))))
}

// The lesson: everything below can be taken home.
// It needs crossbeam-channel.

use std::{
    io, thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{
    Receiver, TryRecvError, after, at, bounded, select, select_biased,
};

/// Does all `tasks` at once until `deadline`, each on a thread, and then closes the channel
/// that they look at. Returns what became of each, in input order, once all have ended: an
/// error is a panic, and `None` a task that was not begun by the deadline.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
pub fn until<F, T>(
    deadline: Instant,
    tasks: impl IntoIterator<Item = F>,
) -> io::Result<Vec<Option<thread::Result<T>>>>
where
    F: FnOnce(&Receiver<()>) -> T + Send,
    T: Send,
{
    let (cancel, token) = bounded(0);
    let (running, all_done) = bounded::<()>(0);
    thread::scope(|scope| {
        let mut threads = Vec::new();
        let started = tasks.into_iter().try_for_each(|task| {
            // Threads that compute leave little time to start the next.
            if deadline <= Instant::now() {
                threads.push(None);
                return Ok(());
            }
            let (token, running) = (&token, running.clone());
            let thread = thread::Builder::new().name("task".into());
            threads.push(Some(thread.spawn_scoped(scope, move || {
                let _running = running;
                task(token)
            })?));
            io::Result::Ok(())
        });
        drop(running);
        if started.is_ok() {
            select! {
                recv(all_done) -> _ => {}
                recv(at(deadline)) -> _ => {}
            }
        }
        drop(cancel);
        let ended = threads.into_iter().map(|thread| Some(thread?.join()));
        let ended = ended.collect();
        started.map(|()| ended)
    })
}

/// Whether the channel was closed.
pub fn is_cancelled(token: &Receiver<()>) -> bool {
    token.try_recv() == Err(TryRecvError::Disconnected)
}

/// Sleeps for this time, or until the channel is closed; true if it slept the whole time.
pub fn sleep(token: &Receiver<()>, time: Duration) -> bool {
    // Biased: where both are ready, it was cancelled.
    select_biased! {
        recv(token) -> _ => false,
        recv(after(time)) -> _ => true,
    }
}
