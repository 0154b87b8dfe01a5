//! Blocking calls on the threads of a pool, as many as there are.
//!
//! - A pool's thread that sleeps or reads computes nothing, and rayon starts no other.
//! - The heart is a thread that hands short items to the pool, one after the other.
//! - What waits belongs on threads of its own, as many as may wait at once.

// The lesson: everything below can be taken home.
// It needs rayon.

use std::{
    io,
    sync::mpsc::{self, RecvTimeoutError::Disconnected},
    thread,
    time::Duration,
};

use rayon::ThreadPoolBuilder;

/// Calls `block` once for each of the pool's `workers` threads, beside a heart: the pool
/// calls `beat` every `period`. Returns how many calls have returned.
///
/// # Errors
/// The system starts no more threads.
pub fn call(
    workers: usize,
    block: impl Fn() + Sync,
    period: Duration,
    beat: impl Fn() + Sync,
) -> io::Result<u64> {
    let pool = ThreadPoolBuilder::new().num_threads(workers);
    let called = pool.build_scoped(
        |thread| thread.run(),
        |pool| {
            thread::scope(|scope| {
                let (alive, heart) = mpsc::channel::<()>();
                let beat = &beat;
                thread::Builder::new().spawn_scoped(scope, move || {
                    loop {
                        pool.install(beat);
                        if heart.recv_timeout(period) == Err(Disconnected) {
                            break;
                        }
                    }
                })?;
                thread::sleep(period * 2);
                pool.in_place_scope(|calls| {
                    for _ in 0..workers {
                        calls.spawn(|_| block());
                    }
                });
                thread::sleep(period * 2);
                drop(alive);
                Ok(workers as u64)
            })
        },
    );
    called.map_err(io::Error::other)?
}
