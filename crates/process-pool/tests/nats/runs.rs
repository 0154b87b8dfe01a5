//! Runs of `map`, with a machine that the test plays by hand.

use std::{future::pending, iter::repeat_n, process::Command, time::Duration};

use anyhow::{Context as _, Result, ensure};
use async_nats::jetstream::{
    Context,
    context::{PublishError, PublishErrorKind},
};
use futures_util::StreamExt;
use process_pool::{
    Report, Task,
    parts::session::{ATTEMPTS, End, LOSSES, WINDOW},
    variants::nats::{
        join, map,
        run::{ACK_WAIT, ANSWERS_WITHIN, Begun, QUEUE, Run},
    },
};
use rustix::process::{Pid, Signal, kill_process};
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
        write_reply(&reply, 0, 1, &[99])?;
        let mapped = async {
            let ends =
                map::<u32, u32>(&jetstream, name, 0, WINDOW, [7, 8], LIMIT, worker);
            Ok(ends.await?)
        };
        let joined = async {
            Ok(join(
                &jetstream,
                name,
                1,
                WINDOW,
                scripted("true", &reply),
                pending(),
            )
            .await?)
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
                // The coordinator's word and the result.
                let stored = messages(&jetstream, "lost-acknowledgement-results").await?;
                ensure!(stored == 2, "{stored} are stored");
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
        write_reply(&reply, 0, 1, &[71])?;
        let mapped = async {
            let ends =
                map::<u32, u32>(&jetstream, "late", 0, WINDOW, [7, 8], LIMIT, worker);
            Ok(ends.await?)
        };
        let joined = async {
            Ok(join(
                &jetstream,
                "late",
                1,
                WINDOW,
                scripted("true", &reply),
                pending(),
            )
            .await?)
        };
        let machine = async {
            let (late, open) = (take(&run).await?, take(&run).await?);
            late.give_back().await?;
            let late = async {
                // The coordinator's word, that the task begins again, and its result.
                for stored in [2, 3] {
                    until("the second attempt is stored", async || {
                        Ok(messages(&jetstream, "late-results").await? >= stored)
                    })
                    .await?;
                    let Err(error) = late.done(&run, 0, 70).await else {
                        anyhow::bail!("the late result was stored");
                    };
                    let kind = error.downcast_ref().map(PublishError::kind);
                    ensure!(kind == Some(PublishErrorKind::WrongLastSequence), "{error}");
                }
                let stored = messages(&jetstream, "late-results").await?;
                ensure!(stored == 3, "{stored} are stored");
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

/// No place sees its worker end: each time, the whole machine is gone. The first time,
/// nobody knows that it had begun.
pub(crate) fn a_task_that_loses_every_machine_is_set_aside() -> Result<()> {
    with_server(async |_, jetstream| {
        let name = "every-machine";
        let run = Run::new(&jetstream, name);
        let mapped = async {
            let ends = map::<u32, u32>(&jetstream, name, 0, WINDOW, [7], LIMIT, worker);
            Ok(ends.await?)
        };
        let joined =
            async { Ok(join(&jetstream, name, 1, WINDOW, worker, pending()).await?) };
        let machine = async {
            for attempt in [1].into_iter().chain(1..=ATTEMPTS) {
                let task = take(&run).await?;
                let begun = run.begin(0, task.delivered).await?;
                let is_begun =
                    matches!(begun, Begun::At { attempt: at, .. } if at == attempt);
                ensure!(is_begun, "attempt {attempt}: {begun:?}");
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
        let mapped = async {
            let ends = map::<u32, u32>(&jetstream, "slow", 1, WINDOW, [7], LIMIT, worker);
            anyhow::Ok(ends.await?)
        };
        let machine = async {
            let run = Run::new(&jetstream, "slow");
            until("the worker has the task", async || {
                let consumer = run.workers().await.ok().flatten();
                Ok(consumer.is_some_and(|it| it.cached_info().num_ack_pending == 1))
            })
            .await?;
            let consumer = run.workers().await?.context("it is there")?;
            let batch = consumer.batch().max_messages(1).expires(ACK_WAIT);
            let taken = batch.messages().await?.next().await;
            ensure!(!matches!(taken, Some(Ok(_))), "it was handed to another");
            Ok(())
        };
        let (ends, ()) = try_join!(mapped, machine)?;
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
            Ok(
                map::<_, Report>(&jetstream, "full", 0, WINDOW, tasks, LIMIT, worker)
                    .await?,
            )
        };
        let machine = async {
            let is_full = async || {
                Ok(messages(&jetstream, "full-tasks").await.unwrap_or(0) == QUEUE as u64)
            };
            until("the queue is full", is_full).await?;
            sleep(Duration::from_millis(300)).await;
            ensure!(is_full().await?, "more than that, or fewer");
            Ok(join(&jetstream, "full", 2, WINDOW, worker, pending()).await?)
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
            Ok(
                map::<_, Report>(&jetstream, "again", 2, WINDOW, tasks, LIMIT, worker)
                    .await?,
            )
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

/// Three machines had it, and were cut off before a worker turned to it.
pub(crate) fn a_task_that_never_began_was_not_tried() -> Result<()> {
    with_server(async |_, jetstream| {
        let run = Run::new(&jetstream, "never-began");
        let mapped = async {
            let tasks = [Task::new(0..100, false, None)];
            Ok(map::<_, Report>(
                &jetstream,
                "never-began",
                0,
                WINDOW,
                tasks,
                LIMIT,
                worker,
            )
            .await?)
        };
        let machine = async {
            for delivered in 1..=3 {
                let task = take(&run).await?;
                ensure!(task.delivered == delivered, "delivery {}", task.delivered);
                task.give_back().await?;
            }
            anyhow::Ok(
                join(&jetstream, "never-began", 1, WINDOW, worker, pending()).await?,
            )
        };
        let (ends, ()) = try_join!(mapped, machine)?;
        let is_done = matches!(ends[..], [End::Done(Report { attempt: 1, .. })]);
        ensure!(is_done, "{ends:?}");
        Ok(())
    })
}

/// Three machines have all tasks in hand, one after another, and leave in the middle of the
/// first. Nothing of that counts as tried.
pub(crate) fn machines_that_leave_cost_no_try() -> Result<()> {
    with_server(async |_, jetstream| {
        let (name, count) = ("leaving", 8);
        let mapped = async {
            let tasks = (0..count).map(|_| Task::new(0..100, false, None));
            anyhow::Ok(
                map::<_, Report>(&jetstream, name, 0, WINDOW, tasks, LIMIT, worker)
                    .await?,
            )
        };
        let machines = async {
            until_there(&jetstream, "leaving-tasks", count as u64).await?;
            let directory = TempDir::new()?;
            for machine in 0..3 {
                let begun = directory.path().join(machine.to_string());
                let commands = format!("touch {}; exec sleep 1000", begun.display());
                let idle = scripted(&commands, &begun);
                let leave = async {
                    while !begun.exists() {
                        sleep(Duration::from_millis(5)).await;
                    }
                };
                join(&jetstream, name, 1, WINDOW, idle, leave).await?;
            }
            anyhow::Ok(join(&jetstream, name, 1, WINDOW, worker, pending()).await?)
        };
        let (ends, ()) = try_join!(mapped, machines)?;
        for end in &ends {
            let is_first = matches!(end, End::Done(Report { attempt: 1, .. }));
            ensure!(is_first, "{end:?}");
        }
        ensure!(ends.len() == count, "{} of {count}", ends.len());
        Ok(())
    })
}

/// The second one has the run, and the first one says so.
pub(crate) fn of_two_coordinators_the_second_has_the_run() -> Result<()> {
    with_server(async |_, jetstream| {
        let name = "two-coordinators";
        let tasks = || (0..20).map(|_| Task::new(0..100, false, None));
        let first = async {
            let ends =
                map::<_, Report>(&jetstream, name, 0, WINDOW, tasks(), LIMIT, worker)
                    .await;
            let why = ends.map(drop).map_err(|error| error.to_string());
            let wanted = "another coordinator has taken over the run";
            ensure!(why == Err(wanted.to_owned()), "{why:?}");
            Ok(())
        };
        let second = async {
            until_there(&jetstream, "two-coordinators-tasks", 20).await?;
            anyhow::Ok(
                map::<_, Report>(&jetstream, name, 1, WINDOW, tasks(), LIMIT, worker)
                    .await?,
            )
        };
        let ((), ends) = try_join!(first, second)?;
        let is_done = |end: &&End<Report>| matches!(end, End::Done(_));
        ensure!(ends.iter().filter(is_done).count() == 20, "{ends:?}");
        let left = jetstream.stream_names().count().await;
        ensure!(left == 0, "{left} streams are left");
        Ok(())
    })
}

/// Whatever is missing, the coordinator does not wait for it.
pub(crate) fn a_run_that_was_removed_is_a_line() -> Result<()> {
    const REMOVED: &str =
        "somebody has removed the run, or a part of it, from the server";
    with_server(async |_, jetstream| {
        let parts = ["tasks", "results", "consumer", "messages"];
        for part in parts {
            let tasks = (0..20).map(|_| Task::new(0..100, false, None));
            let mapped = async {
                let ends =
                    map::<_, Report>(&jetstream, part, 0, WINDOW, tasks, LIMIT, worker);
                let why = ends.await.map(drop).map_err(|error| error.to_string());
                let wanted = match part {
                    "messages" => "the server has lost 20 tasks: it keeps them a week",
                    _ => REMOVED,
                };
                ensure!(why == Err(wanted.to_owned()), "{part}: {why:?}");
                Ok(())
            };
            let removed = async {
                let stream = format!("{part}-tasks");
                until_there(&jetstream, &stream, 20).await?;
                let tasks = jetstream.get_stream(&stream).await?;
                match part {
                    "consumer" => {
                        let mut names = tasks.consumer_names();
                        let name = names.next().await.context("it has one")??;
                        tasks.delete_consumer(&name).await?;
                    }
                    "messages" => drop(tasks.purge().await?),
                    _ => {
                        jetstream.delete_stream(format!("{part}-{part}")).await?;
                    }
                }
                anyhow::Ok(())
            };
            try_join!(mapped, removed)?;
        }
        Ok(())
    })
}

/// It is away when the run is made, and when it is removed.
pub(crate) fn a_server_that_is_away_is_waited_for() -> Result<()> {
    with_server(async |server, jetstream| {
        let pid = Pid::from_child(server.process());
        kill_process(pid, Signal::STOP)?;
        let mapped = async {
            let tasks = [Task::new(0..100, false, None)];
            anyhow::Ok(
                map::<_, Report>(&jetstream, "away", 1, WINDOW, tasks, LIMIT, worker)
                    .await?,
            )
        };
        let back = async {
            sleep(ANSWERS_WITHIN + Duration::from_millis(500)).await;
            anyhow::Ok(kill_process(pid, Signal::CONT)?)
        };
        let (ends, ()) = try_join!(mapped, back)?;
        ensure!(matches!(ends[..], [End::Done(_)]), "{ends:?}");
        let run = Run::new(&jetstream, "gone");
        run.create().await?;
        kill_process(pid, Signal::STOP)?;
        let removed = async { anyhow::Ok(run.delete().await?) };
        let back = async {
            sleep(ANSWERS_WITHIN + Duration::from_millis(500)).await;
            anyhow::Ok(kill_process(pid, Signal::CONT)?)
        };
        try_join!(removed, back)?;
        let left = jetstream.stream_names().count().await;
        ensure!(left == 0, "{left} streams are left");
        Ok(())
    })
}

/// The coordinator's own workers end at once, each of them. Another machine has the rest,
/// which takes longer than the coordinator listens for it.
pub(crate) fn a_run_goes_on_where_workers_work() -> Result<()> {
    with_server(async |_, jetstream| {
        let (name, count) = ("elsewhere", 400);
        let mapped = async {
            let tasks = (0..count).map(|_| Task::new(0..120_000, false, None));
            let none = || Ok(Command::new("false"));
            anyhow::Ok(
                map::<_, Report>(&jetstream, name, 1, WINDOW, tasks, LIMIT, none).await?,
            )
        };
        let machine = async {
            until_there(&jetstream, "elsewhere-tasks", 1).await?;
            anyhow::Ok(join(&jetstream, name, 1, WINDOW, worker, pending()).await?)
        };
        let (ends, ()) = try_join!(mapped, machine)?;
        let is_done = |end: &&End<Report>| matches!(end, End::Done(_));
        let done = ends.iter().filter(is_done).count();
        // Each worker that ended has cost one task a try.
        let least = count - LOSSES as usize;
        ensure!(done >= least, "{done} of {count}, not {least}");
        Ok(())
    })
}

/// Waits until a stream has so many messages.
async fn until_there(jetstream: &Context, stream: &str, count: u64) -> Result<()> {
    until("the tasks are there", async || {
        Ok(messages(jetstream, stream).await.unwrap_or(0) >= count)
    })
    .await
}

/// How many messages a stream has.
async fn messages(jetstream: &Context, stream: &str) -> Result<u64> {
    let stream = jetstream.get_stream(stream).await?;
    Ok(stream.cached_info().state.messages)
}
