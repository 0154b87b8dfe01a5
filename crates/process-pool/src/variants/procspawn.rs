//! `procspawn::Pool`, whose workers are this program: the package nearest to Python's pool.
//!
//! A worker is started as this program was, with the same arguments, and stays in
//! `procspawn::init`, which comes first in `main`. A call sends it where in the executable a
//! function is, and the arguments. One thread for each worker calls and waits.
//!
//! # What to notice
//! - Only a plain `fn` can be sent: what a closure holds, a worker doesn't have. So a task
//!   brings its own work, by the trait [`Work`].
//! - A panic is caught within the call. The pool loses a worker that panics, and perhaps the
//!   panic's message: it kills the worker before it has read it.
//! - The pool starts a worker for each that was lost. To try a task again is left to the
//!   caller, and so are deadlines: a call that is dropped before its end kills its worker.
//!
//! # When not to use this
//! For tiny tasks: each call makes two channels of its own, and waits for its answer. Nor
//! where a worker may end as it starts: the pool waits for its first word without a limit.

use crate::{Job, Output, Report, Task, work::ensure_sockets};

/// Has the job's tasks done by worker processes.
pub fn run(job: &Job) -> anyhow::Result<Output> {
    // Where it can make none it panics.
    ensure_sockets()?;
    let ends = map(job.workers.get(), job.tasks(), job.timeout())?;
    Ok(Output::of_processes(job, ends))
}

impl Work for Task {
    type Answer = Report;

    fn work(self, attempt: u16) -> Report {
        self.count(attempt)
    }
}

// The lesson: everything below can be taken home.
// It needs postcard (use-std), procspawn (safe-shared-libraries), serde.
// It comes with frame.rs, session.rs.

use std::{
    any::Any,
    io,
    iter::repeat_with,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Mutex,
    thread,
    time::Duration,
};

use procspawn::{Pool, SpawnError};
use serde::{Serialize, de::DeserializeOwned};

use super::session::{ATTEMPTS, End, LOSSES};

/// A task that a worker can do.
pub trait Work: Serialize + DeserializeOwned + Clone + Send {
    /// What comes of it.
    type Answer: Serialize + DeserializeOwned + Send + 'static;

    /// Does it, in a worker. Attempts count from 1.
    fn work(self, attempt: u16) -> Self::Answer;
}

/// Has every task done by worker processes, each in at most `timeout`. Returns what each came
/// to, in input order; a lost worker costs its task one more try.
///
/// The program has called `procspawn::init`, first in its `main`.
///
/// # Errors
/// A worker can't be started, or a thread to wait for one. No further task is handed out,
/// and those that a worker had have ended.
///
/// # Panics
/// `workers` is 0; or `tasks` panics, and then all workers have ended, too. Or what `Pool`
/// expects to work does not: to start its threads, to make a channel, to encode a task.
pub fn map<T: Work>(
    workers: usize,
    tasks: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator + Send>,
    timeout: Duration,
) -> Result<Vec<End<T::Answer>>, SpawnError> {
    assert!(workers > 0, "workers must be at least 1");
    let tasks = tasks.into_iter();
    // Lost is what a task stays that no worker was left for.
    let ends = repeat_with(|| End::WorkerLost).take(tasks.len());
    let mut ends: Vec<_> = ends.collect();
    let waiting = Mutex::new(Some(tasks.enumerate()));
    // A worker's standard output would be in the middle of this program's own.
    let mut pool = Pool::builder(workers);
    let pool = pool.disable_stdin().disable_stdout().build()?;
    let results = thread::scope(|scope| {
        let places = (0..workers).map(|number| {
            let place = thread::Builder::new().name(format!("place-{number}"));
            place.spawn_scoped(scope, || hold(&pool, &waiting, timeout))
        });
        let places = places.collect::<io::Result<Vec<_>>>();
        let places = places.inspect_err(|_| close(&waiting))?;
        let results: Vec<_> = places.into_iter().map(|place| place.join()).collect();
        io::Result::Ok(results)
    });
    // Waits for workers that are being replaced, too: to drop the pool would miss them.
    pool.shutdown();
    for result in results? {
        // What panics in a place is the caller's own.
        let settled = result.unwrap_or_else(|panic| resume_unwind(panic))?;
        for (id, end) in settled {
            ends[id] = end;
        }
    }
    Ok(ends)
}

type Waiting<I> = Mutex<Option<I>>;
type Settled<R> = Vec<(usize, End<R>)>;

/// Holds one place in the pool: one task after another, until none is left.
fn hold<T: Work>(
    pool: &Pool,
    waiting: &Waiting<impl Iterator<Item = (usize, T)>>,
    timeout: Duration,
) -> Result<Settled<T::Answer>, SpawnError> {
    let (mut settled, mut losses) = (Vec::new(), 0);
    while losses < LOSSES
        && let Some((id, task)) = next(waiting)
    {
        let mut attempt = 1;
        let end = loop {
            match call(pool, task.clone(), attempt, timeout) {
                Ok(answer) => {
                    losses = 0;
                    break answer.map_or_else(End::Panicked, End::Done);
                }
                Err(error) if error.is_timeout() => break End::TimedOut,
                Err(error) if error.is_remote_close() => {
                    losses += 1;
                    if attempt == ATTEMPTS || losses == LOSSES {
                        break End::WorkerLost;
                    }
                    attempt += 1;
                }
                Err(error) => {
                    close(waiting);
                    return Err(error);
                }
            }
        };
        settled.push((id, end));
    }
    Ok(settled)
}

/// Has a worker do the task at this attempt, and waits for it until the deadline.
fn call<T: Work>(
    pool: &Pool,
    task: T,
    attempt: u16,
    timeout: Duration,
) -> Result<Result<T::Answer, String>, SpawnError> {
    // Dropped before its end, the call takes its worker along.
    let mut call = pool.spawn((task, attempt), answer);
    call.join_timeout(timeout)
}

/// What a worker does of a call: the task, or the message of its panic.
fn answer<T: Work>((task, attempt): (T, u16)) -> Result<T::Answer, String> {
    catch_unwind(AssertUnwindSafe(|| task.work(attempt)))
        .map_err(|panic| message(&*panic))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&'static str>()
        .map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}

/// The next task; none if the pool is closed, or if `tasks` has panicked in another place.
fn next<I: Iterator>(waiting: &Waiting<I>) -> Option<I::Item> {
    waiting.lock().ok()?.as_mut()?.next()
}

/// Gives out no more tasks: a call has failed, and the pool is to end.
fn close<I>(waiting: &Waiting<I>) {
    // Where the lock is poisoned, nothing is given out.
    if let Ok(mut waiting) = waiting.lock() {
        *waiting = None;
    }
}
