//! One thread per task, through `spawn_blocking`.
//!
//! - `spawn_blocking` starts a thread for a call that finds none free, up to 500 (blocking
//!   1.7, src/lib.rs, DEFAULT_MAX_THREADS): with one task more, the barrier would never
//!   open.
//! - async-std's Barrier is awaited: a task that waits for the others gives its thread to
//!   one of them. It is behind the feature `unstable` (async-std 1.13, src/sync/mod.rs,
//!   Barrier), and will stay there.

// The lesson: everything below can be taken home.
// It needs async-std.

use std::sync::{Arc, Barrier};

use async_std::task::{JoinHandle, block_on, spawn_blocking};

/// Has `tasks` tasks take `turns` turns each, in step: a task waits after each turn until
/// all have had theirs. Returns the wrapping sum of what the turns return.
pub fn take_turns(
    tasks: usize,
    turns: u64,
    turn: impl Fn(usize, u64) -> u64 + Copy + Send + Sync + 'static,
) -> u64 {
    let barrier = Arc::new(Barrier::new(tasks));
    let mut taken = Vec::new();
    for task in 0..tasks {
        let barrier = Arc::clone(&barrier);
        taken.push(spawn_blocking(move || {
            let mut sum = 0_u64;
            for nth in 0..turns {
                sum = sum.wrapping_add(turn(task, nth));
                barrier.wait();
            }
            sum
        }));
    }
    block_on(sum(taken))
}

async fn sum(tasks: Vec<JoinHandle<u64>>) -> u64 {
    let mut sum = 0_u64;
    for task in tasks {
        sum = sum.wrapping_add(task.await);
    }
    sum
}
