//! One visit to rayon's pool per turn, for which no thread waits.

// The lesson: everything below can be taken home.
// It needs rayon, tokio (rt-multi-thread, sync).

use std::io;

use rayon::{ThreadPoolBuilder, prelude::*};
use tokio::{runtime::Builder, sync::oneshot};

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
    let pool = pool.map_err(io::Error::other)?;
    let runtime = Builder::new_multi_thread()
        .worker_threads(workers)
        .build()?;
    runtime.block_on(async {
        let mut sum = 0_u64;
        for nth in 0..turns {
            let (reply, result) = oneshot::channel();
            pool.spawn(move || {
                let results = (0..tasks).into_par_iter().map(|task| turn(task, nth));
                // Nobody awaits the reply any more if the runtime has ended.
                let _ = reply.send(results.reduce(|| 0, u64::wrapping_add));
            });
            sum = sum.wrapping_add(result.await.map_err(io::Error::other)?);
        }
        Ok(sum)
    })
}
