//! A load and a store where an add belongs, with an await in between.
//!
//! - The await is where another task gets its turn, so it bites on one thread as well.
//! - `ASYNC_STD_THREAD_COUNT` decides how many threads the tasks have, not the code.

// The lesson: everything below can be taken home.
// It needs async-std.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use async_std::task::{block_on, spawn, yield_now};

/// Counts with `workers` tasks: each adds one, `increments` times. Returns what the count
/// has come to.
pub fn count(workers: usize, increments: u64) -> u64 {
    let count = Arc::new(AtomicU64::new(0));
    block_on(async {
        let mut tasks = Vec::new();
        for _ in 0..workers {
            let count = Arc::clone(&count);
            tasks.push(spawn(async move {
                for _ in 0..increments {
                    let seen = count.load(Relaxed);
                    yield_now().await;
                    count.store(seen + 1, Relaxed);
                }
            }));
        }
        for task in tasks {
            task.await;
        }
    });
    count.load(Relaxed)
}
