//! The pool's one memory: tasks that wait, and what the others came to.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard},
};

use test_fixtures::Outcome;

use crate::{Count, Job, Output, session::Session, task::Task};

/// Tasks that wait for a worker, and outcomes by their place in the input.
///
/// All places of a pool share it. Its lock is held for one exchange, never while anyone
/// waits for a process.
#[derive(Debug)]
pub struct Tasks {
    job: Job,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// Tasks from here on were never given out. They are made when they are, so that what
    /// waits takes no memory.
    next: usize,
    /// Given out and come back.
    returned: VecDeque<Task>,
    /// By place in the input. Lost is what a task stays that no worker was left for.
    outcomes: Vec<Outcome<Count>>,
}

impl Tasks {
    /// All tasks of the job, waiting.
    pub fn new(job: &Job) -> Self {
        Self {
            job: job.clone(),
            inner: Mutex::new(Inner {
                next: 0,
                returned: VecDeque::new(),
                outcomes: vec![Outcome::WorkerLost; job.ranges],
            }),
        }
    }

    /// A place in the pool.
    pub fn session(&self) -> Session {
        Session::new(&self.job)
    }

    /// Takes what a session has finished and what it hands back, and gives it more.
    /// False if it is left with nothing to do.
    pub fn exchange(&self, session: &mut Session) -> bool {
        let mut inner = self.lock();
        for (id, outcome) in session.finished() {
            inner.outcomes[id] = outcome;
        }
        for task in session.returned().rev() {
            inner.returned.push_front(task);
        }
        let waiting = inner.returned.len() + self.job.ranges - inner.next;
        for _ in 0..session.room(waiting) {
            let Some(task) = self.next(&mut inner) else {
                break;
            };
            session.assign(task);
        }
        !session.is_idle()
    }

    /// The outcomes, in input order.
    pub fn output(&self) -> Output {
        let outcomes = std::mem::take(&mut self.lock().outcomes);
        Output { outcomes }
    }

    fn next(&self, inner: &mut Inner) -> Option<Task> {
        let returned = inner.returned.pop_front();
        returned.or_else(|| {
            let index = inner.next;
            (index < self.job.ranges).then(|| {
                inner.next += 1;
                self.job.task(index)
            })
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("no exchange panics")
    }
}
