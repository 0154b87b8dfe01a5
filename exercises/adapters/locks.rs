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
        match crate::adapters::look::asked($words) {
            Some(look) => {
                use $($answer)+::count;
                crate::adapters::locks::look_at_atomic(look, &|workers, increments, value, work| {
                    Ok(count(workers, increments, 0, value, |_, _, _| (), work)?)
                })
            }
            None => {
                test_fixtures::speak::<::locks::Locks>(&["of", $name], $words, run)
            }
        }
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
        match crate::adapters::look::asked($words) {
            Some("poison") => crate::adapters::locks::look_at_poison(&|turns| {
                use $($answer)+::count;
                let turn = |(): &mut (), worker, _| turns.take(worker);
                let (value, ended) = count(3, u64::MAX, 0, (), |(), _, _| (), turn)?;
                let ended = ended.into_iter();
                let ended = ended.map(|end| {
                    end.map(|end| end.err().map(std::sync::PoisonError::into_inner))
                });
                Ok((value.is_err(), ended.collect()))
            }),
            Some("turns") => crate::adapters::locks::look_between(&|between| {
                use $($answer)+::count;
                let read = |(): &(), worker, _| between.read(worker);
                let work = |(): &mut (), worker, _| between.work(worker);
                let _ = count(3, u64::MAX, 1, (), read, work)?;
                Ok(())
            }),
            Some("zero") => crate::adapters::look::ensure_panics(|| {
                use $($answer)+::count;
                let _ = count(0, 1, 0, (), |(), _, _| (), |(), _, _| ())?;
                Ok(())
            }),
            Some(look) => crate::adapters::look::unknown(look),
            None => {
                test_fixtures::speak::<::locks::Locks>(&["of", $name], $words, run)
            }
        }
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
        match crate::adapters::look::asked($words) {
            Some(look) => crate::adapters::locks::look(look, &|workers, increments, log| {
                use $($answer)+::count;
                let (read, work) = (log.clone(), log.clone());
                let counted = count(
                    workers,
                    increments,
                    1,
                    (),
                    move |(), worker, _| read.note(worker),
                    move |(), worker, _| work.note(worker),
                );
                crate::adapters::on_tokio(3, counted)?;
                Ok(())
            }),
            None => {
                test_fixtures::speak::<::locks::Locks>(&["of", $name], $words, run)
            }
        }
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
        match crate::adapters::look::asked($words) {
            Some(look) => crate::adapters::locks::look(look, &|workers, increments, log| {
                use $($answer)+::count;
                let (read, work) = (log.clone(), log.clone());
                crate::adapters::on_smol(3, async |executor| {
                    count(
                        &executor,
                        workers,
                        increments,
                        1,
                        (),
                        move |(), worker, _| read.note(worker),
                        move |(), worker, _| work.note(worker),
                    )
                    .await
                })?;
                Ok(())
            }),
            None => {
                test_fixtures::speak::<::locks::Locks>(&["of", $name], $words, run)
            }
        }
    }};
}

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use anyhow::{Result, ensure};

use super::look::{Scene, ensure_panics, refuse, unknown};

/// The workers that were at the value, in the order of their turns.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<usize>>>);

impl Log {
    /// A worker has a turn, which keeps its thread, so that the others queue up.
    pub(crate) fn note(&self, worker: usize) {
        lock(&self.0).push(worker);
        thread::sleep(Duration::from_millis(2));
    }
}

/// Looks at the order of tasks' turns; `count` is given a number of workers and of increments,
/// with a read before each.
pub(crate) fn look(
    look: &str,
    count: &dyn Fn(usize, u64, &Log) -> Result<()>,
) -> Result<()> {
    match look {
        "turns" => {
            let log = Log::default();
            count(3, 6, &log)?;
            let turns = lock(&log.0);
            let runs = 1 + turns.windows(2).filter(|two| two[0] != two[1]).count();
            ensure!(runs > 3, "3 workers had their turns one after another");
            // Whether another came between a worker's read and its increment.
            let mut nth = [0; 3];
            let came_between = turns.windows(2).filter(|two| {
                nth[two[0]] += 1;
                nth[two[0]] % 2 == 1 && two[0] != two[1]
            });
            let came_between = came_between.count();
            ensure!(
                came_between > 0,
                "nobody came between a read and its increment"
            );
            Ok(())
        }
        "zero" => ensure_panics(|| count(0, 1, &Log::default())),
        _ => unknown(look),
    }
}

/// Looks at threads that never come to their end, until one comes between another's read and
/// its increment. Their lock does not care whose turn it is, so that may take a while.
pub(crate) fn look_between(count: &dyn Fn(&Between) -> Result<()>) -> Result<()> {
    Scene::new(|_, _| false).watch_for(Duration::from_secs(3), |_| {
        "nobody came between a read and its increment".to_owned()
    });
    count(&Between::default())
}

/// The worker that has read, and has not incremented yet, if nobody was there since.
#[derive(Default)]
pub(crate) struct Between(Mutex<Option<usize>>);

