//! An add, in a parallel `for_each`.

// The lesson: everything below can be taken home.
// It needs rayon.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use rayon::{ThreadPoolBuildError, ThreadPoolBuilder, prelude::*};

/// Counts on a pool of `workers` threads: for each of them, adds one, `increments` times.
/// Returns what the count has come to.
///
/// # Errors
/// The system starts no more threads.
pub fn count(workers: usize, increments: u64) -> Result<u64, ThreadPoolBuildError> {
    let count = AtomicU64::new(0);
    let increments = (0..workers as u64 * increments).into_par_iter();
    ThreadPoolBuilder::new().num_threads(workers).build_scoped(
        |thread| thread.run(),
        |pool| {
            pool.install(|| {
                increments.for_each(|_| {
                    count.fetch_add(1, Relaxed);
                });
            });
        },
    )?;
    Ok(count.into_inner())
}
