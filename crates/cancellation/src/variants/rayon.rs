//! A pool of threads, and a token that each task looks at.
//!
//! Rayon has neither timers nor a way to stop a job: what was begun runs until it looks.
//! What is queued at the deadline is taken off the queue all the same, looks, and ends.
//!
//! # What to notice
//! - `in_place_scope` runs its closure on the calling thread, outside the pool, so that one
//!   is free to wait for the deadline.
//! - Two workers do two tasks at a time. At the deadline the rest are still queued, and that
//!   is where most of them are stopped.
//! - A sleeping task keeps its thread: it sleeps on the [`Token`], which wakes it.
//!
//! # When not to use this
//! For anything that waits: this pool is made to keep cores busy.

use anyhow::Result;
use rayon::ThreadPoolBuilder;

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
    let ended = ThreadPoolBuilder::new()
        .num_threads(job.workers.get())
        .thread_name(|index| format!("worker-{index}"))
        .build_scoped(
            |thread| thread.run(),
            |pool| until(pool, deadline, tasks.iter().map(perform)),
        )?
        .into_iter();
    tasks.output(ended.map(|end| end.unwrap_or(Ok(None))))
}

// The lesson: everything below can be taken home.
// It needs rayon.
// It comes with token.rs.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc,
    thread,
    time::Instant,
};

use rayon::ThreadPool;

use super::token::Token;

/// Does all `tasks` until `deadline`, as many at once as the pool has threads, and then
/// cancels the token that they look at. Returns what became of each, in input order, once
/// all have ended: an error is a panic, and `None` a task that was not begun in time.
pub fn until<F, T>(
    pool: &ThreadPool,
    deadline: Instant,
    tasks: impl IntoIterator<Item = F>,
) -> Vec<Option<thread::Result<T>>>
where
    F: FnOnce(&Token) -> T + Send,
    T: Send,
{
    let token = Token::new();
    let (done, ends) = mpsc::channel();
    let mut ended = Vec::new();
    pool.in_place_scope(|scope| {
        for (index, task) in tasks.into_iter().enumerate() {
            ended.push(None);
            let (token, done) = (&token, done.clone());
            scope.spawn(move |_| {
                if !token.is_cancelled() {
                    let end = catch_unwind(AssertUnwindSafe(|| task(token)));
                    done.send((index, end)).expect("the caller waits");
                }
            });
        }
        drop(done);
        // Ends when all senders have gone, or at the deadline.
        let left = || deadline.saturating_duration_since(Instant::now());
        while !left().is_zero()
            && let Ok((index, end)) = ends.recv_timeout(left())
        {
            ended[index] = Some(end);
        }
        token.cancel();
    });
    for (index, end) in ends {
        ended[index] = Some(end);
    }
    ended
}