impl Between {
    /// A worker reads.
    pub(crate) fn read(&self, worker: usize) {
        *lock(&self.0) = Some(worker);
    }

    /// A worker increments. Where somebody was there since it has read, it panics: that ends
    /// all, as the lock is poisoned.
    pub(crate) fn work(&self, worker: usize) {
        let read = lock(&self.0).take();
        assert!(
            read == Some(worker),
            "somebody came between, and that is enough"
        );
    }
}

/// What a worker does at each of its increments: the number that it adds.
type Add<'a> = &'a (dyn Fn(usize, u64) -> u64 + Sync);
/// What a counter is in the end, and what each worker's last addition made of it.
type Counted = (u64, Vec<thread::Result<Option<u64>>>);

/// Looks at a counter; `count` is given a number of workers, of increments, and a value.
pub(crate) fn look_at_atomic(
    look: &str,
    count: &dyn Fn(usize, u64, u64, Add<'_>) -> Result<Counted>,
) -> Result<()> {
    match look {
        // Each worker's first addition waits for those of the others.
        "at_once" => {
            let scene = Scene::new(|seen, _| seen.begun.len() < 3);
            scene.watch(|seen| format!("{} of 3 workers had begun", seen.begun.len()));
            let (total, _) = count(3, 2, 7, &|worker, nth| {
                if nth == 0 {
                    scene.work(worker);
                }
                1
            })?;
            ensure!(total == 13, "from 7, six additions have made {total}");
            Ok(())
        }
        "around" => {
            let (total, ended) = count(1, 1, u64::MAX, &|_, _| 2)?;
            let last = ended.into_iter().next().and_then(Result::ok).flatten();
            ensure!(
                total == 1 && last == Some(1),
                "2 more than the most is {total}, and the worker says {last:?}"
            );
            Ok(())
        }
        "zero" => ensure_panics(|| count(0, 1, 0, &|_, _| 1).map(|_| ())),
        _ => unknown(look),
    }
}

/// Whether the value is poisoned, and of each worker the poison with what it had done.
type Poisoned = (bool, Vec<thread::Result<Option<Option<u64>>>>);

/// Looks at workers beside one that panics at the value.
pub(crate) fn look_at_poison(count: &dyn Fn(&Endless) -> Result<Poisoned>) -> Result<()> {
    let turns = Endless::new();
    let (is_poisoned, ended) = count(&turns)?;
    turns.ensure_poison(is_poisoned, &ended)
}

/// Three workers who never come to their end. The first to come goes on, and the second
/// panics at the value.
pub(crate) struct Endless {
    state: Mutex<State>,
    /// Whether somebody has panicked.
    is_over: AtomicBool,
    begun: Arc<AtomicUsize>,
}

#[derive(Default)]
struct State {
    first: Option<usize>,
    second: Option<usize>,
    /// What the first has done.
    done: u64,
}

impl Endless {
    pub(crate) fn new() -> Self {
        let begun = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&begun);
        Scene::new(|_, _| false).watch(move |_| match seen.load(SeqCst) {
            1 => "1 of 3 workers was ever at the value".to_owned(),
            _ => "workers did not end after a panic at the value".to_owned(),
        });
        Self {
            state: Mutex::default(),
            is_over: AtomicBool::new(false),
            begun,
        }
    }

    /// A worker is at the value; returns how often it was.
    pub(crate) fn take(&self, worker: usize) -> u64 {
        if self.is_over.load(SeqCst) {
            refuse(format_args!(
                "worker {worker} was at the value after a panic there"
            ));
        }
        let mut state = lock(&self.state);
        let first = *state.first.get_or_insert(worker);
        self.begun.fetch_max(1, SeqCst);
        if worker == first {
            state.done += 1;
            return state.done;
        }
        self.begun.fetch_max(2, SeqCst);
        state.second = Some(worker);
        drop(state);
        self.is_over.store(true, SeqCst);
        panic!("worker {worker} was asked to panic");
    }

    /// The value is poisoned, and so have the workers ended: each with its last increment.
    pub(crate) fn ensure_poison(
        &self,
        is_poisoned: bool,
        ended: &[thread::Result<Option<Option<u64>>>],
    ) -> Result<()> {
        let state = lock(&self.state);
        ensure!(ended.len() == 3, "{} outcomes of 3 workers", ended.len());
        for (worker, end) in ended.iter().enumerate() {
            match end {
                Err(_) if state.second == Some(worker) => {}
                Err(_) => anyhow::bail!("worker {worker} panicked, since another had"),
                Ok(None) => anyhow::bail!("worker {worker} says nothing of the poison"),
                Ok(Some(last)) => {
                    let done = (state.first == Some(worker)).then_some(state.done);
                    ensure!(
                        *last == done,
                        "worker {worker} had done {done:?}, and its error has {last:?}"
                    );
                }
            }
        }
        ensure!(is_poisoned, "the value says nothing of the poison");
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
