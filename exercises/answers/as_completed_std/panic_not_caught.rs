//! A panic ends its thread, and the scope raises another.

use std::{io, sync::mpsc::channel, thread};

use ::thread_pool::variants::std_only::queue::Queue;

/// Does `work` on every item, on at most `threads` threads. Calls `each` with the index of
/// an item and what came of it, in the order in which they end: a panic is an error.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
///
/// # Panics
/// `threads` is 0, or `each` panics: then once what was under way has ended.
pub fn as_completed<I: Send, T: Send>(
    threads: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> T + Sync,
    mut each: impl FnMut(usize, thread::Result<T>),
) -> io::Result<()> {
    assert!(threads > 0, "threads must be at least 1");
    let queue = Queue::bounded(threads);
    thread::scope(|scope| {
        let give = queue.feed();
        let (done, ends) = channel();
        for (index, item) in items.into_iter().enumerate() {
            if index < threads {
                let (taken, done, work) = (&queue, done.clone(), &work);
                let thread = thread::Builder::new().name(format!("worker {index}"));
                thread.spawn_scoped(scope, move || {
                    while let Some((index, item)) = taken.recv() {
                        let end = Ok(work(item));
                        if done.send((index, end)).is_err() {
                            break;
                        }
                    }
                })?;
            }
            if index >= 2 * threads {
                let (index, end) = ends.recv().expect("the threads report all");
                each(index, end);
            }
            give.send((index, item));
        }
        drop((give, done));
        for (index, end) in ends {
            each(index, end);
        }
        Ok(())
    })
}
