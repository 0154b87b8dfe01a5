//! The first error stops the rest, on threads.
//!
//! Do `work` on every item, on `threads` threads. When it fails or panics on one, set the flag
//! that the work on the others looks at, begin no more, and wait for those under way. Return
//! the index of the one that went wrong earliest, and what came of each, in the order of the
//! items: `None` of one that was not begun. What has been done meanwhile is kept, a second
//! failure, too.
//!
//! Of four items, where the second fails, then the first, and the others are not begun:
//! `(Some(1), vec![Some(Ok(Err(error))), Some(Ok(Err(error))), None, None])`. A panic is
//! `Some(Err(payload))`.
//!
//! In Python, where a thread can't be cancelled either:
//! ```python
//! def first_error(threads, items, work):
//!     stop = threading.Event()
//!     with ThreadPoolExecutor(threads) as pool:
//!         futures = [pool.submit(work, item, stop) for item in items]
//!         wait(futures, return_when=FIRST_EXCEPTION)
//!         stop.set()
//!         pool.shutdown(cancel_futures=True)
//!     return futures
//! ```
//!
//! `Stop` is a flag that can be waited on: `set(index)` remembers the first, `first()` returns
//! it.

use std::{io, thread};

use ::error_handling::parts::stop::Stop;

/// What came of the work on an item: a panic is an error.
pub type End<T, E> = thread::Result<Result<T, E>>;
/// The index of the first item that went wrong, if one did, and what came of each, in input
/// order: `None` of one that was not begun.
pub type First<T, E> = (Option<usize>, Vec<Option<End<T, E>>>);

/// Does `work` on every item, on `threads` threads, until it fails or panics on one. The
/// others are stopped, as soon as their work looks at the flag, and waited for.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
///
/// # Panics
/// `threads` is 0.
pub fn first_error<I: Send, T: Send, E: Send>(
    threads: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I, &Stop) -> Result<T, E> + Sync,
) -> io::Result<First<T, E>> {
    todo!()
}
