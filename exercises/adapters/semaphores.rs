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
        match crate::adapters::look::asked($words) {
            Some(look) => crate::adapters::semaphores::look(look, &|limit, items, scene| {
                use $($answer)+::at_most;
                let work =
                    move |item| std::sync::Arc::clone(&scene).play(item, tokio::time::sleep);
                let ends = crate::adapters::on_tokio(2, at_most(limit, 0..items, work))?;
                let ends = ends.into_iter();
                Ok(ends.map(|end| end.map_err(tokio::task::JoinError::into_panic)).collect())
            }),
            None => {
                test_fixtures::speak::<::semaphores::Semaphores>(&["of", $name], $words, run)
            }
        }
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
        match crate::adapters::look::asked($words) {
            Some(look) => crate::adapters::semaphores::look(look, &|limit, items, scene| {
                use $($answer)+::at_most;
                let work =
                    move |item| std::sync::Arc::clone(&scene).play(item, smol::Timer::after);
                crate::adapters::on_smol(2, async |executor| {
                    at_most(&executor, limit, 0..items, work.clone()).await
                })
            }),
            None => {
                test_fixtures::speak::<::semaphores::Semaphores>(&["of", $name], $words, run)
            }
        }
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
        match crate::adapters::look::asked($words) {
            Some(look) => crate::adapters::semaphores::look(look, &|limit, items, scene| {
                use $($answer)+::at_most;
                Ok(at_most(limit, 0..items, |item| scene.work(item))?)
            }),
            None => {
                test_fixtures::speak::<::semaphores::Semaphores>(&["of", $name], $words, run)
            }
        }
    }};
}

use std::{sync::Arc, thread};

use anyhow::Result;

use super::look::{Scene, ensure_in_order, ensure_on_threads, ensure_panics, unknown};

/// Looks at what the jobs don't show; `at_most` is given a limit and a number of items.
pub(crate) fn look(
    look: &str,
    at_most: &dyn Fn(usize, usize, Arc<Scene>) -> Result<Vec<thread::Result<usize>>>,
) -> Result<()> {
    match look {
        // The second of six stays at work until all others have ended.
        "beside_a_slow_one" => {
            let scene = Scene::new(|seen, item| item == 1 && seen.ended.len() < 5);
            scene.watch(|seen| {
                let begun = seen.begun.len();
                format!("{begun} of 6 items were begun beside a slow one")
            });
            ensure_in_order(at_most(2, 6, scene)?)
        }
        "on_threads" => ensure_on_threads(|items, scene| at_most(2, items, scene)),
        "zero" => ensure_panics(|| at_most(0, 1, Scene::new(|_, _| false)).map(|_| ())),
        _ => unknown(look),
    }
}
