//! `until(deadline, tasks)` stops tasks that sleep, and `until_told` calls that block.

macro_rules! until_tokio {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::cancellation::Job) -> anyhow::Result<::cancellation::Output> {
            use $($answer)+::until;
            use tokio::{runtime::Builder, task::JoinError};
            let runtime = Builder::new_multi_thread()
                .worker_threads(job.workers.get())
                .enable_all()
                .build()?;
            let tasks = ::cancellation::work::Tasks::new(job)?;
            let sleeps = tasks.iter().map(::cancellation::work::tokio::sleep);
            let deadline = tasks.deadline().into();
            let ended = runtime.block_on(async move { until(deadline, sleeps).await });
            tasks.output(ended.into_iter().map(|end: Result<_, JoinError>| match end {
                Err(error) if error.is_cancelled() => Ok(None),
                end => end.map_err(JoinError::into_panic),
            }))
        }
        match crate::adapters::look::asked($words) {
            Some(look) => crate::adapters::cancellation::look(look, &|deadline, tasks, scene| {
                use $($answer)+::until;
                let sleep = tokio::time::sleep;
                // A thread for each task, and more: who doesn't wait is not held up.
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(2 * tasks)
                    .enable_all()
                    .build()?;
                let plays = (0..tasks).map(|task| std::sync::Arc::clone(scene).play(task, sleep));
                let plays: Vec<_> = plays.collect();
                let watched = std::sync::Arc::clone(scene);
                let ended = runtime.block_on(async move {
                    let ended = until(deadline.into(), plays).await;
                    watched.returns();
                    crate::adapters::cancellation::rest(&watched, sleep).await;
                    ended
                });
                Ok(ended.into_iter().map(crate::adapters::cancellation::stopped).collect())
            }),
            None => {
                test_fixtures::speak::<::cancellation::Cancellation>(&["of", $name], $words, run)
            }
        }
    }};
}

macro_rules! until_smol {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::cancellation::Job) -> anyhow::Result<::cancellation::Output> {
            use $($answer)+::until;
            let tasks = ::cancellation::work::Tasks::new(job)?;
            let ended = crate::adapters::on_smol(job.workers.get(), async |executor| {
                let sleeps = tasks.iter().map(::cancellation::work::smol::sleep);
                let ended = until(&executor, tasks.deadline(), sleeps).await;
                // Looked at now: the executor is dropped with what it still has.
                tasks.output(ended.into_iter().map(|end| end.unwrap_or(Ok(None))))
            });
            ended?
        }
        match crate::adapters::look::asked($words) {
            Some(look) => crate::adapters::cancellation::look(look, &|deadline, tasks, scene| {
                use $($answer)+::until;
                let sleep = smol::Timer::after;
                let plays = (0..tasks).map(|task| std::sync::Arc::clone(scene).play(task, sleep));
                let plays: Vec<_> = plays.collect();
                crate::adapters::on_smol(2 * tasks, async |executor| {
                    let ended = until(&executor, deadline, plays).await;
                    scene.returns();
                    crate::adapters::cancellation::rest(scene, sleep).await;
                    ended
                })
            }),
            None => {
                test_fixtures::speak::<::cancellation::Cancellation>(&["of", $name], $words, run)
            }
        }
    }};
}

macro_rules! until_std {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::cancellation::Job) -> anyhow::Result<::cancellation::Output> {
            use $($answer)+::until;
            use ::cancellation::{parts::token::Token, work::{Task, Tasks}};
            let tasks = Tasks::new(job)?;
            let sleep = |task: Task| {
                move |token: &Token| {
                    task.begin();
                    match token.sleep(task.length()) {
                        true => task.finish(),
                        false => None,
                    }
                }
            };
            let ended = until(tasks.deadline(), tasks.iter().map(sleep));
            let ended = ended.map_err(|error| tasks.refused(error))?.into_iter();
            tasks.output(ended.map(|end| end.unwrap_or(Ok(None))))
        }
        match crate::adapters::look::asked($words) {
            Some(look) => crate::adapters::cancellation::look(look, &|deadline, tasks, scene| {
                use $($answer)+::until;
                use ::cancellation::parts::token::Token;
                let sleep = |task| {
                    move |token: &Token| {
                        scene.work_until(task, || {
                            !token.sleep(std::time::Duration::from_millis(1))
                        })
                    }
                };
                let ended = until(deadline, (0..tasks).map(sleep))?;
                scene.returns();
                Ok(ended)
            }),
            None => {
                test_fixtures::speak::<::cancellation::Cancellation>(&["of", $name], $words, run)
            }
        }
    }};
}

