//! A thread for each task, and a token that all of them look at.
//!
//! Nothing stops a thread from outside, so each has to stop itself: those that sleep do it
//! on the [`Token`], those that compute look at it between two pieces. Those that wait for a
//! process have the deadline as a time-out.
//!
//! # What to notice
//! - Each thread keeps a sender and sends nothing: when the last has gone the channel is
//!   closed, which is how the end of all is waited for with a time-out.
//! - A read that has begun knows no token. What wakes it is a `shutdown` of its socket from
//!   another thread. ureq has one for a whole client, `Agent::shutdown` (ureq 3.5,
//!   src/agent.rs, shutdown).
//! - The scope joins whatever happens: a call that never looks is waited for to its end.
//!
//! # When not to use this
//! For many tasks: threads end where the system, or `--most-threads`, says.

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
        move |token: &Token| match work {
            Work::Sleep => {
                task.begin();
                match token.sleep(task.length()) {
                    true => task.finish(),
                    false => None,
                }
            }
            Work::Cpu | Work::Blocking => task.in_pieces(|| token.is_cancelled()),
            Work::Fetch => task.fetch_blocking(fetches),
            Work::Process => task.process_until(deadline),
        }
    };
    let ended = until(deadline, tasks.each_on_a_thread()?.map(perform));
    let ended = ended.map_err(|error| tasks.refused(error))?.into_iter();
    tasks.output(ended.map(|end| end.unwrap_or(Ok(None))))
}

// The lesson: everything below can be taken home.
// It comes with token.rs.

use std::{io, sync::mpsc, thread, time::Instant};

use super::token::Token;

/// Does all `tasks` at once until `deadline`, each on a thread, and then cancels the token
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
    F: FnOnce(&Token) -> T + Send,
    T: Send,
{
    let token = Token::new();
    let (running, all_done) = mpsc::channel::<()>();
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
            let left = deadline.saturating_duration_since(Instant::now());
            // Ends when all senders have gone, or at the deadline.
            let _ = all_done.recv_timeout(left);
        }
        token.cancel();
        let ended = threads.into_iter().map(|thread| Some(thread?.join()));
        let ended = ended.collect();
        started.map(|()| ended)
    })
}
