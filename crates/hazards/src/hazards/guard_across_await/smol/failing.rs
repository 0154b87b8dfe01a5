//! A guard of std's lock held across an await, in two futures under `zip`.
//!
//! - The second future does not wait for the lock, it blocks; so the first, which would
//!   unlock it, is never polled again.
//! - smol's own Mutex may be held across an await, at a price: end the guard where that
//!   is possible.

// The lesson: everything below can be taken home.
// It needs smol.

use std::sync::Mutex;

use smol::{
    block_on,
    future::{yield_now, zip},
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
    block_on(zip(add(), add()));
    count.into_inner().expect("no panic is in the lock")
}
