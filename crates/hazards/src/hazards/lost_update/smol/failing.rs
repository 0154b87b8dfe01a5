//! A load and a store where an add belongs, with an await in between.
//!
//! - The await is where another task gets its turn, so it bites on one thread as well.
//! - That tasks may borrow here changes nothing: what is borrowed is shared.

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
        drop(signal);
        Ok(count.load(Relaxed))
    })
}
