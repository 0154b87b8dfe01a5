//! A worker that is done is neither killed nor waited for.

use std::{io, panic::resume_unwind, process::Stdio, sync::Arc, time::Duration};

use serde::{Serialize, de::DeserializeOwned};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
    task::{JoinError, JoinSet},
    time::timeout,
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
pub async fn map<T, R>(
    workers: usize,
    tasks: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator + Send + 'static>,
    timeout: Duration,
    worker: impl Fn() -> io::Result<std::process::Command> + Clone + Send + 'static,
) -> io::Result<Vec<End<R>>>
where
    T: Serialize + Send + 'static,
    R: DeserializeOwned + Send + 'static,
{
    assert!(workers > 0, "workers must be at least 1");
    let tasks = Arc::new(Waiting::new(workers, tasks.into_iter(), timeout));
    let mut places = JoinSet::new();
    for _ in 0..workers {
        let (tasks, worker) = (Arc::clone(&tasks), worker.clone());
        places.spawn(async move { hold(&tasks, worker).await });
    }
    let mut results = Vec::new();
    while let Some(end) = places.join_next().await {
        // No place is aborted.
        results.push(end.map_err(JoinError::into_panic));
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
            match timeout(session.time_left(), turn).await {
                Ok(Ok(count @ 1..)) => session.received(&buffer[..count]),
                Err(_elapsed) => session.overdue(),
                Ok(Ok(_) | Err(_)) => session.lost(),
            }
        }
    }
    Ok(())
}
