//! `gather(items, work)` fetches every URL.

macro_rules! gather_tokio {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::gather::Job) -> anyhow::Result<::gather::Output> {
            use $($answer)+::gather;
            let client = page_client::tokio::Client::new(&crate::adapters::gather::settings(job));
            let fetch = move |url: String| {
                let client = client.clone();
                async move { client.fetch(&url).await }
            };
            let pages = gather(job.urls.clone(), fetch);
            let pages = crate::adapters::on_tokio(job.workers.get(), pages)?.into_iter();
            let ended = |page: Result<_, tokio::task::JoinError>| {
                page.map_err(tokio::task::JoinError::into_panic)
            };
            Ok(pages.map(ended).collect())
        }
        test_fixtures::speak::<::gather::Gather>(&["of", $name], $words, run)
    }};
}

macro_rules! gather_smol {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::gather::Job) -> anyhow::Result<::gather::Output> {
            use $($answer)+::gather;
            let settings = crate::adapters::gather::settings(job);
            let pages = crate::adapters::on_smol(job.workers.get(), async |executor| {
                let client = page_client::smol::Client::new(&executor, &settings);
                let fetch = move |url: String| {
                    let client = client.clone();
                    async move { client.fetch(&url).await }
                };
                gather(&executor, job.urls.clone(), fetch).await
            })?;
            Ok(pages.into_iter().collect())
        }
        match crate::adapters::look::asked($words) {
            Some("on_threads") => crate::adapters::look::ensure_on_threads(|items, scene| {
                use $($answer)+::gather;
                let work =
                    move |item| std::sync::Arc::clone(&scene).play(item, smol::Timer::after);
                crate::adapters::on_smol(2, async |executor| {
                    gather(&executor, 0..items, work.clone()).await
                })
            }),
            Some(look) => crate::adapters::look::unknown(look),
            None => {
                test_fixtures::speak::<::gather::Gather>(&["of", $name], $words, run)
            }
        }
    }};
}

macro_rules! gather_std {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::gather::Job) -> anyhow::Result<::gather::Output> {
            use $($answer)+::gather;
            let client =
                page_client::blocking::Client::new(&crate::adapters::gather::settings(job));
            let fetch = |url: &String| client.fetch(url);
            Ok(gather(&job.urls, fetch)?.into_iter().collect())
        }
        match crate::adapters::look::asked($words) {
            Some("all_at_once") => crate::adapters::look::ensure_all_at_once(|items, scene| {
                use $($answer)+::gather;
                Ok(gather(0..items, |item| scene.work(item))?)
            }),
            Some(look) => crate::adapters::look::unknown(look),
            None => {
                test_fixtures::speak::<::gather::Gather>(&["of", $name], $words, run)
            }
        }
    }};
}

/// A client for all requests at once.
pub(crate) fn settings(job: &::gather::Job) -> page_client::Settings {
    page_client::Settings {
        timeout: job.timeout(),
        connections: job.urls.len(),
        trust: fetching::Trust::new(&job.urls, job.cacert.as_deref()),
    }
}
