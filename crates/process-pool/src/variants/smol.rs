//! A task for each worker, all on one thread: `smol::process` under a `LocalExecutor`.
//!
//! # What to notice
//! - A deadline is a race: `or` polls the turn and a `Timer`, and drops whichever did not
//!   come first.
//! - The executor is the caller's, and a local one: its tasks stay on one thread, and need
//!   not be `Send`.
//! - `kill` does not wait; `status` does, and reaps. A child that is dropped is reaped by
//!   `driver`, a task here. Without it, the first child would start a thread for that, which
//!   stays (async-process 2.5, src/lib.rs, ensure_driven).
//!
//! # When not to use this
//! Where no thread may be left behind: the reactor's is the process's, not the executor's.

use smol::process::driver;
use test_fixtures::worker_command;

use crate::{Job, Output};

/// Has the job's tasks done by worker processes.
pub fn run(job: &Job) -> anyhow::Result<Output> {
    let executor = LocalExecutor::new();
    // The first task, so that it is there before the first child.
    let _driver = executor.spawn(driver());
    let (workers, tasks) = (job.workers.get(), job.tasks());
    let ends = map(&executor, workers, tasks, job.timeout(), worker_command);
    Ok(Output::of_processes(
        job,
        smol::block_on(executor.run(ends))?,
    ))
}

// The lesson: everything below can be taken home.
// It needs postcard (use-std), rustix (stdio), serde, smol.
// It comes with frame.rs, session.rs, waiting.rs, worker.rs.

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
            let late = async {
                Timer::after(session.time_left()).await;
                Err(TimedOut.into())
            };
            match turn.or(late).await {
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
