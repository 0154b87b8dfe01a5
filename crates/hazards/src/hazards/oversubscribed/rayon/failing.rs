//! A pool of one thread per task.
//!
//! - `broadcast` has every thread of the pool do its turn, so all of them are woken.
//! - Items are not threads: a parallel iterator splits any number of them among what
//!   threads there are. More threads than cores are only more thieves.
//! - A pool of its own for each library or request has the same effect.

// The lesson: everything below can be taken home.
// It needs rayon.

use rayon::{ThreadPoolBuildError, ThreadPoolBuilder};

/// Has `tasks` tasks take `turns` turns each, in step: a task waits after each turn until
/// all have had theirs. Returns the wrapping sum of what the turns return.
///
/// # Errors
/// The system starts no more threads.
pub fn take_turns(
    _workers: usize,
    tasks: usize,
    turns: u64,
    turn: impl Fn(usize, u64) -> u64 + Sync,
) -> Result<u64, ThreadPoolBuildError> {
    ThreadPoolBuilder::new().num_threads(tasks).build_scoped(
        |thread| thread.run(),
        |pool| {
            let mut sum = 0_u64;
            for nth in 0..turns {
                let results = pool.broadcast(|task| turn(task.index(), nth));
                sum = results.into_iter().fold(sum, u64::wrapping_add);
            }
            sum
        },
    )
}
