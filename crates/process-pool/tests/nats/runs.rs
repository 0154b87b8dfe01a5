//! Runs of `map`, with a machine that the test plays by hand.

use std::{future::pending, iter::repeat_n, time::Duration};

use anyhow::{Result, ensure};
use async_nats::jetstream::{
    Context,
    context::{PublishError, PublishErrorKind},
};
use process_pool::{
    Report, Task,
    parts::session::{ATTEMPTS, End},
    variants::nats::{
        join, map,
        run::{ACK_WAIT, Begun, QUEUE, Run},
    },
};
use tempfile::TempDir;
use tokio::{time::sleep, try_join};

use crate::machine::{LIMIT, scripted, take, until, with_server, worker, write_reply};

/// The machine stores its result, and its acknowledgement is lost. Whoever gets the task
/// next finds the result, and doesn't do it again.
pub(crate) fn a_lost_acknowledgement_counts_once() -> Result<()> {
    with_server(async |_, jetstream| {
        let name = "lost-acknowledgement";
        let (directory, run) = (TempDir::new()?, Run::new(&jetstream, name));
        let reply = directory.path().join("reply");
        write_reply(&reply, 0, 2, &[99])?;
        let mapped = async {
            let ends = map::<u32, u32>(&jetstream, name, 0, [7, 8], LIMIT, worker);
            Ok(ends.await?)
        };
        let joined = async {
            Ok(join(&jetstream, name, 1, scripted("true", &reply), pending()).await?)
        };
        let machine = async {
            let (first, second) = (take(&run).await?, take(&run).await?);
            first.done(&run, 0, 70).await?;
            first.give_back().await?;
            let other = async {
                until("just one is left", async || {
                    Ok(messages(&jetstream, "lost-acknowledgement-tasks").await? == 1)
                })
                .await?;
                let stored = messages(&jetstream, "lost-acknowledgement-results").await?;
                ensure!(stored == 1, "{stored} are stored");
                second.done(&run, 0, 80).await?;
                second.acknowledge().await
            };
            try_join!(joined, other)
        };
        let (ends, _) = try_join!(mapped, machine)?;
        ensure!(ends == [End::Done(70), End::Done(80)], "{ends:?}");
        Ok(())
    })
}

/// A machine has the first attempt, and is late: another one has done the second.
pub(crate) fn a_late_result_is_refused_by_its_attempt() -> Result<()> {
    with_server(async |_, jetstream| {
        let (directory, run) = (TempDir::new()?, Run::new(&jetstream, "late"));
        let reply = directory.path().join("reply");
        write_reply(&reply, 0, 2, &[71])?;
        let mapped = async {
            let ends = map::<u32, u32>(&jetstream, "late", 0, [7, 8], LIMIT, worker);
            Ok(ends.await?)
        };
        let joined = async {
            Ok(join(&jetstream, "late", 1, scripted("true", &reply), pending()).await?)
        };
        let machine = async {
            let (late, open) = (take(&run).await?, take(&run).await?);
            late.give_back().await?;
            let late = async {
                for wanted in [1, 2] {
                    until("the second attempt is stored", async || {
                        Ok(messages(&jetstream, "late-results").await? >= wanted)
                    })
                    .await?;
                    // Announced or done, it is what counts.
                    let Err(error) = late.done(&run, 0, 70).await else {
                        anyhow::bail!("the late result was stored");
                    };
                    let kind = error.downcast_ref().map(PublishError::kind);
                    ensure!(kind == Some(PublishErrorKind::WrongLastSequence), "{error}");
                }
                open.done(&run, 0, 80).await?;
                open.acknowledge().await
            };
            try_join!(joined, late)
        };
        let (ends, _) = try_join!(mapped, machine)?;
        ensure!(ends == [End::Done(71), End::Done(80)], "{ends:?}");
        Ok(())
    })
}

