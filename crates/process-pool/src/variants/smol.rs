//! A task a worker, all on one thread: `smol::process` under a `LocalExecutor`.
//!
//! # What to notice
//! - A deadline is a race: `or` polls the turn and a `Timer`, and drops whichever did not
//!   come first.
//! - Tasks borrow `tasks`: an executor that is a local variable lets them, and cancels those
//!   that are left when it is dropped.
//! - `kill` does not wait; `status` does. Processes are reaped by a thread of the package's
//!   own, `async-process`, which stays, as does the reactor's.
//!
//! # When not to use this
//! Where no thread may be left behind: those two are the process's, not the executor's.

use std::{io::ErrorKind::TimedOut, process::Stdio};

use anyhow::Result;
use smol::{
    LocalExecutor, Timer,
    future::FutureExt,
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
};
use test_fixtures::worker_command;

use crate::{BUFFER, Job, Output, tasks::Tasks};

/// Has the job's tasks done by worker processes.
pub fn run(job: &Job) -> Result<Output> {
    let tasks = Tasks::new(job);
    let executor = LocalExecutor::new();
    smol::block_on(executor.run(async {
        let places: Vec<_> = (0..job.workers.get())
            .map(|_| executor.spawn(hold(&tasks)))
            .collect();
        let mut result = Ok(());
        for place in places {
            result = result.and(place.await);
        }
        result.map(|()| tasks.output())
    }))
}

/// Holds one place in the pool: one worker after another, until no task is left.
async fn hold(tasks: &Tasks) -> Result<()> {
    let mut session = tasks.session();
    let mut buffer = vec![0; BUFFER];
    while tasks.exchange(&mut session) {
        let mut worker = Command::from(worker_command()?)
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
