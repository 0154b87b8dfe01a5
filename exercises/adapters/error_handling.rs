//! `settle(items, work)` and `first_error(items, work)` do tasks of which some go wrong.
//!
//! What the work holds while it is under way is slow to let go of, so that a function that
//! does not wait for it is seen not to.

macro_rules! settle_tokio {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::error_handling::Job) -> anyhow::Result<::error_handling::Output> {
            use $($answer)+::settle;
            let at_work = crate::adapters::AtWork::default();
            let work = crate::adapters::error_handling::work(job, &at_work, tokio::time::sleep);
            let (tasks, seen) = (0..job.tasks, at_work.clone());
            let ends = crate::adapters::on_tokio(job.workers.get(), async move {
                let ends = settle(tasks, work).await;
                (ends, seen.ensure_none())
            });
            let (ends, is_over) = ends?;
            is_over?;
            let ended = |end: Result<_, tokio::task::JoinError>| {
                end.map_err(tokio::task::JoinError::into_panic)
            };
            Ok(::error_handling::Output::settled(ends.into_iter().map(ended)))
        }
        test_fixtures::speak::<::error_handling::ErrorHandling>(&["of", $name], $words, run)
    }};
}

macro_rules! settle_smol {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::error_handling::Job) -> anyhow::Result<::error_handling::Output> {
            use $($answer)+::settle;
            let at_work = crate::adapters::AtWork::default();
            let work = crate::adapters::error_handling::work(job, &at_work, smol::Timer::after);
            let ends = crate::adapters::on_smol(job.workers.get(), async |executor| {
                let ends = settle(&executor, 0..job.tasks, work).await;
                (ends, at_work.ensure_none())
            });
            let (ends, is_over) = ends?;
            is_over?;
            Ok(::error_handling::Output::settled(ends))
        }
        match crate::adapters::look::asked($words) {
            Some("on_threads") => crate::adapters::look::ensure_on_threads(|items, scene| {
                use $($answer)+::settle;
                let work = move |item| {
                    let work = std::sync::Arc::clone(&scene).play(item, smol::Timer::after);
                    async { Ok::<_, usize>(work.await) }
                };
                let ends = crate::adapters::on_smol(2, async |executor| {
                    settle(&executor, 0..items, work.clone()).await
                })?;
                Ok(ends.into_iter().map(|end| end.map(|(Ok(item) | Err(item))| item)).collect())
            }),
            Some(look) => crate::adapters::look::unknown(look),
            None => {
                test_fixtures::speak::<::error_handling::ErrorHandling>(&["of", $name], $words, run)
            }
        }
    }};
}

macro_rules! settle_std {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::error_handling::Job) -> anyhow::Result<::error_handling::Output> {
            use $($answer)+::settle;
            use ::error_handling::work::{persist_blocking, sleep};
            let work = |task| persist_blocking(job, task, sleep);
            let ends = settle(job.blocking.get(), 0..job.tasks, work)?;
            Ok(::error_handling::Output::settled(ends))
        }
        match crate::adapters::look::asked($words) {
            Some(look) => crate::adapters::error_handling::look_at_threads(
                look,
                &|threads, items, scene| {
                    use $($answer)+::settle;
                    let work = |item| Ok::<_, usize>(scene.work(item));
                    let ends = settle(threads, 0..items, work)?.into_iter();
                    Ok(ends.map(|end| end.map(|(Ok(item) | Err(item))| item)).collect())
                },
            ),
            None => {
                test_fixtures::speak::<::error_handling::ErrorHandling>(&["of", $name], $words, run)
            }
        }
    }};
}