/// No worker of the pool sees it end: each time, the whole machine is gone.
pub(crate) fn a_task_that_loses_every_machine_is_set_aside() -> Result<()> {
    with_server(async |_, jetstream| {
        let name = "every-machine";
        let run = Run::new(&jetstream, name);
        let mapped = async {
            let ends = map::<u32, u32>(&jetstream, name, 0, [7], LIMIT, worker);
            Ok(ends.await?)
        };
        let joined = async { Ok(join(&jetstream, name, 1, worker, pending()).await?) };
        let machine = async {
            for attempt in 1..=ATTEMPTS {
                let task = take(&run).await?;
                ensure!(task.delivered == i64::from(attempt), "another attempt");
                let begun = run.begin(0, attempt).await?;
                ensure!(matches!(begun, Begun::At(_)), "{begun:?}");
                task.give_back().await?;
            }
            joined.await
        };
        let (ends, ()) = try_join!(mapped, machine)?;
        ensure!(ends == [End::WorkerLost], "{ends:?}");
        Ok(())
    })
}

/// It takes longer than a machine may be silent, and is done at its first attempt.
pub(crate) fn a_slow_worker_is_not_taken_for_dead() -> Result<()> {
    with_server(async |_, jetstream| {
        let directory = TempDir::new()?;
        let reply = directory.path().join("reply");
        write_reply(&reply, 0, 1, &[5])?;
        let slow = format!("sleep {}", ACK_WAIT.as_secs() + 1);
        let worker = scripted(&slow, &reply);
        let ends = map::<u32, u32>(&jetstream, "slow", 1, [7], LIMIT, worker).await?;
        ensure!(ends == [End::Done(5)], "{ends:?}");
        Ok(())
    })
}

pub(crate) fn a_full_queue_pushes_back() -> Result<()> {
    with_server(async |_, jetstream| {
        let count = QUEUE as usize + 500;
        let mapped = async {
            let tasks = repeat_n(Task::new(0..0, true, None), count);
            // The length of it is known.
            let tasks = tasks.collect::<Vec<_>>();
            Ok(map::<_, Report>(&jetstream, "full", 0, tasks, LIMIT, worker).await?)
        };
        let machine = async {
            let is_full = async || {
                Ok(messages(&jetstream, "full-tasks").await.unwrap_or(0) == QUEUE as u64)
            };
            until("the queue is full", is_full).await?;
            sleep(Duration::from_millis(300)).await;
            ensure!(is_full().await?, "more than that, or fewer");
            Ok(join(&jetstream, "full", 2, worker, pending()).await?)
        };
        let (ends, ()) = try_join!(mapped, machine)?;
        let done = ends
            .iter()
            .filter(|end| matches!(end, End::Done(Report { attempt: 1, .. })));
        let done = done.count();
        ensure!(done == count, "{done} of {count} were done once");
        Ok(())
    })
}

/// It is killed several times, at any moment.
pub(crate) fn a_server_that_is_started_again_loses_nothing() -> Result<()> {
    with_server(async |server, jetstream| {
        let count = 120;
        let mapped = async {
            let tasks = (0..count).map(|_| Task::new(0..60_000, false, None));
            Ok(map::<_, Report>(&jetstream, "again", 2, tasks, LIMIT, worker).await?)
        };
        let restarts = async {
            for wait in [30, 200, 300] {
                sleep(Duration::from_millis(wait)).await;
                server.restart()?;
            }
            anyhow::Ok(())
        };
        let (ends, ()) = try_join!(mapped, restarts)?;
        for end in &ends {
            ensure!(
                matches!(end, End::Done(Report { primes: 6057, .. })),
                "{end:?}"
            );
        }
        ensure!(ends.len() == count, "{} of {count}", ends.len());
        Ok(())
    })
}

/// How many messages a stream has.
async fn messages(jetstream: &Context, stream: &str) -> Result<u64> {
    let stream = jetstream.get_stream(stream).await?;
    Ok(stream.cached_info().state.messages)
}
