//! `map(workers, tasks, timeout, worker)` counts primes in worker processes.

macro_rules! map_std {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::process_pool::Job) -> anyhow::Result<::process_pool::Output> {
            use $($answer)+::map;
            let (starts, worker) = crate::adapters::process_pool::counted();
            let ends = map(job.workers.get(), job.tasks(), job.timeout(), worker)?;
            starts.ensure_few(job)?;
            Ok(::process_pool::Output::of_processes(job, ends))
        }
        test_fixtures::speak::<::process_pool::ProcessPool>(&["of", $name], $words, run)
    }};
}

macro_rules! map_tokio {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::process_pool::Job) -> anyhow::Result<::process_pool::Output> {
            use $($answer)+::map;
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            let (starts, worker) = crate::adapters::process_pool::counted();
            let ends = map(job.workers.get(), job.tasks(), job.timeout(), worker);
            let ends = runtime.block_on(ends)?;
            starts.ensure_few(job)?;
            Ok(::process_pool::Output::of_processes(job, ends))
        }
        test_fixtures::speak::<::process_pool::ProcessPool>(&["of", $name], $words, run)
    }};
}

macro_rules! map_smol {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::process_pool::Job) -> anyhow::Result<::process_pool::Output> {
            use $($answer)+::map;
            let executor = smol::LocalExecutor::new();
            // The first task, so that it is there before the first child.
            let _driver = executor.spawn(smol::process::driver());
            let (starts, worker) = crate::adapters::process_pool::counted();
            let workers = job.workers.get();
            let ends = map(&executor, workers, job.tasks(), job.timeout(), worker);
            let ends = smol::block_on(executor.run(ends))?;
            starts.ensure_few(job)?;
            Ok(::process_pool::Output::of_processes(job, ends))
        }
        test_fixtures::speak::<::process_pool::ProcessPool>(&["of", $name], $words, run)
    }};
}

use std::{
    io,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use anyhow::{Result, ensure};

/// How many workers were started.
pub(crate) struct Starts(Arc<AtomicUsize>);

/// What makes the command of a worker, and counts how often it does.
pub(crate) fn counted() -> (
    Starts,
    impl Fn() -> io::Result<Command> + Clone + Send + Sync + 'static,
) {
    let starts = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&starts);
    let worker = move || {
        counted.fetch_add(1, SeqCst);
        test_fixtures::worker_command()
    };
    (Starts(starts), worker)
}

impl Starts {
    /// One worker a place, and one more for each that was lost.
    pub(crate) fn ensure_few(&self, job: &::process_pool::Job) -> Result<()> {
        let (starts, places) = (self.0.load(SeqCst), job.workers.get());
        ensure!(
            starts <= places + job.faults.len(),
            "{starts} workers were started for {places} places"
        );
        Ok(())
    }
}
