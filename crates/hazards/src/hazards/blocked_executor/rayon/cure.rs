//! Blocking calls on threads of their own, as many as the pool has.

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
                thread::scope(|calls| {
                    for _ in 0..workers {
                        thread::Builder::new().spawn_scoped(calls, &block)?;
                    }
                    io::Result::Ok(())
                })?;
                thread::sleep(period * 2);
                drop(alive);
                Ok(workers as u64)
            })
        },
    );
    called.map_err(io::Error::other)?
}
