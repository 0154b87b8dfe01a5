//! A task a worker, all on one thread: `tokio::process`, with pipes, timers and the ends of
//! processes as events of one reactor.
//!
//! # What to notice
//! - One `timeout` is around the write and the read together: any future can be given a
//!   deadline, and dropping it is what stops it.
//! - `kill_on_drop` is for the ways out that don't reach `kill`; `kill` also waits, so that
//!   no zombie is left.
//! - One thread is enough for any number of workers: it only moves bytes.
//!
//! # When not to use this
//! In a program that has no other use for a runtime: with tasks that are worth a process,
//! `std_only` is as fast, and its stack traces are shorter.

use std::{process::Stdio, sync::Arc};

use anyhow::Result;
use test_fixtures::worker_command;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
    runtime::Builder,
    task::JoinSet,
    time::timeout,
};

use crate::{BUFFER, Job, Output, tasks::Tasks};

/// Has the job's tasks done by worker processes.
pub fn run(job: &Job) -> Result<Output> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let tasks = Arc::new(Tasks::new(job));
    runtime.block_on(async {
        let mut places = JoinSet::new();
        for _ in 0..job.workers.get() {
            places.spawn(hold(Arc::clone(&tasks)));
        }
        let mut result = Ok(());
        while let Some(place) = places.join_next().await {
            result = result.and(place?);
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
            match timeout(session.time_left(), turn).await {
                Ok(Ok(count @ 1..)) => session.received(&buffer[..count]),
                Err(_elapsed) => session.overdue(),
                Ok(Ok(_) | Err(_)) => session.lost(),
            }
        }
        worker.kill().await?;
    }
    Ok(())
}