macro_rules! until_told_tokio {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::cancellation::Job) -> anyhow::Result<::cancellation::Output> {
            use $($answer)+::until_told;
            use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
            use tokio::{runtime::Builder, task::JoinError};
            let runtime = Builder::new_multi_thread()
                .worker_threads(job.workers.get())
                .max_blocking_threads(job.workers.get())
                .enable_all()
                .build()?;
            let tasks = ::cancellation::work::Tasks::new(job)?;
            let call = |task: ::cancellation::work::Task| {
                |stop: &AtomicBool| task.in_pieces(|| stop.load(Relaxed))
            };
            let (deadline, calls) = (tasks.deadline().into(), tasks.iter().map(call));
            let ended = runtime.block_on(async move { until_told(deadline, calls).await });
            let output = tasks.output(ended.into_iter().map(
                |end: Result<_, JoinError>| match end {
                    Err(error) if error.is_cancelled() => Ok(None),
                    end => end.map_err(JoinError::into_panic),
                },
            ));
            // It would wait for calls that are still under way.
            runtime.shutdown_background();
            output
        }
        match crate::adapters::look::asked($words) {
            Some(look) => crate::adapters::cancellation::look(look, &|deadline, tasks, scene| {
                use $($answer)+::until_told;
                use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(2)
                    // In the look at what is never begun, the others wait for a thread.
                    .max_blocking_threads(if look == "never_begun" { 1 } else { tasks })
                    .enable_all()
                    .build()?;
                let call = |task| {
                    let scene = std::sync::Arc::clone(scene);
                    move |stop: &AtomicBool| {
                        scene.work_until(task, || {
                            std::thread::sleep(std::time::Duration::from_millis(1));
                            stop.load(Relaxed)
                        })
                    }
                };
                let calls: Vec<_> = (0..tasks).map(call).collect();
                let watched = std::sync::Arc::clone(scene);
                let ended = runtime.block_on(async move {
                    let ended = until_told(deadline.into(), calls).await;
                    watched.returns();
                    crate::adapters::cancellation::rest(&watched, tokio::time::sleep).await;
                    ended
                });
                runtime.shutdown_background();
                Ok(ended.into_iter().map(crate::adapters::cancellation::stopped).collect())
            }),
            None => {
                test_fixtures::speak::<::cancellation::Cancellation>(&["of", $name], $words, run)
            }
        }
    }};
}

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail, ensure};
use tokio::task::JoinError;

use super::look::{Scene, unknown};

/// What became of each task: `None` of one that was stopped.
type Ended = Vec<Option<thread::Result<usize>>>;

/// By how much a function may be late.
const LATE: Duration = Duration::from_millis(700);
/// How long tasks that were asked to stop have to end.
const REST: Duration = Duration::from_millis(400);

/// The function, as the looks call it.
type Until<'a> = &'a dyn Fn(Instant, usize, &Arc<Scene>) -> Result<Ended>;

