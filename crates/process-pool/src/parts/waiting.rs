//! The pool's shared state: tasks that wait, and the outcomes of the others.

use std::{
    any::Any,
    collections::VecDeque,
    fmt,
    iter::{Enumerate, repeat_with},
    ops::{Deref, DerefMut},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use serde::{Serialize, de::DeserializeOwned};

use super::session::{End, Session, Task};

/// Tasks that wait for a worker, and ends by their place in the input.
///
/// All places of a pool share it. Its lock is held for one exchange, never while anyone
/// waits for a process.
pub struct Waiting<I: Iterator, R> {
    workers: usize,
    timeout: Duration,
    inner: Mutex<Inner<I, R>>,
}

struct Inner<I: Iterator, R> {
    /// Tasks that were never given out. They are made when they are, so that what waits
    /// takes no memory.
    next: Enumerate<I>,
    /// Given out and come back.
    returned: VecDeque<Task<I::Item>>,
    /// Whether no more are given out.
    is_closed: bool,
    /// What the iterator panicked with.
    panic: Option<Box<dyn Any + Send>>,
    /// By place in the input. Lost is what a task stays that no worker was left for.
    ends: Vec<End<R>>,
}

/// A place in the pool. One that is dropped with tasks in hand has failed, and closes the
/// pool: no other place has its tasks.
pub struct Place<'a, I: Iterator, R> {
    session: Session<I::Item, R>,
    tasks: &'a Waiting<I, R>,
}

impl<I, R> Waiting<I, R>
where
    I: ExactSizeIterator<Item: Serialize>,
    R: DeserializeOwned,
{
    /// These tasks, for a pool of `workers` workers. Each task has `timeout`.
    pub fn new(workers: usize, tasks: I, timeout: Duration) -> Self {
        let ends = repeat_with(|| End::WorkerLost).take(tasks.len());
        let inner = Inner {
            ends: ends.collect(),
            next: tasks.enumerate(),
            returned: VecDeque::new(),
            is_closed: false,
            panic: None,
        };
        Self {
            workers,
            timeout,
            inner: Mutex::new(inner),
        }
    }

    /// A new place in the pool.
    pub fn place(&self) -> Place<'_, I, R> {
        let session = Session::new(self.workers, self.timeout);
        let tasks = self;
        Place { session, tasks }
    }

    /// Takes what a session has finished and what it hands back, and gives it more.
    /// False if it is left with nothing to do.
    pub fn exchange(&self, session: &mut Session<I::Item, R>) -> bool {
        let mut inner = self.lock();
        loop {
            for (id, end) in session.finished() {
                inner.ends[id] = end;
            }
            for task in session.returned().rev() {
                inner.returned.push_front(task);
            }
            let waiting = match inner.is_closed {
                true => 0,
                false => inner.returned.len() + inner.next.len(),
            };
            let room = session.room(waiting).min(waiting);
            for _ in 0..room {
                let Some(task) = inner.next() else { break };
                session.assign(task);
            }
            // What can't be sent is finished at once, and leaves room for others.
            if !session.is_idle() || room == 0 {
                return !session.is_idle();
            }
        }
    }

    /// The outcome of each task, in input order.
    ///
    /// # Panics
    /// The tasks' iterator has.
    pub fn into_ends(self) -> Vec<End<R>> {
        let inner = self.inner.into_inner().expect(NO_PANIC);
        if let Some(panic) = inner.panic {
            resume_unwind(panic);
        }
        inner.ends
    }
}

impl<I: Iterator, R> Waiting<I, R> {
    /// Gives out no more tasks: a place can't be held, and the pool is to end.
    pub fn close(&self) {
        self.lock().is_closed = true;
    }

    fn lock(&self) -> MutexGuard<'_, Inner<I, R>> {
        self.inner.lock().expect(NO_PANIC)
    }
}

impl<I: Iterator, R> fmt::Debug for Waiting<I, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let workers = self.workers;
        write!(f, "tasks of a pool of {workers}")
    }
}

const NO_PANIC: &str = "no exchange panics";

impl<I: Iterator, R> Inner<I, R> {
    fn next(&mut self) -> Option<Task<I::Item>> {
        let returned = self.returned.pop_front();
        returned.or_else(|| {
            // The place whose turn it is has a worker, which is to be waited for.
            let next = catch_unwind(AssertUnwindSafe(|| self.next.next()));
            let next = next.map_err(|panic| {
                self.is_closed = true;
                self.panic = Some(panic);
            });
            let (id, task) = next.ok()??;
            let attempt = 1;
            Some(Task { id, attempt, task })
        })
    }
}

impl<I: Iterator, R> Deref for Place<'_, I, R> {
    type Target = Session<I::Item, R>;

    fn deref(&self) -> &Self::Target {
        &self.session
    }
}

impl<I: Iterator, R> DerefMut for Place<'_, I, R> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.session
    }
}

impl<I: Iterator, R> Drop for Place<'_, I, R> {
    fn drop(&mut self) {
        if !self.session.is_idle() {
            self.tasks.close();
        }
    }
}

impl<I: Iterator, R> fmt::Debug for Place<'_, I, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a place among {:?}", self.tasks)
    }
}
