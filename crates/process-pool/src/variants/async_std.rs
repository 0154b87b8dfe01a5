//! A task a worker, all on one thread: `async_std::process`, which is `smol`'s under another
//! name.
//!
//! # What to notice
//! - Legacy: async-std is discontinued, and points to smol. The move is the `use` lines, an
//!   executor for `spawn_local`, and `or` with a `Timer` for `io::timeout`.
//! - Processes were never stable in it: the feature `unstable` turns them on, with
//!   `spawn_local`.
//! - A task that nobody owns a scope for must own what it uses: hence the `Arc`.
//!
//! # When not to use this
//! In new code.

use std::{io::ErrorKind::TimedOut, process::Stdio, sync::Arc};

use anyhow::Result;
use async_std::{
    io::{self, ReadExt, WriteExt},
    process::Command,
    task,
};
use test_fixtures::worker_command;

use crate::{BUFFER, Job, Output, tasks::Tasks};

/// Has the job's tasks done by worker processes.
pub fn run(job: &Job) -> Result<Output> {
    let tasks = Arc::new(Tasks::new(job));
    task::block_on(async {
        let places: Vec<_> = (0..job.workers.get())
            .map(|_| task::spawn_local(hold(Arc::clone(&tasks))))
            .collect();
        let mut result = Ok(());
        for place in places {
            result = result.and(place.await);
        }
        result.map(|()| tasks.output())
    })
}

/// Holds one place in the pool: one worker after another, until no task is left.
async fn hold(tasks: Arc<Tasks>) -> Result<()> {
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
