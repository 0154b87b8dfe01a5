//! The pool's one memory: tasks that wait, and what the others came to.

use std::{
    collections::VecDeque,
    fmt,
    iter::{Enumerate, repeat_with},
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
    /// By place in the input. Lost is what a task stays that no worker was left for.
    ends: Vec<End<R>>,
}

impl<I, R> Waiting<I, R>
where
    I: ExactSizeIterator<Item: Serialize>,
    R: DeserializeOwned,
{
    /// These tasks, for a pool of so many workers, each of whose tasks has this long.
    pub fn new(workers: usize, tasks: I, timeout: Duration) -> Self {
        let ends = repeat_with(|| End::WorkerLost).take(tasks.len());
        let inner = Inner {
            ends: ends.collect(),
            next: tasks.enumerate(),
            returned: VecDeque::new(),
            is_closed: false,
        };
        Self {
            workers,
            timeout,
            inner: Mutex::new(inner),
        }
    }

    /// A place in the pool.
    pub fn session(&self) -> Session<I::Item, R> {
        Session::new(self.workers, self.timeout)
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

    /// Gives out no more tasks: a place can't be held, and the pool is to end.
    pub fn close(&self) {
        self.lock().is_closed = true;
    }

    /// What each task came to, in input order.
    pub fn into_ends(self) -> Vec<End<R>> {
        self.inner.into_inner().expect(NO_PANIC).ends
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
            let (id, task) = self.next.next()?;
            let attempt = 1;
            Some(Task { id, attempt, task })
        })
    }
}
