//! Two locks in one order, in the two halves of a `join`.

// The lesson: everything below can be taken home.
// It needs rayon.

use std::{sync::Mutex, thread, time::Duration};

use rayon::{ThreadPoolBuildError, ThreadPoolBuilder};

/// Two halves of a `join`, on `workers` threads, add one to both of two accounts, with
/// both locked. Returns what the accounts come to.
///
/// # Errors
/// The system starts no more threads.
pub fn deposit(workers: usize) -> Result<u64, ThreadPoolBuildError> {
    let (from, to) = (Mutex::new(0), Mutex::new(0));
    ThreadPoolBuilder::new().num_threads(workers).build_scoped(
        |thread| thread.run(),
        |pool| pool.join(|| add_to_both(&from, &to), || add_to_both(&from, &to)),
    )?;
    let accounts = [from, to].into_iter().map(Mutex::into_inner);
    Ok(accounts
        .map(|sum| sum.expect("no panic is in the lock"))
        .sum())
}

fn add_to_both(first: &Mutex<u64>, second: &Mutex<u64>) {
    let mut first = first.lock().expect("no panic is in the lock");
    thread::sleep(Duration::from_millis(1));
    let mut second = second.lock().expect("no panic is in the lock");
    *first += 1;
    *second += 1;
}
