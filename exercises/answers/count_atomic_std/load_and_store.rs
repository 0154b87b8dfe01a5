//! Between a load and a store another thread adds.

use std::{
    io,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
};

/// Has each worker add what `work` returns to one value, `increments` times, and before
/// each of them `read` it `reads` times.
/// Returns the value, and what each worker's last addition made of it: a panic is that
/// worker's error. Like the atomic's, its additions wrap around.
///
/// # Errors
/// The system starts no more threads; `work` was not called.
///
/// # Panics
/// There is no worker.
pub fn count(
    workers: usize,
    increments: u64,
    reads: u64,
    value: u64,
    read: impl Fn(u64, usize, u64) + Sync,
    work: impl Fn(usize, u64) -> u64 + Sync,
) -> io::Result<(u64, Vec<thread::Result<Option<u64>>>)> {
    assert!(workers > 0, "there is no worker");
    let value = AtomicU64::new(value);
    // The number of turns, or 0 if a thread failed to start.
    let turns = OnceLock::new();
    let ended: Vec<_> = thread::scope(|scope| {
        let threads = (0..workers).map(|worker| {
            let (value, turns, read, work) = (&value, &turns, &read, &work);
            let thread = thread::Builder::new().name(format!("worker {worker}"));
            thread.spawn_scoped(scope, move || {
                let mut last = None;
                for nth in 0..*turns.wait() {
                    for _ in 0..reads {
                        read(value.load(Relaxed), worker, nth);
                    }
                    let more = work(worker, nth);
                    let sum = value.load(Relaxed).wrapping_add(more);
                    value.store(sum, Relaxed);
                    last = Some(sum);
                }
                last
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
