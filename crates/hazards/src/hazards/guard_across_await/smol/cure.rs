//! A guard of std's lock that ends before the await, in two futures under `zip`.

// The lesson: everything below can be taken home.
// It needs smol.

use std::sync::Mutex;

use smol::{
    block_on,
    future::{yield_now, zip},
};

/// Two futures on one thread add one each. Returns what the count has come to.
pub fn count() -> u64 {
    let count = Mutex::new(0);
    let add = async || {
        *count.lock().expect("no panic is in the lock") += 1;
        yield_now().await;
    };
    block_on(zip(add(), add()));
    count.into_inner().expect("no panic is in the lock")
}
