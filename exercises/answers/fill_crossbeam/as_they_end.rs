//! What was returned of the chunks comes as they end.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use crossbeam_channel::unbounded;

/// How many elements a worker takes at once.
pub const CHUNK: usize = 1 << 16;

/// Fills the array in place, `workers` chunks at once: `values` is handed a chunk with
/// the place of its first element. Returns what it returned of each, in order: a panic is
/// an error, and that chunk is not whole.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
///
/// # Panics
/// There is no worker.
pub fn fill<T: Send, S: Send>(
    array: &mut [T],
    workers: usize,
    values: impl Fn(usize, &mut [T]) -> S + Sync,
) -> io::Result<Vec<thread::Result<S>>> {
    assert!(workers > 0, "there is no worker");
    let (give, taken) = unbounded();
    let (done, ends) = unbounded();
    thread::scope(|scope| {
        for (index, chunk) in array.chunks_mut(CHUNK).enumerate() {
            if index < workers {
                let (taken, done, values) = (taken.clone(), done.clone(), &values);
                let thread = thread::Builder::new().name(format!("worker {index}"));
                thread.spawn_scoped(scope, move || {
                    for (first, chunk) in taken {
                        let end = catch_unwind(AssertUnwindSafe(|| values(first, chunk)));
                        done.send((first, end)).expect("the caller waits");
                    }
                })?;
            }
            give.send((index * CHUNK, chunk))
                .expect("`taken` is the receiver");
        }
        drop((give, done));
        io::Result::Ok(())
    })?;
    Ok(ends.into_iter().map(|(_, end)| end).collect())
}
