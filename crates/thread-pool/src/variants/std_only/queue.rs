//! A bounded queue that many threads share, from a mutex and two condition variables: the
//! standard library's channels have one receiver only.

use std::{
    collections::VecDeque,
    mem,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

/// A bounded queue: items on their way from the threads that send to those that receive.
///
/// The items and whether there will be more are only looked at and changed under one lock,
/// so what happens between a look and a sleep can't be missed.
#[derive(Debug)]
pub struct Queue<T> {
    state: Mutex<State<T>>,
    capacity: usize,
    /// Notified once for every item that was taken, for one thread that waits to send.
    taken: Condvar,
    /// Notified once for every item that was sent, and for all when the queue is closed.
    sent: Condvar,
}

#[derive(Debug)]
struct State<T> {
    items: VecDeque<T>,
    is_fed: bool,
    is_closed: bool,
}

/// The right to send. Dropped, it closes the queue, also when a panic or an early return
/// drops it, so no thread waits for items that won't come.
#[derive(Debug)]
pub struct Feed<'a, T>(&'a Queue<T>);

impl<T> Queue<T> {
    /// A queue that holds `capacity` items, at least one.
    pub fn bounded(capacity: usize) -> Self {
        let state = State {
            items: VecDeque::new(),
            is_fed: false,
            is_closed: false,
        };
        Self {
            state: Mutex::new(state),
            capacity: capacity.max(1),
            taken: Condvar::new(),
            sent: Condvar::new(),
        }
    }

    /// The one who feeds the queue, and closes it in the end.
    ///
    /// # Panics
    /// If the queue has had one: items of a second would not be taken.
    pub fn feed(&self) -> Feed<'_, T> {
        let was_fed = mem::replace(&mut self.lock().is_fed, true);
        assert!(!was_fed, "a queue is fed once");
        Feed(self)
    }

    /// Takes the oldest item, waiting for one while the queue is open. `None` once it is
    /// closed and empty.
    pub fn recv(&self) -> Option<T> {
        let mut state = self.lock();
        // A loop: a wake-up may be spurious, and another may have been faster. `wait_while`
        // has it within; loom, which checks this file, has none (loom 0.7,
        // src/sync/condvar.rs, Condvar).
        loop {
            if let Some(item) = state.items.pop_front() {
                drop(state);
                self.taken.notify_one();
                return Some(item);
            }
            if state.is_closed {
                return None;
            }
            let waited = self.sent.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing panics while it holds the lock, so the state is never half-changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Feed<'_, T> {
    /// Adds an item, waiting for room first.
    pub fn send(&self, item: T) {
        let mut state = self.0.lock();
        while state.items.len() == self.0.capacity {
            let waited = self.0.taken.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        state.items.push_back(item);
        drop(state);
        self.0.sent.notify_one();
    }
}

impl<T> Drop for Feed<'_, T> {
    fn drop(&mut self) {
        self.0.lock().is_closed = true;
        self.0.sent.notify_all();
    }
}
