//! Each lock is let go of before the other one is taken.

use std::{io, sync::Mutex, thread, time::Duration};

/// Two threads add one to both of two accounts, with both locked. Returns what the
/// accounts come to.
///
/// # Errors
/// The system starts no more threads.
pub fn deposit() -> io::Result<u64> {
    let (from, to) = (Mutex::new(0), Mutex::new(0));
    thread::scope(|scope| {
        thread::Builder::new().spawn_scoped(scope, || add_to_both(&from, &to))?;
        thread::Builder::new().spawn_scoped(scope, || add_to_both(&to, &from))?;
        io::Result::Ok(())
    })?;
    let accounts = [from, to].into_iter().map(Mutex::into_inner);
    Ok(accounts
        .map(|sum| sum.expect("no panic is in the lock"))
        .sum())
}

fn add_to_both(first: &Mutex<u64>, second: &Mutex<u64>) {
    *first.lock().expect("no panic is in the lock") += 1;
    thread::sleep(Duration::from_millis(1));
    *second.lock().expect("no panic is in the lock") += 1;
}
