//! tokio's clock and its tasks, those of tokio-util among them.

use std::{future::pending, pin::pin, sync::mpsc, thread};

use tokio::{
    spawn,
    sync::oneshot,
    task::{JoinSet, spawn_blocking},
    time::{Instant, interval_at, sleep, sleep_until, timeout},
};
use tokio_util::{
    sync::CancellationToken,
    task::{AbortOnDropHandle, JoinMap, TaskTracker},
};

use super::{FIRST, PART, SECOND, in_tokio};
use crate::{
    Documented::{As, Nothing},
    Log, Method, Trial,
    Verdict::{Kept, Lost, QueuedAnew},
};

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "`sleep`",
        package: "tokio",
        verdict: QueuedAnew,
        documented: Nothing,
        place: ("src/time/sleep.rs", "pub fn sleep(duration"),
        note: "the time that has passed does not count; use `sleep_until`, or pin one",
        trial: sleeping,
    },
    Method {
        name: "`sleep_until`",
        package: "tokio",
        verdict: Kept,
        documented: Nothing,
        place: ("src/time/sleep.rs", "pub fn sleep_until("),
        note: "the deadline is the caller's",
        trial: sleeping_until,
    },
    Method {
        name: "`&mut Sleep`",
        package: "tokio",
        verdict: Kept,
        documented: Nothing,
        place: ("src/time/sleep.rs", "pub fn sleep(duration"),
        note: "the deadline is in the `Sleep`, which is not dropped",
        trial: sleeping_by_reference,
    },
    Method {
        name: "`Interval::tick`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: ("src/time/interval.rs", "pub async fn tick(&mut self)"),
        note: "the next tick is in the `Interval`",
        trial: tick,
    },
    Method {
        name: "`timeout`",
        package: "tokio",
        verdict: QueuedAnew,
        documented: Nothing,
        place: ("src/time/timeout.rs", "pub fn timeout<F>("),
        note: "the time begins anew, and what the inner future held is dropped with it",
        trial: timing_out,
    },
    Method {
        name: "`&mut JoinHandle`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "Awaiting a `&mut JoinHandle<T>` is cancel safe"),
        place: ("src/runtime/task/join.rs", "pub struct JoinHandle<T>"),
        note: "the result stays in the task",
        trial: handle_by_reference,
    },
    Method {
        name: "`JoinHandle` by value",
        package: "tokio",
        verdict: Lost,
        documented: As(
            Lost,
            "continues running in the background and its return value is lost",
        ),
        place: ("src/runtime/task/join.rs", "pub struct JoinHandle<T>"),
        note: "the task goes on to its end, and its result is lost; await `&mut handle`",
        trial: handle_by_value,
    },
    Method {
        name: "`spawn_blocking`",
        package: "tokio",
        verdict: Lost,
        documented: Nothing,
        place: ("src/task/blocking.rs", "pub fn spawn_blocking<"),
        note: "the closure goes on to its end, and its result is lost; await `&mut handle`",
        trial: blocking,
    },
    Method {
        name: "`JoinSet::join_next`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: ("src/task/join_set.rs", "pub async fn join_next(&mut self)"),
        note: "tasks and results stay in the set",
        trial: join_next,
    },
    Method {
        name: "`JoinSet::join_all`",
        package: "tokio",
        verdict: Lost,
        documented: As(Lost, "all tasks in the `JoinSet` are immediately aborted"),
        place: ("src/task/join_set.rs", "pub struct JoinSet<T>"),
        note: "the set is in the future: its tasks are aborted; loop over `join_next`",
        trial: join_all,
    },
    Method {
        name: "`JoinMap::join_next`",
        package: "tokio-util",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: ("src/task/join_map.rs", "pub async fn join_next(&mut self)"),
        note: "tasks and results stay in the map",
        trial: join_next_of_map,
    },
    Method {
        name: "`AbortOnDropHandle` by value",
        package: "tokio-util",
        verdict: Lost,
        documented: As(Lost, "which [aborts] the task when it is dropped"),
        place: (
            "src/task/abort_on_drop.rs",
            "pub struct AbortOnDropHandle<T>",
        ),
        note: "the task is aborted; await `&mut handle`",
        trial: aborting_handle,
    },
    Method {
        name: "`TaskTracker::wait`",
        package: "tokio-util",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: ("src/task/task_tracker.rs", "pub fn wait(&self)"),
        note: "the tasks go on",
        trial: tracked,
    },
    Method {
        name: "`CancellationToken::cancelled`",
        package: "tokio-util",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: ("src/sync/cancellation_token.rs", "pub fn cancelled(&self)"),
        note: "a cancelled token stays cancelled",
        trial: cancelled,
    },
];

fn sleeping(trial: &Trial) {
    in_tokio(trial.in_a_queue(
        async || sleep(FIRST).await,
        async || sleep(SECOND).await,
        async || thread::sleep(PART),
    ));
}

