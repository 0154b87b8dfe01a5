//! An add, which no await can split.

// The lesson: everything below can be taken home.
// It needs smol.

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    thread,
};

use smol::{Executor, block_on, channel, future::yield_now};

/// Counts with `workers` tasks, on as many threads: each adds one, `increments` times.
/// Returns what the count has come to.
///
/// # Errors
/// The system starts no more threads.
pub fn count(workers: usize, increments: u64) -> io::Result<u64> {
    let count = AtomicU64::new(0);
    let executor = Executor::new();
    let (signal, shutdown) = channel::bounded::<()>(1);
    thread::scope(|scope| {
        for _ in 0..workers {
            thread::Builder::new()
                .spawn_scoped(scope, || block_on(executor.run(shutdown.recv())))?;
        }
        block_on(async {
            let mut tasks = Vec::new();
            for _ in 0..workers {
                tasks.push(executor.spawn(async {
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
        drop(signal);
        Ok(count.load(Relaxed))
    })
}
