//! An add, which no await can split.

// The lesson: everything below can be taken home.
// It needs tokio (rt-multi-thread).

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use tokio::{
    runtime::Builder,
    task::{JoinSet, yield_now},
};

/// Counts with `workers` tasks, on as many threads: each adds one, `increments` times.
/// Returns what the count has come to.
///
/// # Errors
/// The system starts no more threads.
pub fn count(workers: usize, increments: u64) -> io::Result<u64> {
    let count = Arc::new(AtomicU64::new(0));
    let runtime = Builder::new_multi_thread()
        .worker_threads(workers)
        .build()?;
    runtime.block_on(async {
        let mut tasks = JoinSet::new();
        for _ in 0..workers {
            let count = Arc::clone(&count);
            tasks.spawn(async move {
                for _ in 0..increments {
                    yield_now().await;
                    count.fetch_add(1, Relaxed);
                }
            });
        }
        tasks.join_all().await;
    });
    Ok(count.load(Relaxed))
}
