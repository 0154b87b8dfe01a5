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
        match crate::adapters::look::asked($words) {
            Some(look) => crate::adapters::pipelines::look(look, &|queue, workers, items, scene, each| {
                use $($answer)+::staged;
                let steps = (|item| Ok(scene.work(item)), Ok, Ok::<_, ()>);
                let _ = staged(queue, workers, items, steps, |place, _| each(place))?;
                scene.returns();
                Ok(())
            }),
            None => {
                test_fixtures::speak::<::pipelines::Pipelines>(&["of", $name], $words, run)
            }
        }
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
        match crate::adapters::look::asked($words) {
            Some(look) => crate::adapters::pipelines::look(look, &|queue, workers, items, scene, each| {
                use $($answer)+::staged;
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(2)
                    .enable_all()
                    .build()?;
                crate::adapters::look::count_tasks(&runtime);
                let watched = std::sync::Arc::clone(scene);
                let fetch = move |item| {
                    let work = std::sync::Arc::clone(&watched).play(item, tokio::time::sleep);
                    async { Ok(work.await) }
                };
                let each = |place, _: Result<_, tokio::task::JoinError>| each(place);
                let done = staged(queue, workers, items, (fetch, Ok, Ok::<_, ()>), each);
                runtime.block_on(async {
                    let _ = done.await;
                    scene.returns();
                });
                Ok(())
            }),
            None => {
                test_fixtures::speak::<::pipelines::Pipelines>(&["of", $name], $words, run)
            }
        }
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
        match crate::adapters::look::asked($words) {
            Some(look) => crate::adapters::pipelines::look(look, &|queue, workers, items, scene, each| {
                use $($answer)+::staged;
                let fetch = {
                    let scene = std::sync::Arc::clone(scene);
                    move |item| {
                        let work = std::sync::Arc::clone(&scene).play(item, smol::Timer::after);
                        async { Ok(work.await) }
                    }
                };
                crate::adapters::on_smol(2, async |executor| {
                    let steps = (fetch, Ok, Ok::<_, ()>);
                    let each = |place, _: std::thread::Result<_>| each(place);
                    let _ = staged(&executor, queue, workers, items, steps, each).await;
                    scene.returns();
                })
            }),
            None => {
                test_fixtures::speak::<::pipelines::Pipelines>(&["of", $name], $words, run)
            }
        }
    }};
}

use std::{
    ops::ControlFlow::{self, Break, Continue},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use anyhow::{Result, ensure};

use super::look::{Scene, at_hand, refuse, unknown};

/// The items, which a pipeline draws.
type Items = Box<dyn Iterator<Item = usize> + Send>;
/// The consumer.
type Each<'a> = &'a mut dyn FnMut(usize) -> ControlFlow<()>;

/// The function, as the looks call it.
type Staged<'a> = &'a dyn Fn(usize, usize, Items, &Arc<Scene>, Each<'_>) -> Result<()>;

/// Looks at what the jobs don't show; `staged` is given the room of a queue, a number of
/// workers for each stage, items, the work of the first stage, and the consumer.
pub(crate) fn look(look: &str, staged: Staged<'_>) -> Result<()> {
    match look {
        // Each item stays in the first stage until three have been in it at once.
        "workers" => {
            let scene = Scene::new(|seen, _| seen.peak < 3);
            scene.watch(|seen| {
                format!(
                    "{} of 3 workers had an item, among {}",
                    seen.peak,
                    at_hand()
                )
            });
            staged(2, 3, Box::new(0..6), &scene, &mut |_| Continue(()))?;
            let peak = scene.seen().peak;
            ensure!(peak <= 3, "{peak} items at once in a stage of 3 workers");
            Ok(())
        }
        // The consumer leaves at the first item.
        "leaves" => {
            let scene = Scene::new(|_, _| false);
            scene.watch(|_| "it did not end after the consumer had left".to_owned());
            staged(1, 2, Box::new(0..2000), &scene, &mut |_| Break(()))?;
            let begun = scene.seen().begun.len();
            ensure!(
                begun <= 500,
                "{begun} of 2000 items were begun for a consumer who left"
            );
            Ok(())
        }
        // The consumer leaves at the first of two items, and the other is still at work.
        "left" => {
            const WHILE: Duration = Duration::from_millis(50);
            let scene = Scene::new(|seen, item| {
                let is_long = seen
                    .reported
                    .first()
                    .is_some_and(|(_, at)| at.elapsed() > WHILE);
                item == 1 && !is_long
            });
            scene.watch(|_| "it did not end after the consumer had left".to_owned());
            staged(1, 2, Box::new(0..2), &scene, &mut |place| {
                scene.report(place);
                Break(())
            })?;
            let left = scene.seen().left.map_or(0, |(left, _)| left);
            ensure!(left == 0, "{left} at work when it returned");
            Ok(())
        }
        // The consumer keeps the first item until no more are drawn.
        "room" => {
            let (queue, workers) = (3, 1);
            // In four queues, with the source and the consumer, and perhaps with workers.
            let least = 4 * queue + 2;
            let most = least + 3 * workers;
            let drawn = Arc::new(AtomicUsize::new(0));
            let counted = Arc::clone(&drawn);
            let items = (0..)
                .inspect(move |_| _ = counted.fetch_add(1, Relaxed))
                .take(200);
            let scene = Scene::new(|_, _| false);
            staged(queue, workers, Box::new(items), &scene, &mut |_| {
                for _ in 0..1000 {
                    if drawn.load(Relaxed) >= least {
                        break;
                    }
                    thread::sleep(Duration::from_millis(1));
                }
                thread::sleep(Duration::from_millis(30));
                let drawn = drawn.load(Relaxed);
                if drawn < least {
                    refuse(format_args!(
                        "{drawn} items were drawn, where {least} have room"
                    ));
                }
                if drawn > most {
                    refuse(format_args!(
                        "{drawn} items were drawn, and {most} have room"
                    ));
                }
                Break(())
            })
        }
        _ => unknown(look),
    }
}
