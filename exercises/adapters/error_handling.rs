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
        test_fixtures::speak::<::error_handling::ErrorHandling>(&["of", $name], $words, run)
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
        test_fixtures::speak::<::error_handling::ErrorHandling>(&["of", $name], $words, run)
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
                (ends, seen.ensure_none())
            });
            let ((first, ends), is_over) = ends?;
            is_over?;
            let ended = |end: Option<Result<_, tokio::task::JoinError>>| {
                end.map(|end| end.map_err(tokio::task::JoinError::into_panic))
            };
            let ends = ends.into_iter().map(ended);
            Ok(::error_handling::Output::stopped(first, ends))
        }
        test_fixtures::speak::<::error_handling::ErrorHandling>(&["of", $name], $words, run)
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
                (ends, at_work.ensure_none())
            });
            let ((first, ends), is_over) = ends?;
            is_over?;
            Ok(::error_handling::Output::stopped(first, ends))
        }
        test_fixtures::speak::<::error_handling::ErrorHandling>(&["of", $name], $words, run)
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
        test_fixtures::speak::<::error_handling::ErrorHandling>(&["of", $name], $words, run)
    }};
}

use std::{sync::Arc, time::Duration};

use ::error_handling::{
    Job,
    work::{Done, TaskError, persist},
};

use super::AtWork;

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
