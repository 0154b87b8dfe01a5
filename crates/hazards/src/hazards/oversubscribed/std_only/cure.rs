//! One thread per worker, with its share of the tasks.

// The lesson: everything below can be taken home.

use std::{
    io,
    sync::{
        Barrier, OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
};

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
    turn: impl Fn(usize, u64) -> u64 + Sync,
) -> io::Result<u64> {
    assert!(workers > 0, "workers must be at least 1");
    let threads = workers.min(tasks);
    let barrier = OnceLock::<Option<Barrier>>::new();
    let sum = AtomicU64::new(0);
    thread::scope(|scope| {
        let start = |thread| {
            let (barrier, sum, turn) = (&barrier, &sum, &turn);
            thread::Builder::new().spawn_scoped(scope, move || {
                let Some(barrier) = barrier.wait() else {
                    return;
                };
                for nth in 0..turns {
                    for task in (thread..tasks).step_by(threads) {
                        sum.fetch_add(turn(task, nth), Relaxed);
                    }
                    barrier.wait();
                }
            })
        };
        let started = (0..threads).try_for_each(|thread| start(thread).map(drop));
        // Where one is missing, the others would wait at the barrier for ever.
        let all = started.is_ok().then(|| Barrier::new(threads));
        barrier.set(all).expect("it is set once");
        started
    })?;
    Ok(sum.into_inner())
}
