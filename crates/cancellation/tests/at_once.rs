//! At the deadline all tasks are cancelled before any of them is waited for, so that none
//! works on meanwhile.

use std::{
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::Instant,
};

use cancellation::variants::smol::until;
use smol::{Executor, block_on, future::yield_now};

const TASKS: usize = 4321;

/// The executor has one thread, the one that asks for the cancels: it runs a task only while
/// `until` waits.
#[test]
fn none_is_begun_after_the_deadline() {
    let begun = AtomicUsize::new(0);
    let executor = Executor::new();
    // Those that are cancelled at a time are then no multiple of those that the executor runs
    // before it looks at `until` again.
    let _other = executor.spawn(async {
        loop {
            yield_now().await;
        }
    });
    let tasks = (0..TASKS).map(|_| async {
        begun.fetch_add(1, Relaxed);
        loop {
            yield_now().await;
        }
    });
    let until = until(&executor, Instant::now(), tasks);
    let ended: Vec<Option<_>> = block_on(executor.run(until));
    let stopped = ended
        .iter()
        .filter(|end: &&Option<Result<(), _>>| end.is_none());
    assert_eq!((stopped.count(), begun.load(Relaxed)), (TASKS, 0));
}
