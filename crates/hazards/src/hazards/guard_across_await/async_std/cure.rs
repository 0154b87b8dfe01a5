//! A guard of std's lock that ends before the await, in two futures under `join`.

// The lesson: everything below can be taken home.
// It needs async-std (unstable).

use std::sync::Mutex;

use async_std::{
    prelude::*,
    task::{block_on, yield_now},
};

/// Two futures on one thread add one each. Returns what the count has come to.
pub fn count() -> u64 {
    let count = Mutex::new(0);
    let add = async || {
        *count.lock().expect("no panic is in the lock") += 1;
        yield_now().await;
    };
    block_on(add().join(add()));
    count.into_inner().expect("no panic is in the lock")
}
