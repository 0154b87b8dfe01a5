//! One place in the pool, and the worker process that holds it: which tasks the worker has,
//! and what to do when it answers, goes away, or takes too long.
//!
//! All of a pool's decisions are here, without input, output or waiting, so that a variant
//! is left with what its runtime does: start a process, write, read, kill and wait.
//!
//! A worker answers in the order in which it was given its tasks, and each answer is
//! written before the next task is begun. So the oldest task without an answer is the one
//! in work: it alone pays for a worker that is lost, and its deadline is the one that runs.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use test_fixtures::Outcome;

use crate::{
    Count, Job,
    frame::Decoder,
    task::{ATTEMPTS, Task},
};

/// How many tasks a worker has at most, the one in work among them: enough that the next
/// are there before it asks, few enough that little has to be handed out again.
const WINDOW: usize = 32;
/// So many workers lost without one reply between them, and the place is given up: what
/// kills them is not the tasks.
const LOSSES: u32 = 32;

/// What the pool knows of one worker and its successors.
#[derive(Debug)]
pub struct Session {
    workers: usize,
    timeout: Duration,
    /// Given to the worker, the oldest first. With no worker: to be given to the next.
    in_hand: VecDeque<Task>,
    /// Whether there is a worker that can still be believed.
    open: bool,
    outgoing: Vec<u8>,
    replies: Decoder,
    /// When the worker turned to the oldest task in hand, as far as can be seen from here.
    since: Instant,
    /// Workers lost in a row.
    losses: u32,
    finished: Vec<(usize, Outcome<Count>)>,
    returned: Vec<Task>,
}

impl Session {
    /// A place in the pool of this job; nobody holds it yet.
    pub fn new(job: &Job) -> Self {
        Self {
            workers: job.workers.get(),
            timeout: job.timeout(),
            in_hand: VecDeque::new(),
            open: false,
            outgoing: Vec::new(),
            replies: Decoder::default(),
            since: Instant::now(),
            losses: 0,
            finished: Vec::new(),
            returned: Vec::new(),
        }
    }

    /// A fresh worker holds the place: it is to be sent whatever is in hand.
    pub fn start(&mut self) {
        self.start_at(Instant::now());
    }

    /// Whether the worker can still be believed. If not: kill it, and wait for it.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// What is to be written to the worker; often nothing.
    pub fn outgoing(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.outgoing)
    }

    /// How long the worker still has for the task in work. Never zero, which some system
    /// calls take for "for ever".
    pub fn time_left(&self) -> Duration {
        self.time_left_at(Instant::now())
    }

    /// The worker wrote this.
    pub fn received(&mut self, bytes: &[u8]) {
        self.received_at(bytes, Instant::now());
    }

    /// The worker is gone, or can't be believed any more. The task in work is tried once
    /// more, by the next worker; then it is set aside. Those behind it never began.
    pub fn lost(&mut self) {
        let Some(mut task) = self.close() else { return };
        self.losses += 1;
        if task.attempt < ATTEMPTS && self.losses < LOSSES {
            task.attempt += 1;
            self.in_hand.push_back(task);
        } else {
            self.finished.push((task.id, Outcome::WorkerLost));
        }
    }

    /// The wait for the worker ended without a word from it. If it is indeed past the
    /// deadline, the task in work is given up.
    pub fn overdue(&mut self) {
        self.overdue_at(Instant::now());
    }

    /// How many more tasks the worker should have, when so many wait for anyone.
    ///
    /// Half of a worker's fair share, and less as fewer are left: so at the end, when a
    /// long task can no longer be made up for, nobody has a second one waiting.
    pub fn room(&self, waiting: usize) -> usize {
        if self.losses >= LOSSES {
            return 0;
        }
        let window = (waiting / (2 * self.workers)).clamp(1, WINDOW);
        // One task at a time would be a write each; half a window makes it one for many.
        if self.in_hand.len() > window / 2 {
            return 0;
        }
        window - self.in_hand.len()
    }

    /// Puts one more task in hand.
    pub fn assign(&mut self, task: Task) {
        self.assign_at(task, Instant::now());
    }

    /// Whether nothing is in hand.
    pub fn is_idle(&self) -> bool {
        self.in_hand.is_empty()
    }

    /// What tasks have come to since this was last asked.
    pub fn finished(&mut self) -> impl Iterator<Item = (usize, Outcome<Count>)> {
        self.finished.drain(..)
    }

    /// Tasks that were never begun, and go back to where tasks wait.
    pub fn returned(&mut self) -> impl DoubleEndedIterator<Item = Task> {
        self.returned.drain(..)
    }

    fn start_at(&mut self, now: Instant) {
        self.open = true;
        self.replies = Decoder::default();
        self.outgoing.clear();
        self.since = now;
        for task in &self.in_hand {
            task.encode(&mut self.outgoing);
        }
    }

    fn assign_at(&mut self, task: Task, now: Instant) {
        if self.open {
            task.encode(&mut self.outgoing);
        }
        if self.in_hand.is_empty() {
            self.since = now;
        }
        self.in_hand.push_back(task);
    }

    fn time_left_at(&self, now: Instant) -> Duration {
        let spent = now.saturating_duration_since(self.since);
        let left = self.timeout.saturating_sub(spent);
        left.max(Duration::from_millis(1))
    }

    fn received_at(&mut self, bytes: &[u8], now: Instant) {
        if !self.open {
            return;
        }
        self.replies.push(bytes);
        loop {
            let outcome = match self.replies.next_frame() {
                Ok(None) => return,
                Ok(Some(frame)) => self
                    .in_hand
                    .front()
                    .and_then(|task| task.outcome(&frame).ok()),
                Err(_) => None,
            };
            let (Some(outcome), Some(task)) = (outcome, self.in_hand.front()) else {
                return self.lost();
            };
            self.finished.push((task.id, outcome));
            self.in_hand.pop_front();
            self.since = now;
            self.losses = 0;
        }
    }

    fn overdue_at(&mut self, now: Instant) {
        // Some timers are early.
        if now.saturating_duration_since(self.since) < self.timeout {
            return;
        }
        if let Some(task) = self.close() {
            self.finished.push((task.id, Outcome::TimedOut));
        }
    }

    /// Believes the worker no more; hands out the task that it was at.
    fn close(&mut self) -> Option<Task> {
        if !self.open {
            return None;
        }
        self.open = false;
        let in_work = self.in_hand.pop_front();
        self.returned.extend(self.in_hand.drain(..));
        in_work
    }
}

#[cfg(test)]
mod tests;
