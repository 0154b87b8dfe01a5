//! surf's client, and a task for each: one `timeout` around the wait for all of them.
//!
//! surf is unmaintained; use reqwest on tokio, or hyper as `smol` does here. It runs on
//! async-std and is a client only: the function is `async_std`'s, and so is what is no fetch.
//!
//! # What to notice
//! - surf's pool is off: it takes back the connection of a request that is dropped, and the
//!   next request reads what is left of its answer (http-client 6.5.3, src/h1/tcp.rs,
//!   recycle). So each request opens a connection.
//! - Its `get` connects and waits for the head in one: which of them was stopped, nothing
//!   reports.
//! - Its own time-out ends with the head (http-client 6.5.3, src/h1/mod.rs, send), so it is
//!   taken off; the deadline is for all.
//!
//! # When not to use this
//! In new code: it gets no more fixes (RUSTSEC-2025-0036).

use anyhow::Result;

use crate::{
    Job, Output, Work, variants,
    work::{
        Tasks,
        surf::{client, fetch},
    },
};

/// Does every task, and stops at the deadline those that are not done.
pub fn run(job: &Job) -> Result<Output> {
    if job.work != Work::Fetch {
        return variants::async_std::run(job);
    }
    let client = client()?;
    let tasks = Tasks::new(job)?;
    let each = tasks.iter().map(move |task| fetch(client.clone(), task));
    let ended = until(tasks.deadline(), each);
    // Not spawned: it would wait its turn among those that it is to stop.
    let ended = task::block_on(ended).into_iter();
    tasks.output(ended.map(|end| end.unwrap_or(Ok(None))))
}

// The lesson: everything below can be taken home.
// It needs async-std, futures-util (std).

use std::{collections::VecDeque, panic::AssertUnwindSafe, thread, time::Instant};

use async_std::{
    channel,
    future::timeout,
    task::{self, JoinHandle},
};
use futures_util::FutureExt;

/// Does all `tasks` at once until `deadline`, and stops those that are not done. Returns
/// what became of each, in input order, once all have ended: an error is a panic, and
/// `None` a task that was stopped. That may have been in its last step: `cancel` drops what
/// a task returns meanwhile (async-task 4.7, src/raw.rs, run).
pub async fn until<F>(
    deadline: Instant,
    tasks: impl IntoIterator<Item = F>,
) -> Vec<Option<thread::Result<F::Output>>>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let (alive, all_gone) = channel::bounded::<()>(1);
    let tasks = tasks.into_iter().map(move |task| {
        let (task, alive) = (AssertUnwindSafe(task).catch_unwind(), alive.clone());
        task::spawn(task.inspect(move |_| drop(alive)))
    });
    let mut running: VecDeque<_> = tasks.collect();
    let mut ended = Vec::with_capacity(running.len());
    let left = deadline.saturating_duration_since(Instant::now());
    // The next lines find out whether all were done in time.
    let _ = timeout(left, join(&mut running, &mut ended)).await;
    let cancelled = running.drain(..).map(|task| task.cancel().now_or_never());
    ended.extend(cancelled.map(Option::flatten));
    // It fails once the last future has been dropped.
    let _ = all_gone.recv().await;
    ended
}

/// Waits for the tasks in their order, and takes those that have ended out of the queue.
async fn join<T, E: From<T>>(running: &mut VecDeque<JoinHandle<T>>, ended: &mut Vec<E>) {
    while let Some(task) = running.front_mut() {
        ended.push(task.await.into());
        running.pop_front();
    }
}
