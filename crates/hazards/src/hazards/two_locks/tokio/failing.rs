//! Two locks in two orders, in two tasks.
//!
//! - No thread is blocked: the runtime idles, its workers parked, as one does that waits
//!   for requests.
//! - The cure is an order that all keep: here, `from` before `to`.

// The lesson: everything below can be taken home.
// It needs tokio (rt-multi-thread, sync).

use std::{io, sync::Arc};

use tokio::{
    runtime::Builder,
    sync::Mutex,
    task::{JoinSet, yield_now},
};

/// Two tasks, on `workers` threads, add one to both of two accounts, with both locked.
/// Returns what the accounts come to.
///
/// # Errors
/// The system starts no more threads.
pub fn deposit(workers: usize) -> io::Result<u64> {
    let (from, to) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(0)));
    let runtime = Builder::new_multi_thread()
        .worker_threads(workers)
        .build()?;
    runtime.block_on(async {
        let mut tasks = JoinSet::new();
        tasks.spawn(add_to_both(Arc::clone(&from), Arc::clone(&to)));
        tasks.spawn(add_to_both(Arc::clone(&to), Arc::clone(&from)));
        tasks.join_all().await;
        Ok(*from.lock().await + *to.lock().await)
    })
}

async fn add_to_both(first: Arc<Mutex<u64>>, second: Arc<Mutex<u64>>) {
    let mut first = first.lock().await;
    yield_now().await;
    let mut second = second.lock().await;
    *first += 1;
    *second += 1;
}
