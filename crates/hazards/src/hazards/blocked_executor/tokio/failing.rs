//! Blocking calls on the threads that tasks run on.
//!
//! - `block` has no await, so the thread that polls it is gone until it returns.
//! - One call is enough to make a heart that happens to be on that thread late.
//! - `spawn_blocking` has threads of its own, up to 512 (tokio 1.54,
//!   src/runtime/builder.rs, max_blocking_threads); for work that computes, bound it by a
//!   semaphore or hand it to rayon.

// The lesson: everything below can be taken home.
// It needs tokio (rt-multi-thread, time).

use std::{io, time::Duration};

use tokio::{runtime::Builder, task::JoinSet, time::sleep};

/// Calls `block` once for each of the runtime's `workers` threads, beside a heart: a task
/// calls `beat` every `period`. Returns how many calls have returned.
///
/// # Errors
/// The system starts no more threads.
pub fn call(
    workers: usize,
    block: impl Fn() + Copy + Send + 'static,
    period: Duration,
    beat: impl Fn() + Send + 'static,
) -> io::Result<u64> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_time()
        .build()?;
    runtime.block_on(async {
        let heart = tokio::spawn(async move {
            loop {
                beat();
                sleep(period).await;
            }
        });
        sleep(period * 2).await;
        let mut calls = JoinSet::new();
        for _ in 0..workers {
            calls.spawn(async move { block() });
        }
        let returned = calls.join_all().await.len();
        sleep(period * 2).await;
        heart.abort();
        Ok(returned as u64)
    })
}
