//! One thread per worker, under an executor.

// The lesson: everything below can be taken home.
// It needs smol.

use std::{io, sync::Arc, thread};

use smol::{Executor, Task, block_on, channel, lock::Barrier};

/// Has `tasks` tasks take `turns` turns each, in step: a task waits after each turn until
/// all have had theirs. Returns the wrapping sum of what the turns return.
///
/// # Errors
/// The system starts no more threads.
///
/// # Panics
/// `workers` is 0.
pub fn take_turns(
    workers: usize,
    tasks: usize,
    turns: u64,
    turn: impl Fn(usize, u64) -> u64 + Copy + Send + Sync + 'static,
) -> io::Result<u64> {
    assert!(workers > 0, "workers must be at least 1");
    let barrier = Arc::new(Barrier::new(tasks));
    let executor = Executor::new();
    let mut taken = Vec::new();
    for task in 0..tasks {
        let barrier = Arc::clone(&barrier);
        taken.push(executor.spawn(async move {
            let mut sum = 0_u64;
            for nth in 0..turns {
                sum = sum.wrapping_add(turn(task, nth));
                barrier.wait().await;
            }
            sum
        }));
    }
    let (signal, shutdown) = channel::bounded::<()>(1);
    thread::scope(|scope| {
        for _ in 0..workers {
            thread::Builder::new()
                .spawn_scoped(scope, || block_on(executor.run(shutdown.recv())))?;
        }
        let sum = block_on(sum(taken));
        drop(signal);
        Ok(sum)
    })
}

async fn sum(tasks: Vec<Task<u64>>) -> u64 {
    let mut sum = 0_u64;
    for task in tasks {
        sum = sum.wrapping_add(task.await);
    }
    sum
}
