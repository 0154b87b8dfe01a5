//! One visit to rayon's pool per task and turn, for which one of tokio's threads waits.
//!
//! - `install` blocks tokio's thread until one of rayon's has done the turn: each turn
//!   goes from one pool to the other and back, and tokio's other tasks wait, too.
//! - The cure hands rayon all the turns at once, and a oneshot's `await` waits without a
//!   thread.

// The lesson: everything below can be taken home.
// It needs rayon, tokio (rt-multi-thread).

use std::{io, sync::Arc};

use rayon::ThreadPoolBuilder;
use tokio::{runtime::Builder, task::JoinSet};

/// Has `tasks` tasks take `turns` turns each, in step: a task waits after each turn until
/// all have had theirs. Returns the wrapping sum of what the turns return.
///
/// # Errors
/// The system starts no more threads.
pub fn take_turns(
    workers: usize,
    tasks: usize,
    turns: u64,
    turn: impl Fn(usize, u64) -> u64 + Copy + Send + Sync + 'static,
) -> io::Result<u64> {
    let pool = ThreadPoolBuilder::new().num_threads(workers).build();
    let pool = Arc::new(pool.map_err(io::Error::other)?);
    let runtime = Builder::new_multi_thread()
        .worker_threads(workers)
        .build()?;
    runtime.block_on(async {
        let mut sum = 0_u64;
        for nth in 0..turns {
            let mut visits = JoinSet::new();
            for task in 0..tasks {
                let pool = Arc::clone(&pool);
                visits.spawn(async move { pool.install(|| turn(task, nth)) });
            }
            let results = visits.join_all().await;
            sum = results.into_iter().fold(sum, u64::wrapping_add);
        }
        Ok(sum)
    })
}
