//! A guard across an await, in two futures under `zip`, on the thread that calls.
//!
//! # What to notice
//! - The second future does not wait for the lock, it blocks; so the first, which would
//!   unlock it, is never polled again.
//! - smol's own Mutex may be held across an await, at a price: end the guard where that is
//!   possible.

use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use smol::future::{block_on, yield_now, zip};

use crate::Job;

/// Yields with the lock held.
#[expect(clippy::await_holding_lock, reason = "it is the hazard")]
pub fn failing(_: &Job) -> Result<u64> {
    let count = Mutex::new(0);
    let add = async || {
        let mut count = count.lock().unwrap_or_else(PoisonError::into_inner);
        *count += 1;
        yield_now().await;
    };
    block_on(zip(add(), add()));
    Ok(count.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Ends the guard before it yields.
pub fn cure(_: &Job) -> Result<u64> {
    let count = Mutex::new(0);
    let add = async || {
        *count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        yield_now().await;
    };
    block_on(zip(add(), add()));
    Ok(count.into_inner().unwrap_or_else(PoisonError::into_inner))
}