fn sleeping_until(trial: &Trial) {
    in_tokio(async {
        let deadline = Instant::now() + FIRST;
        trial
            .in_a_queue(
                async || sleep_until(deadline).await,
                async || sleep(SECOND).await,
                async || thread::sleep(PART),
            )
            .await;
    });
}

fn sleeping_by_reference(trial: &Trial) {
    in_tokio(async {
        let mut first = pin!(sleep(FIRST));
        trial
            .in_a_queue(
                async || first.as_mut().await,
                async || sleep(SECOND).await,
                async || thread::sleep(PART),
            )
            .await;
    });
}

fn tick(trial: &Trial) {
    in_tokio(async {
        let mut ticks = interval_at(Instant::now() + FIRST, FIRST);
        trial
            .in_a_queue(
                async || ticks.tick().await,
                async || sleep(SECOND).await,
                async || thread::sleep(PART),
            )
            .await;
    });
}

fn timing_out(trial: &Trial) {
    in_tokio(trial.in_a_queue(
        async || timeout(FIRST, pending::<()>()).await,
        async || sleep(SECOND).await,
        async || thread::sleep(PART),
    ));
}

/// A task that logs `E` when it is let go, and then gives `R`.
fn task(log: &Log) -> (impl Future<Output = u8> + Send + use<>, impl AsyncFnOnce()) {
    let log = log.clone();
    let (go, gone) = oneshot::channel();
    let (ended, end) = oneshot::channel::<()>();
    let task = async move {
        if gone.await.is_ok() {
            log.push(b"E");
        }
        drop(ended);
        b'R'
    };
    let let_go = async || {
        // Both fail where the task has been aborted.
        _ = go.send(());
        _ = end.await;
    };
    (task, let_go)
}

fn handle_by_reference(trial: &Trial) {
    in_tokio(async {
        let (task, let_go) = task(trial.log());
        let mut handle = spawn(task);
        let result = trial.call(async || (&mut handle).await.ok(), let_go).await;
        trial.log().push(result.as_slice());
    });
}

fn handle_by_value(trial: &Trial) {
    in_tokio(async {
        let (task, let_go) = task(trial.log());
        let mut handle = Some(spawn(task));
        let awaits = async || match handle.take() {
            Some(handle) => handle.await.ok(),
            None => None,
        };
        let result = trial.call(awaits, let_go).await;
        trial.log().push(result.as_slice());
    });
}

fn aborting_handle(trial: &Trial) {
    in_tokio(async {
        let (task, let_go) = task(trial.log());
        let mut handle = Some(AbortOnDropHandle::new(spawn(task)));
        let awaits = async || match handle.take() {
            Some(handle) => handle.await.ok(),
            None => None,
        };
        let result = trial.call(awaits, let_go).await;
        trial.log().push(result.as_slice());
    });
}

fn blocking(trial: &Trial) {
    in_tokio(async {
        let log = trial.log().clone();
        let (go, gone) = mpsc::channel();
        let (ended, end) = oneshot::channel::<()>();
        let mut handle = Some(spawn_blocking(move || {
            if gone.recv().is_ok() {
                log.push(b"E");
            }
            drop(ended);
            b'R'
        }));
        let result = trial
            .call(
                async || match handle.take() {
                    Some(handle) => handle.await.ok(),
                    None => None,
                },
                async || {
                    go.send(()).expect("the closure is run");
                    _ = end.await;
                },
            )
            .await;
        trial.log().push(result.as_slice());
    });
}

fn join_next(trial: &Trial) {
    in_tokio(async {
        let (task, let_go) = task(trial.log());
        let mut set = JoinSet::new();
        set.spawn(task);
        let result = trial.call(async || set.join_next().await, let_go).await;
        trial.log().push(result.and_then(Result::ok).as_slice());
    });
}

fn join_all(trial: &Trial) {
    in_tokio(async {
        let (task, let_go) = task(trial.log());
        let mut set = JoinSet::new();
        set.spawn(task);
        let mut set = Some(set);
        let awaits = async || match set.take() {
            Some(set) => set.join_all().await,
            None => Vec::new(),
        };
        let results = trial.call(awaits, let_go).await;
        trial.log().push(results);
    });
}

fn join_next_of_map(trial: &Trial) {
    in_tokio(async {
        let (task, let_go) = task(trial.log());
        let mut map = JoinMap::new();
        map.spawn((), task);
        let result = trial.call(async || map.join_next().await, let_go).await;
        let result = result.and_then(|((), result)| result.ok());
        trial.log().push(result.as_slice());
    });
}

fn tracked(trial: &Trial) {
    in_tokio(async {
        let (task, let_go) = task(trial.log());
        let tracker = TaskTracker::new();
        tracker.spawn(task);
        tracker.close();
        trial.call(async || tracker.wait().await, let_go).await;
        trial.log().push(b"W");
    });
}

fn cancelled(trial: &Trial) {
    in_tokio(async {
        let token = CancellationToken::new();
        trial
            .call(async || token.cancelled().await, async || token.cancel())
            .await;
        trial.log().push(b"C");
    });
}
