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
        test_fixtures::speak::<::shared_memory::SharedMemory>(&["of", $name], $words, run)
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
