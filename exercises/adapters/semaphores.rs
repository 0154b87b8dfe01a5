//! `at_most(limit, items, work)` fetches every URL.

macro_rules! at_most_tokio {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::semaphores::Job) -> anyhow::Result<::semaphores::Output> {
            use $($answer)+::at_most;
            let client = page_client::tokio::Client::new(&job.client());
            let fetch = move |url: String| {
                let client = client.clone();
                async move { client.fetch(&url).await.map(|page| (page, None)) }
            };
            let pages = at_most(job.limit.get(), job.urls.clone(), fetch);
            let pages = crate::adapters::on_tokio(job.workers.get(), pages)?.into_iter();
            let ended = |page: Result<_, tokio::task::JoinError>| {
                page.map_err(tokio::task::JoinError::into_panic)
            };
            Ok(pages.map(ended).collect())
        }
        test_fixtures::speak::<::semaphores::Semaphores>(&["of", $name], $words, run)
    }};
}

macro_rules! at_most_smol {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::semaphores::Job) -> anyhow::Result<::semaphores::Output> {
            use $($answer)+::at_most;
            let pages = crate::adapters::on_smol(job.workers.get(), async |executor| {
                let client = page_client::smol::Client::new(&executor, &job.client());
                let fetch = move |url: String| {
                    let client = client.clone();
                    async move { client.fetch(&url).await.map(|page| (page, None)) }
                };
                at_most(&executor, job.limit.get(), job.urls.clone(), fetch).await
            })?;
            Ok(pages.into_iter().collect())
        }
        test_fixtures::speak::<::semaphores::Semaphores>(&["of", $name], $words, run)
    }};
}

macro_rules! at_most_std {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::semaphores::Job) -> anyhow::Result<::semaphores::Output> {
            use $($answer)+::at_most;
            let client = page_client::blocking::Client::new(&job.client());
            let fetch = |url: &String| client.fetch(url).map(|page| (page, None));
            let pages = at_most(job.limit.get(), &job.urls, fetch)?;
            Ok(pages.into_iter().collect())
        }
        test_fixtures::speak::<::semaphores::Semaphores>(&["of", $name], $words, run)
    }};
}