macro_rules! first_error_tokio {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::error_handling::Job) -> anyhow::Result<::error_handling::Output> {
            use $($answer)+::first_error;
            let at_work = crate::adapters::AtWork::default();
            let work = crate::adapters::error_handling::work(job, &at_work, tokio::time::sleep);
            let (tasks, seen) = (0..job.tasks, at_work.clone());
            let ends = crate::adapters::on_tokio(job.workers.get(), async move {
                let ends = first_error(tasks, work).await;
                (ends, seen.ensure_stopped(tokio::time::sleep).await)
            });
            let ((first, ends), is_over) = ends?;
            is_over?;
            let ended = |end: Option<Result<_, tokio::task::JoinError>>| {
                end.map(|end| end.map_err(tokio::task::JoinError::into_panic))
            };
            let ends = ends.into_iter().map(ended);
            Ok(::error_handling::Output::stopped(first, ends))
        }
        match crate::adapters::look::asked($words) {
            Some(look) => crate::adapters::error_handling::look_at_tasks(look, &|scene| {
                use $($answer)+::first_error;
                // One thread: what is ready is done in order, and the function after it.
                let runtime =
                    tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                let work = move |item| {
                    let work = std::sync::Arc::clone(&scene).play(item, tokio::time::sleep);
                    async { Err::<usize, _>(work.await) }
                };
                let (first, ends) = runtime.block_on(first_error(0..4, work));
                let ended = |end: Option<Result<_, tokio::task::JoinError>>| {
                    end.map(|end| end.map_err(tokio::task::JoinError::into_panic))
                };
                Ok((first, ends.into_iter().map(ended).collect()))
            }),
            None => {
                test_fixtures::speak::<::error_handling::ErrorHandling>(&["of", $name], $words, run)
            }
        }
    }};
}

macro_rules! first_error_smol {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::error_handling::Job) -> anyhow::Result<::error_handling::Output> {
            use $($answer)+::first_error;
            let at_work = crate::adapters::AtWork::default();
            let work = crate::adapters::error_handling::work(job, &at_work, smol::Timer::after);
            let ends = crate::adapters::on_smol(job.workers.get(), async |executor| {
                let ends = first_error(&executor, 0..job.tasks, work).await;
                (ends, at_work.ensure_stopped(smol::Timer::after).await)
            });
            let ((first, ends), is_over) = ends?;
            is_over?;
            Ok(::error_handling::Output::stopped(first, ends))
        }
        match crate::adapters::look::asked($words) {
            Some(look) => crate::adapters::error_handling::look_at_tasks(look, &|scene| {
                use $($answer)+::first_error;
                // One thread: what is ready is done in order, and the function after it.
                let executor = smol::Executor::new();
                let work = move |item| {
                    let work = std::sync::Arc::clone(&scene).play(item, smol::Timer::after);
                    async { Err::<usize, _>(work.await) }
                };
                Ok(smol::block_on(executor.run(first_error(&executor, 0..4, work))))
            }),
            None => {
                test_fixtures::speak::<::error_handling::ErrorHandling>(&["of", $name], $words, run)
            }
        }
    }};
}

macro_rules! first_error_std {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::error_handling::Job) -> anyhow::Result<::error_handling::Output> {
            use $($answer)+::first_error;
            use ::error_handling::{parts::stop::Stop, work::persist_blocking};
            let work = |task, stop: &Stop| {
                persist_blocking(job, task, |time| stop.wait(time))
            };
            let (first, ends) = first_error(job.blocking.get(), 0..job.tasks, work)?;
            Ok(::error_handling::Output::stopped(first, ends))
        }
        match crate::adapters::look::asked($words) {
            Some("zero") => crate::adapters::look::ensure_panics(|| {
                use $($answer)+::first_error;
                first_error(0, 0..1, |_, _| Ok::<_, ()>(()))?;
                Ok(())
            }),
            Some(look) => crate::adapters::error_handling::look_at_flag(look, &|scene| {
                use $($answer)+::first_error;
                use ::error_handling::parts::stop::Stop;
                let work = |item, stop: &Stop| {
                    let waits = || stop.wait(std::time::Duration::from_millis(1)) && item > 0;
                    Err::<usize, _>(scene.work_until(item, waits))
                };
                Ok(first_error(2, 0..4, work)?)
            }),
            None => {
                test_fixtures::speak::<::error_handling::ErrorHandling>(&["of", $name], $words, run)
            }
        }
    }};
}

use std::{sync::Arc, thread, time::Duration};

use anyhow::{Result, ensure};

use ::error_handling::{
    Job,
    work::{Done, TaskError, persist},
};

use super::{
    AtWork,
    look::{Scene, at_hand, ensure_in_order, ensure_panics, unknown},
};

