//! `fill(array, workers, values)` fills an array with squares.

macro_rules! fill_std {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::shared_memory::Job) -> anyhow::Result<::shared_memory::Output> {
            use $($answer)+::fill;
            let mut array = vec![0.0; job.n];
            let squares = |first, stretch: &mut [f64]| job.fill(first, stretch);
            let sums = fill(&mut array, job.workers.get(), squares)?;
            crate::adapters::shared_memory::output(array, sums)
        }
        match crate::adapters::look::asked($words) {
            Some(look) => {
                use $($answer)+::fill;
                crate::adapters::shared_memory::look(look, &|array, workers, values| {
                    Ok(fill(array, workers, values)?)
                })
            }
            None => {
                test_fixtures::speak::<::shared_memory::SharedMemory>(&["of", $name], $words, run)
            }
        }
    }};
}

// The function has the same parameters on both.
macro_rules! fill_rayon {
    ($($words:tt)+) => {
        fill_std!($($words)+)
    };
}

macro_rules! fill_crossbeam {
    ($($words:tt)+) => {
        fill_std!($($words)+)
    };
}

/// The array, with the sum of the sums; what a worker had to say that panicked is the error.
pub(crate) fn output(
    array: Vec<f64>,
    sums: Vec<std::thread::Result<f64>>,
) -> anyhow::Result<::shared_memory::Output> {
    let sum = sums.into_iter().sum::<std::thread::Result<f64>>();
    let sum = sum.map_err(|panic| {
        let why = test_fixtures::panic_message(&*panic);
        anyhow::anyhow!("a worker panicked: {why}")
    })?;
    Ok(::shared_memory::Output::new(sum, array))
}

use std::{sync::Arc, thread, time::Duration};

use anyhow::{Result, ensure};

use super::look::{Scene, ensure_panics, unknown};

/// What fills a part, and returns its place.
type Values<'a> = &'a (dyn Fn(usize, &mut [u8]) -> usize + Sync);

/// The function, as the looks call it.
type Fill<'a> =
    &'a dyn Fn(&mut [u8], usize, Values<'_>) -> Result<Vec<thread::Result<usize>>>;

/// Looks at what the jobs don't show; `fill` is given an array and a number of workers.
pub(crate) fn look(look: &str, fill: Fill<'_>) -> Result<()> {
    // More than a pool has by itself.
    let workers = test_fixtures::cores().get() + 1;
    // Chunks enough for each, and a rest.
    let mut array = vec![0; 2 * workers * (1 << 16) + 1];
    match look {
        // Each worker's first part waits for those of the others.
        "at_once" => {
            const A_WHILE: Duration = Duration::from_millis(5);
            let scene = Scene::new(move |seen, item| {
                seen.peak < workers || !seen.has_worked(item, A_WHILE)
            });
            scene.watch(move |seen| {
                format!("{} parts at once of {workers} workers", seen.peak)
            });
            let ends = fill(&mut array, workers, &|first, _| scene.work(first))?;
            let (peak, parts) = (scene.seen().peak, ends.len());
            ensure!(
                peak <= workers,
                "{peak} parts at once, where {workers} workers are asked for, {parts} in all"
            );
            Ok(())
        }
        // The first part stays at work until the last one has ended.
        "in_order" => {
            let last = array.len() - 1;
            let is_over = Arc::new(std::sync::atomic::AtomicBool::new(false));
            let over = Arc::clone(&is_over);
            let scene = Scene::new(move |_, first| {
                first == 0 && !over.load(std::sync::atomic::Ordering::SeqCst)
            });
            scene.watch(|_| "the last part was not begun beside the first".to_owned());
            let ends = fill(&mut array, 2, &|first, part| {
                let place = scene.work(first);
                if first + part.len() > last {
                    is_over.store(true, std::sync::atomic::Ordering::SeqCst);
                }
                place
            })?;
            let places: Vec<_> = ends.into_iter().filter_map(Result::ok).collect();
            ensure!(
                places.is_sorted(),
                "the result of part {} stands before that of the first",
                places[0]
            );
            Ok(())
        }
        "zero" => ensure_panics(|| fill(&mut array, 0, &|first, _| first).map(|_| ())),
        _ => unknown(look),
    }
}
