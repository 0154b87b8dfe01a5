//! An add, which no await can split.

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
                    yield_now().await;
                    count.fetch_add(1, Relaxed);
                }
            }));
        }
        for task in tasks {
            task.await;
        }
    });
    count.load(Relaxed)
}
