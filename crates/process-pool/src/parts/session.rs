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
    marker::PhantomData,
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use serde::{Serialize, de::DeserializeOwned};

use super::frame::{Decoder, Frame, Kind, LONGEST};

/// How often a task is tried before it is set aside.
pub const ATTEMPTS: u16 = 2;
/// How many tasks a worker has at most, the one in work among them: enough that the next
/// are there before it asks, few enough that little has to be handed out again.
pub const WINDOW: usize = 32;
/// After this many workers lost without one reply between them, the place is given up:
/// the cause is not the tasks.
pub const LOSSES: u32 = 32;

/// A task at one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task<T> {
    /// Its place in the input.
    pub id: usize,
    /// From 1.
    pub attempt: u16,
    /// What the worker is handed.
    pub task: T,
}

/// The outcome of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End<R> {
    /// It was done.
    Done(R),
    /// The function that did it panicked; the panic's message.
    Panicked(String),
    /// Its deadline passed, and its worker was killed.
    TimedOut,
    /// Its worker went away, and so did the one that tried it again.
    WorkerLost,
    /// It can't be sent, and why.
    Refused(String),
}

/// What the pool knows of one worker and its successors. Tasks are `T`, answers are `R`.
#[derive(Debug)]
pub struct Session<T, R> {
    workers: usize,
    timeout: Duration,
    /// Given to the worker, the oldest first. With no worker: to be given to the next.
    in_hand: VecDeque<Task<T>>,
    /// Whether there is a worker that can still be believed.
    open: bool,
    outgoing: Vec<u8>,
    replies: Decoder,
    /// When the worker turned to the oldest task in hand, as far as can be seen from here.
    since: Instant,
    /// Workers lost in a row.
    losses: u32,
    finished: Vec<(usize, End<R>)>,
    returned: Vec<Task<T>>,
    /// Where a payload is encoded; kept for the next.
    payload: Vec<u8>,
    answers: PhantomData<fn() -> R>,
}

impl<T: Serialize, R: DeserializeOwned> Session<T, R> {
    /// A place in a pool of `workers` workers. Each task has `timeout`. The place has no
    /// worker process yet.
    pub fn new(workers: usize, timeout: Duration) -> Self {
        Self {
            workers,
            timeout,
            in_hand: VecDeque::new(),
            open: false,
            outgoing: Vec::new(),
            replies: Decoder::default(),
            since: Instant::now(),
            losses: 0,
            finished: Vec::new(),
            returned: Vec::new(),
            payload: Vec::new(),
            answers: PhantomData,
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
    /// calls take for "without a limit".
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
            self.finished.push((task.id, End::WorkerLost));
        }
    }

    /// The wait for the worker ended without a word from it. If it is indeed past the
    /// deadline, the task in work is given up.
    pub fn overdue(&mut self) {
        self.overdue_at(Instant::now());
    }

    /// How many more tasks the worker should have, when `waiting` wait for any worker.
    ///
    /// Half of a worker's fair share, and less as fewer are left: so at the end, when a
    /// long task can no longer be made up for, no worker has a second one waiting.
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
    pub fn assign(&mut self, task: Task<T>) {
        self.assign_at(task, Instant::now());
    }

    /// What tasks have come to since this was last asked.
    pub fn finished(&mut self) -> impl Iterator<Item = (usize, End<R>)> {
        self.finished.drain(..)
    }

    /// Tasks that were never begun, and go back to where tasks wait.
    pub fn returned(&mut self) -> impl DoubleEndedIterator<Item = Task<T>> {
        self.returned.drain(..)
    }

    /// [`start`](Self::start) at this time.
    pub fn start_at(&mut self, now: Instant) {
        self.open = true;
        self.replies = Decoder::default();
        self.outgoing.clear();
        self.since = now;
        let tasks = std::mem::take(&mut self.in_hand);
        for task in tasks {
            self.send(task);
        }
    }

    /// [`assign`](Self::assign) at this time.
    pub fn assign_at(&mut self, task: Task<T>, now: Instant) {
        if self.in_hand.is_empty() {
            self.since = now;
        }
        match self.open {
            true => self.send(task),
            false => self.in_hand.push_back(task),
        }
    }

