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
        test_fixtures::speak::<::thread_pool::ThreadPool>(&["of", $name], $words, run)
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
        test_fixtures::speak::<::thread_pool::ThreadPool>(&["of", $name], $words, run)
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
        test_fixtures::speak::<::thread_pool::ThreadPool>(&["of", $name], $words, run)
    }};
}
