//! One guard is held for all reads and the increment behind them.

use std::sync::Arc;

use tokio::{sync::Mutex, task::JoinError};
use tokio_util::task::JoinQueue;

/// Has each worker do `work` on one value `increments` times, and before each of them
/// `read` it `reads` times, alone with it each time.
/// Returns the value, and what each worker's last increment returned: a panic is that
/// worker's error.
///
/// # Panics
/// There is no worker.
pub async fn count<T, R>(
    workers: usize,
    increments: u64,
    reads: u64,
    value: T,
    read: impl Fn(&T, usize, u64) + Clone + Send + 'static,
    work: impl Fn(&mut T, usize, u64) -> R + Clone + Send + 'static,
) -> (T, Vec<Result<Option<R>, JoinError>>)
where
    T: Send + 'static,
    R: Send + 'static,
{
    assert!(workers > 0, "there is no worker");
    let value = Arc::new(Mutex::new(value));
    let mut tasks = JoinQueue::new();
    for worker in 0..workers {
        let (value, read, work) = (Arc::clone(&value), read.clone(), work.clone());
        tasks.spawn(async move {
            let mut last = None;
            for nth in 0..increments {
                let mut value = value.lock().await;
                for _ in 0..reads {
                    read(&value, worker, nth);
                }
                last = Some(work(&mut value, worker, nth));
            }
            last
        });
    }
    let mut ended = Vec::with_capacity(workers);
    while let Some(end) = tasks.join_next().await {
        ended.push(end);
    }
    let value = Arc::into_inner(value).expect("no task is left that has it");
    (value.into_inner(), ended)
}
