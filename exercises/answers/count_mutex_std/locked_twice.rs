//! The reader's guard is still there when the same thread locks for its increment.

use std::{
    io,
    sync::{LockResult, Mutex, OnceLock, PoisonError},
    thread,
};

/// How a worker ended: it panicked, or found the lock poisoned, or did all its
/// increments. The value is what its last increment returned.
pub type Ended<R> = thread::Result<LockResult<Option<R>>>;

/// Has each worker do `work` on one value `increments` times, and before each of them
/// `read` it `reads` times, alone with it each time.
/// Returns the value, and how each worker ended: a panic is that worker's error, and
/// poison for all who lock after it.
///
/// # Errors
/// The system starts no more threads; `work` was not called.
///
/// # Panics
/// There is no worker.
pub fn count<T: Send, R: Send>(
    workers: usize,
    increments: u64,
    reads: u64,
    value: T,
    read: impl Fn(&T, usize, u64) + Sync,
    work: impl Fn(&mut T, usize, u64) -> R + Sync,
) -> io::Result<(LockResult<T>, Vec<Ended<R>>)> {
    assert!(workers > 0, "there is no worker");
    let value = Mutex::new(value);
    // The number of turns, or 0 if a thread failed to start.
    let turns = OnceLock::new();
    let ended: Vec<_> = thread::scope(|scope| {
        let threads = (0..workers).map(|worker| {
            let (value, turns, read, work) = (&value, &turns, &read, &work);
            let thread = thread::Builder::new().name(format!("worker {worker}"));
            thread.spawn_scoped(scope, move || {
                let mut last = None;
                for nth in 0..*turns.wait() {
                    let mut reader = None;
                    for _ in 0..reads {
                        drop(reader.take());
                        let Ok(value) = value.lock() else {
                            return Err(PoisonError::new(last));
                        };
                        read(&value, worker, nth);
                        reader = Some(value);
                    }
                    let Ok(mut value) = value.lock() else {
                        return Err(PoisonError::new(last));
                    };
                    last = Some(work(&mut value, worker, nth));
                }
                Ok(last)
            })
        });
        let threads = threads.collect::<io::Result<Vec<_>>>();
        turns.get_or_init(|| if threads.is_ok() { increments } else { 0 });
        // All are joined: a scope raises the panic of a thread that nobody joined.
        let ends = threads?.into_iter().map(|thread| thread.join());
        io::Result::Ok(ends.collect())
    })?;
    Ok((value.into_inner(), ended))
}
