//! A guard across an await, in a task that may change threads: the guard may not. On a
//! runtime of one thread the same compiles, and hangs.

use std::sync::{Arc, Mutex};

fn main() {
    let count = Arc::new(Mutex::new(0));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.spawn(async move {
        let mut count = count.lock().unwrap();
        *count += 1;
        tokio::task::yield_now().await;
    });
}