/// Looks at what the jobs don't show; `until` is given a deadline and a number of tasks.
pub(crate) fn look(look: &str, until: Until<'_>) -> Result<()> {
    match look {
        // Each stays at work until all have begun.
        "at_once" => {
            let scene = Scene::new(|seen, _| seen.begun.len() < 3);
            scene.watch(|seen| match seen.left {
                None => format!("{} of 3 tasks had begun", seen.begun.len()),
                Some(_) => "it returned with tasks at work".to_owned(),
            });
            let ended = until(Instant::now() + Duration::from_secs(60), 3, &scene)?;
            let done = ended
                .iter()
                .filter(|end| matches!(end, Some(Ok(_))))
                .count();
            ensure!(
                done == 3,
                "{done} of 3 tasks are returned as done, and all were"
            );
            Ok(())
        }
        // Each stays at work until it is stopped, and takes a while to be dropped.
        "stopped" => {
            let scene = Scene::slow_to_drop(|_, _| true);
            scene.watch_for(Duration::from_millis(2500), |_| {
                "no task was stopped at the deadline".to_owned()
            });
            let deadline = Instant::now() + Duration::from_millis(250);
            let ended = until(deadline, 4, &scene)?;
            ensure_stopped(&scene, deadline, &ended)
        }
        // They end one after another: each before the whole time has passed since the last.
        "ends" => {
            const EVERY: Duration = Duration::from_millis(100);
            let scene = Scene::new(|seen, task| {
                !seen.has_worked(task, EVERY * (task as u32 + 1))
            });
            let deadline = Instant::now() + 3 * EVERY;
            until(deadline, 15, &scene)?;
            let (_, returned) = scene.seen().left.expect("it has returned");
            let late = returned.saturating_duration_since(deadline);
            ensure!(late < LATE, "it returned {late:.1?} after the deadline");
            Ok(())
        }
        // One is at work, and the others have no thread by the deadline.
        "never_begun" => {
            let scene = Scene::slow_to_drop(|_, _| true);
            scene.watch(|_| "no call was stopped at the deadline".to_owned());
            let ended = until(Instant::now() + Duration::from_millis(50), 3, &scene)?;
            ensure!(ended.len() == 3, "{} outcomes of 3 tasks", ended.len());
            let begun = scene.seen().begun.len();
            ensure!(
                begun <= 1,
                "{} calls were begun after the deadline",
                begun - 1
            );
            ensure!(
                ended[1..].iter().all(Option::is_none),
                "a call that was never begun is not returned as cancelled"
            );
            Ok(())
        }
        _ => unknown(look),
    }
}

fn ensure_stopped(scene: &Scene, deadline: Instant, ended: &Ended) -> Result<()> {
    let seen = scene.seen();
    let (left, returned) = seen.left.expect("it has returned");
    let early = deadline.saturating_duration_since(returned);
    ensure!(
        early.is_zero(),
        "it returned {early:.0?} before the deadline"
    );
    if left > 0 {
        let rest = seen.rest;
        ensure!(rest == 0, "{rest} of 4 tasks were never stopped");
        let count = ended.len();
        bail!("{left} of 4 tasks had not ended when it returned, with {count} outcomes");
    }
    ensure!(ended.len() == 4, "{} outcomes of 4 tasks", ended.len());
    let last = seen.ended.iter().map(|(_, at)| *at).max();
    let late = last.map_or(Duration::ZERO, |last| returned - last);
    ensure!(
        late < LATE,
        "it returned {late:.1?} after the last task had ended"
    );
    let late = returned - deadline;
    ensure!(
        late < LATE,
        "the tasks had ended {late:.1?} after the deadline"
    );
    Ok(())
}

/// Waits until nothing is at work any more, but not for long.
pub(crate) async fn rest<S: Future>(scene: &Scene, sleep: impl Fn(Duration) -> S) {
    let until = Instant::now() + REST;
    while scene.seen().at_work > 0 && Instant::now() < until {
        sleep(Duration::from_millis(1)).await;
    }
    // Now, as the end of the runtime is that of all its tasks.
    let mut seen = scene.seen();
    seen.rest = seen.at_work;
}

/// What became of a task on tokio.
pub(crate) fn stopped<T>(end: Result<T, JoinError>) -> Option<thread::Result<T>> {
    match end {
        Err(error) if error.is_cancelled() => None,
        end => Some(end.map_err(JoinError::into_panic)),
    }
}
