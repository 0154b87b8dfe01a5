//! A join under a lock, in requests that come one after the other.
//!
//! - No thread waits for another's lock: one waits for its own.
//! - The halves are uneven, so the thread with the shorter one waits for the other; even
//!   halves would hide it most of the time.
//! - The cure does the parallel work first and locks for the result alone.

// The lesson: everything below can be taken home.
// It needs rayon.

use std::{sync::Mutex, thread, time::Duration};

use rayon::{ThreadPoolBuildError, ThreadPoolBuilder, join};

/// A pool of `workers` threads gets four requests for each of them, half a millisecond
/// apart, and adds one for each half of a request. Returns the sum.
///
/// # Errors
/// The system starts no more threads.
pub fn sum(workers: usize) -> Result<u64, ThreadPoolBuildError> {
    let sum = Mutex::new(0);
    let request = || {
        let mut sum = sum.lock().expect("no panic is in the lock");
        let (left, right) = join(|| half(1), || half(5));
        *sum += left + right;
    };
    ThreadPoolBuilder::new().num_threads(workers).build_scoped(
        |thread| thread.run(),
        |pool| {
            pool.in_place_scope(|scope| {
                for _ in 0..workers * 4 {
                    scope.spawn(|_| request());
                    thread::sleep(Duration::from_micros(500));
                }
            });
        },
    )?;
    Ok(sum.into_inner().expect("no panic is in the lock"))
}

/// Half of a request's work.
fn half(milliseconds: u64) -> u64 {
    thread::sleep(Duration::from_millis(milliseconds));
    1
}
