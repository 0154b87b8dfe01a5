//! Two locks in one order, in two tasks.

// The lesson: everything below can be taken home.
// It needs async-std.

use std::sync::Arc;

use async_std::{
    sync::Mutex,
    task::{block_on, spawn, yield_now},
};

/// Two tasks add one to both of two accounts, with both locked. Returns what the accounts
/// come to.
pub fn deposit() -> u64 {
    let (from, to) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(0)));
    block_on(async {
        let one = spawn(add_to_both(Arc::clone(&from), Arc::clone(&to)));
        let other = spawn(add_to_both(Arc::clone(&from), Arc::clone(&to)));
        one.await;
        other.await;
        *from.lock().await + *to.lock().await
    })
}

async fn add_to_both(first: Arc<Mutex<u64>>, second: Arc<Mutex<u64>>) {
    let mut first = first.lock().await;
    yield_now().await;
    let mut second = second.lock().await;
    *first += 1;
    *second += 1;
}
