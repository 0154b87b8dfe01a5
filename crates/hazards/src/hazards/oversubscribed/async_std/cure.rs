//! As many threads as `ASYNC_STD_THREAD_COUNT` says, under the executor.

// The lesson: everything below can be taken home.
// It needs async-std (unstable).

use std::sync::Arc;

use async_std::{
    sync::Barrier,
    task::{JoinHandle, block_on, spawn},
};

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
        taken.push(spawn(async move {
            let mut sum = 0_u64;
            for nth in 0..turns {
                sum = sum.wrapping_add(turn(task, nth));
                barrier.wait().await;
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
