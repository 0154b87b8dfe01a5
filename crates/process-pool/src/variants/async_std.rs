//! A task for each worker, all on one thread: `async_std::process`, which is `smol`'s
//! under another name.
//!
//! # What to notice
//! - Legacy: async-std is discontinued, and points to smol. The move is the `use` lines, an
//!   executor for `spawn_local`, and `or` with a `Timer` for `io::timeout`.
//! - Processes were never stable in it: the feature `unstable` turns them on, with
//!   `spawn_local`.
//! - A dropped handle detaches its task, where smol's cancels it: if this function's future
//!   is dropped, its workers stay.
//!
//! # When not to use this
//! In new code.

use test_fixtures::worker_command;

use crate::{Job, Output};

/// Has the job's tasks done by worker processes.
pub fn run(job: &Job) -> anyhow::Result<Output> {
    let ends = map(
        job.workers.get(),
        job.tasks(),
        job.timeout(),
        worker_command,
    );
    Ok(Output::of_processes(job, task::block_on(ends)?))
}

// The lesson: everything below can be taken home.
// It needs async-std (unstable), futures-util (std), postcard (use-std), rustix (stdio), serde.
// It comes with frame.rs, session.rs, waiting.rs, worker.rs.

use std::{
    io::ErrorKind::TimedOut,
    panic::{AssertUnwindSafe, resume_unwind},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use async_std::{
    io::{self, ReadExt, WriteExt},
    process::Command,
    task,
};
use futures_util::FutureExt;
use serde::{Serialize, de::DeserializeOwned};

use super::{session::End, waiting::Waiting, worker::BUFFER};

/// Has every task done by worker processes, each in at most `timeout`. Returns what each came
/// to, in input order; a lost worker costs its task one more try.
///
/// `worker` makes the command of a worker, a program that calls
/// [`serve`](super::worker::serve).
///
/// # Errors
/// A worker can't be started. No further task is handed out, and those that a worker
/// had have ended.
///
/// # Panics
/// `workers` is 0; or `tasks` or `worker` panics, and then all workers have ended, too.
pub async fn map<T, R>(
    workers: usize,
    tasks: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator + 'static>,
    timeout: Duration,
    worker: impl Fn() -> io::Result<std::process::Command> + Clone + 'static,
) -> io::Result<Vec<End<R>>>
where
    T: Serialize + 'static,
    R: DeserializeOwned + 'static,
{
    assert!(workers > 0, "workers must be at least 1");
    let tasks = Arc::new(Waiting::new(workers, tasks.into_iter(), timeout));
    let mut places = Vec::new();
    for _ in 0..workers {
        let (tasks, worker) = (Arc::clone(&tasks), worker.clone());
        places.push(task::spawn_local(async move { hold(&tasks, worker).await }));
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
        let mut worker = Command::from(worker()?)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut stdin = worker.stdin.take().expect("stdin is piped");
        let mut stdout = worker.stdout.take().expect("stdout is piped");
        session.start();
        while session.is_open() && tasks.exchange(&mut session) {
            let frames = session.outgoing();
            let turn = async {
                // A worker that is gone is seen by the read, after its last replies.
                drop(stdin.write_all(&frames).await);
                stdout.read(&mut buffer).await
            };
            match io::timeout(session.time_left(), turn).await {
                Ok(count @ 1..) => session.received(&buffer[..count]),
                Err(error) if error.kind() == TimedOut => session.overdue(),
                Ok(_) | Err(_) => session.lost(),
            }
        }
        worker.kill()?;
        worker.status().await?;
    }
    Ok(())
}