    /// [`time_left`](Self::time_left) at this time.
    pub fn time_left_at(&self, now: Instant) -> Duration {
        let spent = now.saturating_duration_since(self.since);
        let left = self.timeout.saturating_sub(spent);
        left.max(Duration::from_millis(1))
    }

    /// [`received`](Self::received) at this time.
    pub fn received_at(&mut self, bytes: &[u8], now: Instant) {
        if !self.open {
            return;
        }
        self.replies.push(bytes);
        loop {
            let end = match self.replies.next_frame() {
                // Half a reply, however much of it keeps coming, is none.
                Ok(None) => return self.overdue_at(now),
                Ok(Some(frame)) => {
                    self.in_hand.front().and_then(|task| end(task, &frame))
                }
                Err(_) => None,
            };
            let (Some(end), Some(task)) = (end, self.in_hand.front()) else {
                return self.lost();
            };
            self.finished.push((task.id, end));
            self.in_hand.pop_front();
            self.since = now;
            self.losses = 0;
        }
    }

    /// [`overdue`](Self::overdue) at this time.
    pub fn overdue_at(&mut self, now: Instant) {
        // Some timers are early.
        if now.saturating_duration_since(self.since) < self.timeout {
            return;
        }
        if let Some(task) = self.close() {
            self.finished.push((task.id, End::TimedOut));
        }
    }

    /// Appends the frame that gives the task to the worker, and puts it in hand.
    fn send(&mut self, task: Task<T>) {
        let payload = std::mem::take(&mut self.payload);
        let encode = || postcard::to_extend(&task.task, payload);
        let payload = match catch_unwind(AssertUnwindSafe(encode)) {
            Ok(Ok(payload)) if payload.len() <= LONGEST => payload,
            Ok(Ok(payload)) => {
                let length = payload.len();
                let why = format!("the task has {length} bytes; the most is {LONGEST}");
                return self.finished.push((task.id, End::Refused(why)));
            }
            Ok(Err(error)) => {
                let why = format!("the task can't be encoded: {error}");
                return self.finished.push((task.id, End::Refused(why)));
            }
            Err(_panic) => {
                let why = "the task panics when it is encoded".to_owned();
                return self.finished.push((task.id, End::Refused(why)));
            }
        };
        Frame {
            kind: Kind::Task,
            attempt: task.attempt,
            id: task.id as u64,
            payload: &payload,
        }
        .encode(&mut self.outgoing);
        self.payload = payload;
        self.payload.clear();
        self.in_hand.push_back(task);
    }

    /// Believes the worker no more; hands out the task that it was at.
    fn close(&mut self) -> Option<Task<T>> {
        if !self.open {
            return None;
        }
        self.open = false;
        let in_work = self.in_hand.pop_front();
        self.returned.extend(self.in_hand.drain(..));
        in_work
    }
}

impl<T, R> Session<T, R> {
    /// Whether nothing is in hand.
    pub fn is_idle(&self) -> bool {
        self.in_hand.is_empty()
    }
}

/// What a worker's frame says of this task; nothing if it is about another, or is no answer.
fn end<T, R: DeserializeOwned>(task: &Task<T>, frame: &Frame<'_>) -> Option<End<R>> {
    if (frame.id, frame.attempt) != (task.id as u64, task.attempt) {
        return None;
    }
    match frame.kind {
        Kind::Done => {
            let decode = || postcard::take_from_bytes(frame.payload);
            // What panics at the answer can't be handed it.
            let (answer, rest) = catch_unwind(AssertUnwindSafe(decode)).ok()?.ok()?;
            // A worker that says more than the answer speaks of another type.
            rest.is_empty().then_some(End::Done(answer))
        }
        Kind::Panicked => {
            let message = String::from_utf8_lossy(frame.payload);
            Some(End::Panicked(message.into_owned()))
        }
        // A worker can't know these of itself.
        Kind::Task | Kind::TimedOut | Kind::WorkerLost | Kind::Refused => None,
    }
}
