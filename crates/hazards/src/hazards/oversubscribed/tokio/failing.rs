//! One thread per task, through `spawn_blocking`.
//!
//! - `spawn_blocking` starts a thread for a call that finds none free, up to 512 (tokio
//!   1.54, src/runtime/builder.rs, max_blocking_threads): with one task more, the barrier
//!   would never open.
//! - tokio's Barrier is awaited: a task that waits for the others gives its thread to one of
//!   them.

// The lesson: everything below can be taken home.
// It needs tokio (rt-multi-thread).

use std::{
    io,
    sync::{Arc, Barrier},
};

use tokio::{runtime::Builder, task::JoinSet};

/// Has `tasks` tasks take `turns` turns each, in step: a task waits after each turn until
/// all have had theirs. Returns the wrapping sum of what the turns return.
///
/// # Errors
/// The system starts no more threads.
pub fn take_turns(
    workers: usize,
    tasks: usize,
    turns: u64,
    turn: impl Fn(usize, u64) -> u64 + Copy + Send + Sync + 'static,
) -> io::Result<u64> {
    let barrier = Arc::new(Barrier::new(tasks));
    let runtime = Builder::new_multi_thread()
        .worker_threads(workers)
        .build()?;
    runtime.block_on(async {
        let mut taken = JoinSet::new();
        for task in 0..tasks {
            let barrier = Arc::clone(&barrier);
            taken.spawn_blocking(move || {
                let mut sum = 0_u64;
                for nth in 0..turns {
                    sum = sum.wrapping_add(turn(task, nth));
                    barrier.wait();
                }
                sum
            });
        }
        let sums = taken.join_all().await;
        Ok(sums.into_iter().fold(0, u64::wrapping_add))
    })
}
