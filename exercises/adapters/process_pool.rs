//! `map(workers, tasks, timeout, worker)` counts primes in worker processes.

macro_rules! map_std {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::process_pool::Job) -> anyhow::Result<::process_pool::Output> {
            use $($answer)+::map;
            let worker = test_fixtures::worker_command;
            let ends = map(job.workers.get(), job.tasks(), job.timeout(), worker)?;
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
            let worker = test_fixtures::worker_command;
            let ends = map(job.workers.get(), job.tasks(), job.timeout(), worker);
            Ok(::process_pool::Output::of_processes(job, runtime.block_on(ends)?))
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
            let (workers, worker) = (job.workers.get(), test_fixtures::worker_command);
            let ends = map(&executor, workers, job.tasks(), job.timeout(), worker);
            let ends = smol::block_on(executor.run(ends))?;
            Ok(::process_pool::Output::of_processes(job, ends))
        }
        test_fixtures::speak::<::process_pool::ProcessPool>(&["of", $name], $words, run)
    }};
}
