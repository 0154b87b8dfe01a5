//! Two ways to spawn from inside a task, with an executor of one's own.

// ANCHOR: static
use std::{io, thread};

use smol::{Executor, future};

static EXECUTOR: Executor<'static> = Executor::new();

/// Starts the threads that run tasks. They end with the process, as async-std's do.
pub(crate) fn start(threads: usize) -> io::Result<()> {
    for _ in 0..threads {
        thread::Builder::new()
            .name("executor".to_string())
            .spawn(|| smol::block_on(EXECUTOR.run(future::pending::<()>())))?;
    }
    Ok(())
}

/// From anywhere, in a task or not.
pub(crate) fn on_the_static(work: impl Future<Output = ()> + Send + 'static) {
    EXECUTOR.spawn(work).detach();
}
// ANCHOR_END: static

// ANCHOR: weak
use std::sync::Weak;

/// From a task that has the `Weak` of an `Arc<Executor>`; false once that is dropped.
pub(crate) fn on_the_upgraded(
    executor: &Weak<Executor<'static>>,
    work: impl Future<Output = ()> + Send + 'static,
) -> bool {
    let Some(executor) = executor.upgrade() else {
        return false;
    };
    executor.spawn(work).detach();
    true
}
// ANCHOR_END: weak
