//! Blocking calls on the threads that tasks run on.
//!
//! - `block` has no await, so the thread that polls it is gone until it returns.
//! - By default the global executor has one thread (smol 2.0, src/spawn.rs, SMOL_THREADS):
//!   there a single call stops all tasks.
//! - The timer itself is not late, for async-io has a thread of its own; it is the task
//!   that finds no thread.

// The lesson: everything below can be taken home.
// It needs smol.

use std::{io, thread, time::Duration};

use smol::{Executor, Timer, block_on, channel};

/// Calls `block` once for each of the executor's `workers` threads, beside a heart: a
/// task calls `beat` every `period`. Returns how many calls have returned.
///
/// # Errors
/// The system starts no more threads.
///
/// # Panics
/// `workers` is 0.
pub fn call(
    workers: usize,
    block: impl Fn() + Copy + Send + 'static,
    period: Duration,
    beat: impl Fn() + Send + 'static,
) -> io::Result<u64> {
    assert!(workers > 0, "workers must be at least 1");
    let executor = Executor::new();
    let (signal, shutdown) = channel::bounded::<()>(1);
    thread::scope(|scope| {
        for _ in 0..workers {
            thread::Builder::new()
                .spawn_scoped(scope, || block_on(executor.run(shutdown.recv())))?;
        }
        let returned = block_on(async {
            let heart = executor.spawn(async move {
                loop {
                    beat();
                    Timer::after(period).await;
                }
            });
            Timer::after(period * 2).await;
            let mut calls = Vec::new();
            for _ in 0..workers {
                calls.push(executor.spawn(async move { block() }));
            }
            let mut returned = 0;
            for call in calls {
                call.await;
                returned += 1;
            }
            Timer::after(period * 2).await;
            heart.cancel().await;
            returned
        });
        drop(signal);
        Ok(returned)
    })
}