/// The work on a task, which is counted while it is under way.
pub(crate) fn work<S: Future + Send + 'static>(
    job: &Job,
    at_work: &AtWork,
    sleep: impl Fn(Duration) -> S + Copy + Send + Sync + 'static,
) -> impl Fn(usize) -> BoxedWork + Clone + Send + 'static {
    let (job, at_work) = (Arc::new(job.clone()), at_work.clone());
    move |task| {
        let (job, working) = (Arc::clone(&job), at_work.one());
        Box::pin(async move {
            let _working = working;
            persist(job, task, sleep).await
        })
    }
}

/// A work under way.
pub(crate) type BoxedWork =
    std::pin::Pin<Box<dyn Future<Output = Result<Done, TaskError>> + Send>>;

/// What `first_error` returns.
type First = (
    Option<usize>,
    Vec<Option<thread::Result<Result<usize, usize>>>>,
);

/// Looks at threads that take items; `settle` is given a number of them, and of items.
pub(crate) fn look_at_threads(
    look: &str,
    settle: &dyn Fn(usize, usize, Arc<Scene>) -> Result<Vec<thread::Result<usize>>>,
) -> Result<()> {
    match look {
        // The first of six stays at work until all others have ended.
        "beside_a_slow_one" => {
            const A_WHILE: Duration = Duration::from_millis(20);
            let scene = Scene::new(|seen, item| match item {
                0 => seen.ended.len() < 5,
                item => !seen.has_worked(item, A_WHILE),
            });
            scene.watch(|seen| {
                let begun = seen.begun.len();
                format!(
                    "{begun} of 6 items were begun beside a slow one, among {}",
                    at_hand()
                )
            });
            let ends = settle(2, 6, Arc::clone(&scene))?;
            let peak = scene.seen().peak;
            ensure!(peak <= 2, "{peak} items at once on 2 threads");
            ensure_in_order(ends)
        }
        "zero" => ensure_panics(|| settle(0, 1, Scene::new(|_, _| false)).map(|_| ())),
        _ => unknown(look),
    }
}

/// Looks at tasks of which two fail, one right after the other, while two wait.
pub(crate) fn look_at_tasks(
    look: &str,
    first_error: &dyn Fn(Arc<Scene>) -> Result<First>,
) -> Result<()> {
    match look {
        "two_failures" => {
            let scene = Scene::new(|_, item| item < 2);
            scene.watch(|_| "it did not end after two failures".to_owned());
            let seen = Arc::clone(&scene);
            let (first, ends) = first_error(scene)?;
            let seen = seen.seen();
            let failed = seen
                .ended
                .iter()
                .map(|(item, _)| *item)
                .filter(|item| *item > 1);
            ensure_first(first, &ends, &failed.collect::<Vec<_>>())
        }
        _ => unknown(look),
    }
}

/// Looks at two threads, of which one fails, and the other, too, once it is told to stop.
pub(crate) fn look_at_flag(
    look: &str,
    first_error: &dyn Fn(Arc<Scene>) -> Result<First>,
) -> Result<()> {
    match look {
        "two_failures" => {
            const A_WHILE: Duration = Duration::from_millis(20);
            let scene = Scene::new(|seen, item| match item {
                // Until the second has worked for a while: so would more threads.
                0 => !seen.has_worked(1, A_WHILE),
                _ => true,
            });
            scene.watch(|seen| {
                let begun = seen.begun.len();
                format!("{begun} of 2 threads had an item, or one was not told to stop")
            });
            let (first, ends) = first_error(Arc::clone(&scene))?;
            let seen = scene.seen();
            let (begun, peak) = (seen.begun.len(), seen.peak);
            ensure!(peak <= 2, "{peak} items at once on 2 threads");
            ensure!(begun <= 2, "{} items were begun after a failure", begun - 2);
            ensure_first(first, &ends, &[0, 1])
        }
        _ => unknown(look),
    }
}

/// The first is the first of those that have failed, and what came of each is there.
fn ensure_first(
    first: Option<usize>,
    ends: &[Option<thread::Result<Result<usize, usize>>>],
    failed: &[usize],
) -> Result<()> {
    ensure!(ends.len() == 4, "{} outcomes of 4 tasks", ends.len());
    ensure!(
        first == failed.first().copied(),
        "{first:?} is named as the first, of {failed:?}"
    );
    let lost = failed
        .iter()
        .filter(|item| !matches!(ends[**item], Some(Ok(Err(_)))));
    let lost = lost.count();
    ensure!(lost == 0, "{lost} outcomes of {} were lost", failed.len());
    Ok(())
}
