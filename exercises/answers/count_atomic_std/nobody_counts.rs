//! Without a worker the value is returned as it was.

use std::{
    io,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
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
    let count = AtomicU64::new(value);
    let one = |worker| {
        let mut last = None;
        for nth in 0..increments {
            for _ in 0..reads {
                read(count.load(Relaxed), worker, nth);
            }
            let more = work(worker, nth);
            last = Some(count.fetch_add(more, Relaxed).wrapping_add(more));
        }
        last
    };
    let ended: Vec<_> = thread::scope(|scope| {
        let one = &one;
        let threads = (0..workers).map(|worker| scope.spawn(move || one(worker)));
        let threads: Vec<_> = threads.collect();
        threads.into_iter().map(|thread| thread.join()).collect()
    });
    Ok((count.into_inner(), ended))
}
