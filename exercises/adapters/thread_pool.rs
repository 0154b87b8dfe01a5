//! `as_completed(threads, items, work, each)` downloads every file.

macro_rules! as_completed_std {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::thread_pool::Job) -> anyhow::Result<::thread_pool::Output> {
            use $($answer)+::as_completed;
            let downloads = ::thread_pool::work::Downloads::new(job);
            let mut output = ::thread_pool::Output::default();
            let fetch = |place| downloads.fetch(place);
            let report = |place, end| output.report(job, place, end);
            as_completed(job.threads(), 0..job.urls.len(), fetch, report)?;
            Ok(output)
        }
        match crate::adapters::look::asked($words) {
            Some(look) => {
                crate::adapters::thread_pool::look(look, &|threads, items, scene, each| {
                    use $($answer)+::as_completed;
                    let work = |item| scene.work(item);
                    let report = |place, _: std::thread::Result<usize>| each(place);
                    let done = || as_completed(threads, 0..items, work, report);
                    crate::adapters::thread_pool::ended(scene, done)?;
                    Ok(())
                })
            }
            None => {
                test_fixtures::speak::<::thread_pool::ThreadPool>(&["of", $name], $words, run)
            }
        }
    }};
}

macro_rules! as_completed_tokio {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::thread_pool::Job) -> anyhow::Result<::thread_pool::Output> {
            use $($answer)+::as_completed;
            let runtime = tokio::runtime::Builder::new_current_thread().build()?;
            let downloads = ::thread_pool::work::Downloads::new(job);
            let mut output = ::thread_pool::Output::default();
            let fetch = move |place| downloads.fetch(place);
            let report = |place, end: Result<_, tokio::task::JoinError>| {
                let end = end.map_err(tokio::task::JoinError::into_panic);
                output.report(job, place, end);
            };
            let places = 0..job.urls.len();
            runtime.block_on(as_completed(job.threads(), places, fetch, report));
            Ok(output)
        }
        match crate::adapters::look::asked($words) {
            Some(look) => {
                crate::adapters::thread_pool::look(look, &|threads, items, scene, each| {
                    use $($answer)+::as_completed;
                    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
                    let watched = std::sync::Arc::clone(scene);
                    let work = move |item| watched.work(item);
                    let report =
                        |place, _: Result<usize, tokio::task::JoinError>| each(place);
                    let done = as_completed(threads, 0..items, work, report);
                    crate::adapters::thread_pool::ended(scene, || runtime.block_on(done));
                    Ok(())
                })
            }
            None => {
                test_fixtures::speak::<::thread_pool::ThreadPool>(&["of", $name], $words, run)
            }
        }
    }};
}

macro_rules! as_completed_smol {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::thread_pool::Job) -> anyhow::Result<::thread_pool::Output> {
            use $($answer)+::as_completed;
            let downloads = ::thread_pool::work::Downloads::new(job);
            let mut output = ::thread_pool::Output::default();
            let fetch = move |place| downloads.fetch(place);
            let report = |place, end| output.report(job, place, end);
            let places = 0..job.urls.len();
            smol::future::block_on(as_completed(job.threads(), places, fetch, report));
            Ok(output)
        }
        match crate::adapters::look::asked($words) {
            Some(look) => {
                crate::adapters::thread_pool::look(look, &|threads, items, scene, each| {
                    use $($answer)+::as_completed;
                    let watched = std::sync::Arc::clone(scene);
                    let work = move |item| watched.work(item);
                    let done = as_completed(threads, 0..items, work, |place, _| each(place));
                    crate::adapters::thread_pool::ended(scene, || smol::block_on(done));
                    Ok(())
                })
            }
            None => {
                test_fixtures::speak::<::thread_pool::ThreadPool>(&["of", $name], $words, run)
            }
        }
    }};
}

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
    time::Duration,
};

use anyhow::{Result, bail, ensure};

use super::look::{Scene, ensure_panics, unknown};

/// The function, as the looks call it.
type AsCompleted<'a> =
    &'a dyn Fn(usize, usize, &Arc<Scene>, &mut dyn FnMut(usize)) -> Result<()>;

/// Looks at what the jobs don't show; `as_completed` is given a number of threads and of
/// items, and what to call with the place of each that has ended.
pub(crate) fn look(look: &str, as_completed: AsCompleted<'_>) -> Result<()> {
    match look {
        // The first of five stays at work until all others were reported.
        "reported_at_once" => {
            const A_WHILE: Duration = Duration::from_millis(10);
            let scene = Scene::new(|seen, item| match item {
                0 => seen.reported.len() < 4,
                item => !seen.has_worked(item, A_WHILE),
            });
            scene.watch(|seen| {
                let (begun, reported) = (seen.begun.len(), seen.reported.len());
                format!(
                    "{begun} of 5 were begun and {reported} reported beside a slow one"
                )
            });
            as_completed(2, 5, &scene, &mut |place| scene.report(place))?;
            let seen = scene.seen();
            let (count, peak) = (seen.reported.len(), seen.peak);
            ensure!(peak <= 2, "{peak} items at once on 2 threads");
            ensure!(count == 5, "{count} of 5 were reported");
            Ok(())
        }
        // More than fit into the queues of a few threads.
        "many" => {
            let scene = Scene::new(|_, _| false);
            scene.watch(|seen| {
                let (begun, reported) = (seen.begun.len(), seen.reported.len());
                format!(
                    "{begun} of 400 were begun and {reported} reported, and nothing moves"
                )
            });
            as_completed(2, 400, &scene, &mut |place| scene.report(place))?;
            let count = scene.seen().reported.len();
            ensure!(count == 400, "{count} of 400 were reported");
            Ok(())
        }
        // The first stays at work for a while after `each` has panicked at another.
        "each_panics" => {
            const WHILE: Duration = Duration::from_millis(50);
            let scene = Scene::new(|seen, item| {
                let is_long = seen
                    .reported
                    .first()
                    .is_some_and(|(_, at)| at.elapsed() > WHILE);
                item == 0 && !is_long
            });
            scene.watch(|_| "it did not end after a panic of `each`".to_owned());
            let call = || {
                as_completed(2, 3, &scene, &mut |place| {
                    scene.report(place);
                    panic!("`each` was asked to panic");
                })
            };
            if let Ok(ended) = catch_unwind(AssertUnwindSafe(call)) {
                ended?;
                bail!("a panic of `each` was swallowed");
            }
            let left = scene.seen().left.map_or(0, |(left, _)| left);
            ensure!(left == 0, "{left} at work when a panic of `each` came out");
            Ok(())
        }
        "zero" => {
            ensure_panics(|| as_completed(0, 1, &Scene::new(|_, _| false), &mut |_| ()))
        }
        _ => unknown(look),
    }
}

/// What the call returns, or its panic; how much is at work by then is seen.
pub(crate) fn ended<T>(scene: &Arc<Scene>, call: impl FnOnce() -> T) -> T {
    let ended = catch_unwind(AssertUnwindSafe(call));
    scene.returns();
    ended.unwrap_or_else(|panic| resume_unwind(panic))
}
