//! What stands between a model's job and a function: for each exercise a macro of its name,
//! which takes the path of the module that has the function.
//!
//! They are macros, since the function is generic and each answer has its own.

pub(crate) mod look;

#[macro_use]
pub(crate) mod cancellation;
#[macro_use]
pub(crate) mod error_handling;
#[macro_use]
pub(crate) mod gather;
#[macro_use]
pub(crate) mod hazards;
#[macro_use]
pub(crate) mod locks;
#[macro_use]
pub(crate) mod pipelines;
#[macro_use]
pub(crate) mod process_pool;
#[macro_use]
pub(crate) mod semaphores;
#[macro_use]
pub(crate) mod serving;
#[macro_use]
pub(crate) mod shared_memory;
#[macro_use]
pub(crate) mod thread_pool;

use std::{
    ffi::OsString,
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use anyhow::{Result, ensure};
use smol::{Executor, block_on, channel};
use test_fixtures::{Misuse, guard};
use tokio::runtime::Builder;

/// Does what a parent of trials asks for: `guard …`, `trial NAME`, `look NAME LOOK`, or
/// `of NAME worker …`.
pub(crate) fn main(
    words: impl Iterator<Item = OsString>,
    answer: fn(&str, &[OsString]) -> Option<Result<()>>,
) -> Result<()> {
    let words: Vec<OsString> = words.collect();
    let word = |place: usize| words.get(place).and_then(|word| word.to_str());
    let name = match (word(0), word(1)) {
        (Some("guard"), _) => return guard(words.into_iter().skip(1)),
        (Some("trial" | "look"), Some(name)) => answer(name, &words),
        (Some("of"), Some(name)) => answer(name, &words[2..]),
        _ => None,
    };
    name.unwrap_or_else(|| {
        let why = "a program for trials: see docs/src/exercises.md";
        Err(Misuse::new(why).into())
    })
}

/// Runs `work` as a task on tokio, with so many threads.
pub(crate) fn on_tokio<F>(workers: usize, work: F) -> Result<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let runtime = Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()?;
    Ok(runtime.block_on(runtime.spawn(work))?)
}

/// Runs what `work` makes beside an executor with so many threads.
pub(crate) fn on_smol<F: Future>(
    workers: usize,
    work: impl FnOnce(Arc<Executor<'static>>) -> F,
) -> Result<F::Output> {
    let executor = Arc::new(Executor::new());
    let (signal, shutdown) = channel::bounded::<()>(1);
    thread::scope(|scope| {
        for _ in 0..workers {
            let thread = thread::Builder::new();
            thread.spawn_scoped(scope, || block_on(executor.run(shutdown.recv())))?;
        }
        let done = block_on(work(Arc::clone(&executor)));
        // Every `recv` fails now, and with it every thread's `run` ends.
        drop(signal);
        io::Result::Ok(done)
    })
    .map_err(Into::into)
}

/// Counts what is at work, so that what a function leaves at work is seen when it returns.
#[derive(Clone, Debug, Default)]
pub(crate) struct AtWork(Arc<AtomicUsize>);

/// One that is at work until it is dropped.
#[derive(Debug)]
pub(crate) struct Working(Arc<AtomicUsize>);

impl AtWork {
    /// One more.
    pub(crate) fn one(&self) -> Working {
        self.0.fetch_add(1, SeqCst);
        Working(Arc::clone(&self.0))
    }

    /// Nothing is at work.
    ///
    /// # Errors
    /// Something is.
    pub(crate) fn ensure_none(&self) -> Result<()> {
        let count = self.0.load(SeqCst);
        ensure!(
            count == 0,
            "{count} still at work when the function returned"
        );
        Ok(())
    }
}

impl AtWork {
    /// Nothing is at work. If something is, it may end by itself soon, since it was asked to.
    ///
    /// # Errors
    /// Something is.
    pub(crate) async fn ensure_stopped<S: Future>(
        &self,
        sleep: impl Fn(Duration) -> S,
    ) -> Result<()> {
        let count = self.0.load(SeqCst);
        if count > 0 {
            sleep(Duration::from_millis(400)).await;
        }
        let rest = self.0.load(SeqCst);
        ensure!(
            count == 0,
            "{count} still at work when the function returned, and {rest} a moment later"
        );
        Ok(())
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        // Slow enough that who doesn't wait for all is seen not to.
        thread::sleep(Duration::from_millis(5));
        self.0.fetch_sub(1, SeqCst);
    }
}
