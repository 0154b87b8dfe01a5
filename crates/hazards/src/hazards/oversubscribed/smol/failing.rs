//! One thread per task, through `unblock`.
//!
//! - `unblock` starts a thread for a call that finds none free, up to 500 (blocking 1.7,
//!   src/lib.rs, DEFAULT_MAX_THREADS): with one task more, the barrier would never open.
//! - `smol::lock::Barrier` is awaited: a task that waits for the others gives its thread
//!   to one of them.

// The lesson: everything below can be taken home.
// It needs smol.

use std::sync::{Arc, Barrier};

use smol::{Task, block_on, unblock};

/// Has `tasks` tasks take `turns` turns each, in step: a task waits after each turn until
/// all have had theirs. Returns the wrapping sum of what the turns return.
///
/// # Panics
/// `workers` is 0.
pub fn take_turns(
    workers: usize,
    tasks: usize,
    turns: u64,
    turn: impl Fn(usize, u64) -> u64 + Copy + Send + Sync + 'static,
) -> u64 {
    assert!(workers > 0, "workers must be at least 1");
    let barrier = Arc::new(Barrier::new(tasks));
    let mut taken = Vec::new();
    for task in 0..tasks {
        let barrier = Arc::clone(&barrier);
        taken.push(unblock(move || {
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

async fn sum(tasks: Vec<Task<u64>>) -> u64 {
    let mut sum = 0_u64;
    for task in tasks {
        sum = sum.wrapping_add(task.await);
    }
    sum
}
