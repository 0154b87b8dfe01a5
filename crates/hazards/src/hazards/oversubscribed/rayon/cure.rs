//! A pool of one thread per worker.

// The lesson: everything below can be taken home.
// It needs rayon.

use rayon::{ThreadPoolBuildError, ThreadPoolBuilder, prelude::*};

/// Has `tasks` tasks take `turns` turns each, in step: a task waits after each turn until
/// all have had theirs. Returns the wrapping sum of what the turns return.
///
/// # Errors
/// The system starts no more threads.
pub fn take_turns(
    workers: usize,
    tasks: usize,
    turns: u64,
    turn: impl Fn(usize, u64) -> u64 + Sync,
) -> Result<u64, ThreadPoolBuildError> {
    ThreadPoolBuilder::new().num_threads(workers).build_scoped(
        |thread| thread.run(),
        |pool| {
            let mut sum = 0_u64;
            for nth in 0..turns {
                let results = (0..tasks).into_par_iter().map(|task| turn(task, nth));
                let results = pool.install(|| results.reduce(|| 0, u64::wrapping_add));
                sum = sum.wrapping_add(results);
            }
            sum
        },
    )
}
