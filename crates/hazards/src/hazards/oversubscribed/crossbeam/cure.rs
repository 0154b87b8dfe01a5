//! One thread per worker, all of them receivers of one channel.

// The lesson: everything below can be taken home.
// It needs crossbeam-channel.

use std::{io, thread};

use crossbeam_channel::unbounded;

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
    let threads = workers;
    let (give, taken) = unbounded();
    let (done, results) = unbounded();
    thread::scope(|scope| {
        for _ in 0..threads {
            let (taken, done, turn) = (taken.clone(), done.clone(), &turn);
            thread::Builder::new().spawn_scoped(scope, move || {
                for (task, nth) in taken {
                    done.send(turn(task, nth)).expect("the caller waits");
                }
            })?;
        }
        drop((taken, done));
        let mut sum = 0_u64;
        for nth in 0..turns {
            for task in 0..tasks {
                give.send((task, nth)).expect("the threads wait for more");
            }
            sum = results.iter().take(tasks).fold(sum, u64::wrapping_add);
        }
        drop(give);
        Ok(sum)
    })
}
