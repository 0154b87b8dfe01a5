//! A runtime for each core, each on one thread of its own, and one semaphore for all.
//!
//! Tasks stay on the thread that has spawned them, with its timers and its sockets. Only
//! permits and the items that are left are shared: who has a permit takes the next item.
//!
//! # What to notice
//! - Each core makes its own client, in its own runtime: a connection belongs to the runtime
//!   that has opened it. So `work` makes the work of a core, as servers on this plan ask for.
//! - Nothing that a core does has to be `Send`: `spawn_local` keeps it there.
//! - There is no work stealing: tasks queued on a busy core wait, though another is idle.
//!
//! # When not to use this
//! Where tasks differ much in what they compute: tokio's other runtime moves them.

use anyhow::Result;
use page_client::tokio::Client;
use tokio::time::sleep;

use crate::{Job, Output, work::rehashed};

/// Fetches every URL, at most `job.limit` at once.
pub fn run(job: &Job) -> Result<Output> {
    let pace = job.pace();
    let fetch = || {
        let (client, rounds) = (Client::new(&job.client()), job.rehash);
        let pace = pace.clone();
        move |url: String| {
            let (client, pace) = (client.clone(), pace.clone());
            async move {
                let _item = pace.item(sleep).await;
                rehashed(client.fetch(&url).await, rounds)
            }
        }
    };
    let (cores, limit) = (job.workers.get(), job.limit.get());
    let pages = at_most(cores, limit, job.urls.clone(), fetch)?.into_iter();
    Ok(pages
        .map(|page| page.map_err(JoinError::into_panic))
        .collect())
}

// The lesson: everything below can be taken home.
// It needs tokio (rt, sync), tokio-util (rt).

use std::{
    io,
    panic::resume_unwind,
    sync::{Arc, Mutex},
    thread,
};

use tokio::{
    runtime::{Builder, LocalOptions},
    sync::Semaphore,
    task::JoinError,
};
use tokio_util::task::JoinQueue;

/// Does the work on every item, at most `limit` at once, on `cores` threads with a runtime
/// each. `work` makes what a thread does its items with. Returns what came of each, in input
/// order: a panic is an error.
///
/// # Errors
/// The system starts no more threads, or a runtime can't be made; what was under way has
/// ended.
///
/// # Panics
/// `cores` or `limit` is 0.
pub fn at_most<I, W, F>(
    cores: usize,
    limit: usize,
    items: impl IntoIterator<Item = I, IntoIter: Send>,
    work: impl Fn() -> W + Sync,
) -> io::Result<Vec<Result<F::Output, JoinError>>>
where
    I: 'static,
    W: Fn(I) -> F + Clone + 'static,
    F: Future<Output: Send + 'static> + 'static,
{
    assert!(cores > 0, "cores must be at least 1");
    assert!(limit > 0, "limit must be at least 1");
    let semaphore = Arc::new(Semaphore::new(limit));
    let items = Mutex::new(items.into_iter().enumerate());
    let core = || {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build_local(LocalOptions::default())
            // Without this core the others take no more.
            .inspect_err(|_| semaphore.close())?;
        let work = work();
        runtime.block_on(async {
            let (mut tasks, mut ended) = (JoinQueue::new(), Vec::new());
            let mut indices = Vec::new();
            while let Ok(permit) = Arc::clone(&semaphore).acquire_owned().await {
                // Where the items' iterator has panicked, there are none.
                let next = items.lock().ok().and_then(|mut items| items.next());
                let Some((index, item)) = next else { break };
                let work = work.clone();
                indices.push(index);
                tasks.spawn_local(async move {
                    let _permit = permit;
                    work(item).await
                });
                while let Some(end) = tasks.try_join_next() {
                    ended.push(end);
                }
            }
            while let Some(end) = tasks.join_next().await {
                ended.push(end);
            }
            io::Result::Ok(indices.into_iter().zip(ended))
        })
    };
    let ends = thread::scope(|scope| {
        let threads = (0..cores).map(|number| {
            let thread = thread::Builder::new().name(format!("core {number}"));
            thread.spawn_scoped(scope, core)
        });
        let threads = threads.collect::<io::Result<Vec<_>>>();
        let threads = threads.inspect_err(|_| semaphore.close())?;
        let ends = threads.into_iter().map(|thread| thread.join());
        // All are joined: a scope raises the panic of a thread that nobody joined.
        io::Result::Ok(ends.collect::<Vec<_>>())
    })?;
    let mut ended = Vec::new();
    for end in ends {
        // A panic of the items' iterator or of `work` is the caller's.
        ended.extend(end.unwrap_or_else(|panic| resume_unwind(panic))?);
    }
    ended.sort_unstable_by_key(|(index, _)| *index);
    Ok(ended.into_iter().map(|(_, end)| end).collect())
}
