//! Two locks in two orders, in two tasks.
//!
//! - No thread is blocked: the executor idles, as one does that waits for requests.
//! - The cure is an order that all keep: here, `from` before `to`.

// The lesson: everything below can be taken home.
// It needs smol.

use std::{io, thread};

use smol::{Executor, block_on, channel, future::yield_now, lock::Mutex};

/// Two tasks, on `workers` threads, add one to both of two accounts, with both locked.
/// Returns what the accounts come to.
///
/// # Errors
/// The system starts no more threads.
///
/// # Panics
/// `workers` is 0.
pub fn deposit(workers: usize) -> io::Result<u64> {
    assert!(workers > 0, "workers must be at least 1");
    let (from, to) = (Mutex::new(0), Mutex::new(0));
    let executor = Executor::new();
    let (signal, shutdown) = channel::bounded::<()>(1);
    thread::scope(|scope| {
        for _ in 0..workers {
            thread::Builder::new()
                .spawn_scoped(scope, || block_on(executor.run(shutdown.recv())))?;
        }
        let sum = block_on(async {
            let one = executor.spawn(add_to_both(&from, &to));
            let other = executor.spawn(add_to_both(&to, &from));
            one.await;
            other.await;
            *from.lock().await + *to.lock().await
        });
        drop(signal);
        Ok(sum)
    })
}

async fn add_to_both(first: &Mutex<u64>, second: &Mutex<u64>) {
    let mut first = first.lock().await;
    yield_now().await;
    let mut second = second.lock().await;
    *first += 1;
    *second += 1;
}
