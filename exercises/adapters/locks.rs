//! `count(workers, increments, reads, value, read, work)` counts.

macro_rules! count_atomic_std {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::locks::Job) -> anyhow::Result<::locks::Output> {
            use $($answer)+::count;
            let witness = ::locks::Witness::of(job);
            let read = witness.read();
            let (total, ended) = count(
                job.workers.get(),
                job.increments,
                job.reads,
                0,
                |count, worker, nth| read(&::locks::Counter::from(count), worker, nth),
                |worker, nth| {
                    job.work(worker, nth);
                    1
                },
            )?;
            let counter = ::locks::Counter::from(total);
            Ok(::locks::Output::new(counter, ended).seen_by(&witness))
        }
        test_fixtures::speak::<::locks::Locks>(&["of", $name], $words, run)
    }};
}

macro_rules! count_mutex_std {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::locks::Job) -> anyhow::Result<::locks::Output> {
            use $($answer)+::count;
            let witness = ::locks::Witness::of(job);
            let (counter, ended) = count(
                job.workers.get(),
                job.increments,
                job.reads,
                ::locks::Counter::default(),
                witness.read(),
                witness.increment(),
            )?;
            Ok(::locks::Output::poisoning(counter, ended).seen_by(&witness))
        }
        test_fixtures::speak::<::locks::Locks>(&["of", $name], $words, run)
    }};
}

macro_rules! count_tokio {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::locks::Job) -> anyhow::Result<::locks::Output> {
            use $($answer)+::count;
            let witness = ::locks::Witness::of(job);
            let counted = count(
                job.workers.get(),
                job.increments,
                job.reads,
                ::locks::Counter::default(),
                witness.read(),
                witness.increment(),
            );
            let (counter, ended) = crate::adapters::on_tokio(job.threads.get(), counted)?;
            let ended = ended.into_iter().map(|end: Result<_, tokio::task::JoinError>| {
                end.map_err(tokio::task::JoinError::into_panic)
            });
            Ok(::locks::Output::new(counter, ended).seen_by(&witness))
        }
        test_fixtures::speak::<::locks::Locks>(&["of", $name], $words, run)
    }};
}

macro_rules! count_smol {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::locks::Job) -> anyhow::Result<::locks::Output> {
            use $($answer)+::count;
            let witness = ::locks::Witness::of(job);
            let counted = crate::adapters::on_smol(job.threads.get(), async |executor| {
                let (workers, increments) = (job.workers.get(), job.increments);
                let (read, increment) = (witness.read(), witness.increment());
                let value = ::locks::Counter::default();
                count(&executor, workers, increments, job.reads, value, read, increment).await
            });
            let (counter, ended) = counted?;
            Ok(::locks::Output::new(counter, ended).seen_by(&witness))
        }
        test_fixtures::speak::<::locks::Locks>(&["of", $name], $words, run)
    }};
}
