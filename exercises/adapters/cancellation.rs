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
        test_fixtures::speak::<::cancellation::Cancellation>(&["of", $name], $words, run)
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
        test_fixtures::speak::<::cancellation::Cancellation>(&["of", $name], $words, run)
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
        test_fixtures::speak::<::cancellation::Cancellation>(&["of", $name], $words, run)
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
        test_fixtures::speak::<::cancellation::Cancellation>(&["of", $name], $words, run)
    }};
}
