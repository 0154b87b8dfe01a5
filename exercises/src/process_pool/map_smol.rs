//! A place in a pool of processes, on smol.
//!
//! `map` is done: it has `workers` places, and `hold` keeps one of them. The hole is in
//! `hold`: start a worker with pipes for its input and output, and exchange frames with it
//! until no task is left or it can't be believed any more. Then kill it and wait for it; the
//! loop starts the next. A worker does one task after another: another is started only for
//! one that is lost.
//!
//! In Python:
//! ```python
//! def map(workers, tasks, timeout):
//!     with ProcessPoolExecutor(workers) as pool:
//!         return list(pool.map(work, tasks, timeout=timeout))
//! ```
//! There a worker that is killed breaks the whole pool (`BrokenProcessPool`). Here it costs
//! its task one more try.
//!
//! A `Session` decides, and needs to be told what happens: `start()` when the worker is
//! there; `outgoing()` is what to write to it; `received(bytes)` is what it wrote; `lost()`
//! when it is gone, which is a read of no bytes or an error; `overdue()` when `time_left()`
//! passed without a word. While `is_open()`, and `tasks.exchange(&mut session)` is true,
//! there is a turn to be had: write, then read.

use std::{
    io::{self, ErrorKind::TimedOut},
    panic::{AssertUnwindSafe, resume_unwind},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use serde::{Serialize, de::DeserializeOwned};
use smol::{
    LocalExecutor, Timer,
    future::FutureExt,
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
};

use ::process_pool::parts::{session::End, waiting::Waiting, worker::BUFFER};

/// Has every task done by worker processes, each in at most `timeout`. Returns what each came
/// to, in input order; a lost worker costs its task one more try.
///
/// `worker` makes the command of a worker, a program that calls
/// [`serve`](::process_pool::parts::worker::serve).
///
/// # Errors
/// A worker can't be started. No further task is handed out, and those that a worker
/// had have ended.
///
/// # Panics
/// `workers` is 0; or `tasks` or `worker` panics, and then all workers have ended, too.
pub async fn map<'a, T, R>(
    executor: &LocalExecutor<'a>,
    workers: usize,
    tasks: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator + 'a>,
    timeout: Duration,
    worker: impl Fn() -> io::Result<std::process::Command> + Clone + 'a,
) -> io::Result<Vec<End<R>>>
where
    T: Serialize + 'a,
    R: DeserializeOwned + 'a,
{
    assert!(workers > 0, "workers must be at least 1");
    let tasks = Arc::new(Waiting::new(workers, tasks.into_iter(), timeout));
    let mut places = Vec::new();
    for _ in 0..workers {
        let (tasks, worker) = (Arc::clone(&tasks), worker.clone());
        places.push(executor.spawn(async move { hold(&tasks, worker).await }));
    }
    let mut results = Vec::new();
    for place in places {
        results.push(AssertUnwindSafe(place).catch_unwind().await);
    }
    // What panics in a place is the caller's own.
    let mut results = results.into_iter();
    results.try_for_each(|end| end.unwrap_or_else(|panic| resume_unwind(panic)))?;
    let tasks = Arc::into_inner(tasks).expect("all places have ended");
    Ok(tasks.into_ends())
}

/// Holds one place in the pool: one worker after another, until no task is left.
async fn hold<I, R>(
    tasks: &Waiting<I, R>,
    worker: impl Fn() -> io::Result<std::process::Command>,
) -> io::Result<()>
where
    I: ExactSizeIterator<Item: Serialize>,
    R: DeserializeOwned,
{
    let mut session = tasks.place();
    let mut buffer = vec![0; BUFFER];
    while tasks.exchange(&mut session) {
        todo!()
    }
    Ok(())
}
