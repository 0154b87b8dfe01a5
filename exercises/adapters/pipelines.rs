//! `staged(queue, workers, items, steps, each)` fetches, processes and saves.

macro_rules! staged_std {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::pipelines::Job) -> anyhow::Result<::pipelines::Output> {
            use $($answer)+::staged;
            use ::pipelines::work::{Collector, Item, process, save};
            let client = page_client::blocking::Client::new(&job.client());
            let fetch = |item: Item| {
                let (url, mut download) = item.download();
                let read = client.read(&url, &mut download);
                download.end(read)
            };
            let (mut collector, items) = Collector::new(job);
            let each = |index, end| collector.add(index, end);
            let (queue, workers) = (job.queue.get(), job.workers.get());
            let _ = staged(queue, workers, items, (fetch, process, save), each)?;
            collector.close()
        }
        test_fixtures::speak::<::pipelines::Pipelines>(&["of", $name], $words, run)
    }};
}

macro_rules! staged_tokio {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::pipelines::Job) -> anyhow::Result<::pipelines::Output> {
            use $($answer)+::staged;
            use ::pipelines::work::{Collector, Item, process, save};
            use tokio::task::JoinError;
            let client = page_client::tokio::Client::new(&job.client());
            let fetch = move |item: Item| {
                let client = client.clone();
                async move {
                    let (url, mut download) = item.download();
                    let read = client.read(&url, &mut download).await;
                    download.end(read)
                }
            };
            let (mut collector, items) = Collector::new(job);
            let (queue, workers) = (job.queue.get(), job.workers.get());
            crate::adapters::on_tokio(job.threads.get(), async move {
                let each = |index, end: Result<_, JoinError>| {
                    collector.add(index, end.map_err(JoinError::into_panic))
                };
                let _ = staged(queue, workers, items, (fetch, process, save), each).await;
                collector.close()
            })?
        }
        test_fixtures::speak::<::pipelines::Pipelines>(&["of", $name], $words, run)
    }};
}

macro_rules! staged_smol {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::pipelines::Job) -> anyhow::Result<::pipelines::Output> {
            use $($answer)+::staged;
            use ::pipelines::work::{Collector, Item, process, save};
            crate::adapters::on_smol(job.threads.get(), async |executor| {
                let client = page_client::smol::Client::new(&executor, &job.client());
                let fetch = move |item: Item| {
                    let client = client.clone();
                    async move {
                        let (url, mut download) = item.download();
                        let read = client.read(&url, &mut download).await;
                        download.end(read)
                    }
                };
                let (mut collector, items) = Collector::new(job);
                let each = |index, end| collector.add(index, end);
                let (queue, workers) = (job.queue.get(), job.workers.get());
                let steps = (fetch, process, save);
                let _ = staged(&executor, queue, workers, items, steps, each).await;
                collector.close()
            })?
        }
        test_fixtures::speak::<::pipelines::Pipelines>(&["of", $name], $words, run)
    }};
}
