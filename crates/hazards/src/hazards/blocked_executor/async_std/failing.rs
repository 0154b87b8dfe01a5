//! Blocking calls on the threads that tasks run on.
//!
//! - `block` has no await, so the thread that polls it is gone until it returns.
//! - An async-std that starts a thread when one is blocked was announced, and never
//!   released (async-std 1.13, CHANGELOG.md), though people still say so.

// The lesson: everything below can be taken home.
// It needs async-std.

use std::time::Duration;

use async_std::task::{block_on, sleep, spawn};

/// Calls `block` once for each of `workers`, as many as the executor has threads, beside
/// a heart: a task calls `beat` every `period`. Returns how many calls have returned.
pub fn call(
    workers: usize,
    block: impl Fn() + Copy + Send + 'static,
    period: Duration,
    beat: impl Fn() + Send + 'static,
) -> u64 {
    block_on(async {
        let heart = spawn(async move {
            loop {
                beat();
                sleep(period).await;
            }
        });
        sleep(period * 2).await;
        let mut calls = Vec::new();
        for _ in 0..workers {
            calls.push(spawn(async move { block() }));
        }
        let mut returned = 0;
        for call in calls {
            call.await;
            returned += 1;
        }
        sleep(period * 2).await;
        heart.cancel().await;
        returned
    })
}
