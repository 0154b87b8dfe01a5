//! A guard of std's lock held across an await, in two futures under `join`.
//!
//! - The second future does not wait for the lock, it blocks; so the first, which would
//!   unlock it, is never polled again.
//! - async-std's own Mutex may be held across an await, at a price: end the guard where
//!   that is possible.

// The lesson: everything below can be taken home.
// It needs async-std (unstable).

use std::sync::Mutex;

use async_std::{
    prelude::*,
    task::{block_on, yield_now},
};

/// Two futures on one thread add one each. Returns what the count has come to.
#[expect(clippy::await_holding_lock, reason = "it is the hazard")]
pub fn count() -> u64 {
    let count = Mutex::new(0);
    let add = async || {
        let mut count = count.lock().expect("no panic is in the lock");
        *count += 1;
        yield_now().await;
    };
    block_on(add().join(add()));
    count.into_inner().expect("no panic is in the lock")
}
