//! A deadline that really stops the work, on threads.
//!
//! Do all `tasks` at once, each on a thread. Return as soon as all are done; at `deadline`
//! cancel the token that they look at, and wait until they have ended. Return what became of
//! each, in the order of the tasks.
//!
//! In Python, where a thread can't be stopped either:
//! ```python
//! def until(deadline, tasks):
//!     token = threading.Event()
//!     with ThreadPoolExecutor(len(tasks)) as pool:
//!         futures = [pool.submit(task, token) for task in tasks]
//!         wait(futures, timeout=deadline - monotonic())
//!         token.set()
//!     return futures
//! ```
//!
//! The standard library joins one thread at a time, and without a time-out. A channel has one:
//! `recv_timeout` also ends when all senders are dropped, which each thread can have one of.
//!
//! A `Token` has `Token::new()`, `cancel()`, `is_cancelled()`, and `sleep(time)`, which a cancel
//! ends.

use std::{io, thread, time::Instant};

use ::cancellation::parts::token::Token;

/// Does all `tasks` at once until `deadline`, each on a thread, and then cancels the token
/// that they look at. Returns what became of each, in input order, once all have ended: an
/// error is a panic, and none is one that was not begun by the deadline.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
pub fn until<F, T>(
    deadline: Instant,
    tasks: impl IntoIterator<Item = F>,
) -> io::Result<Vec<Option<thread::Result<T>>>>
where
    F: FnOnce(&Token) -> T + Send,
    T: Send,
{
    todo!()
}
