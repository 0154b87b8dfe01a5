//! Without a worker the value is returned as it was.

use std::{panic::AssertUnwindSafe, sync::Arc, thread};

use smol::{Executor, future::FutureExt, lock::Mutex};

/// Has each worker do `work` on one value `increments` times, and before each of them
/// `read` it `reads` times, alone with it each time.
/// Returns the value, and what each worker's last increment returned: a panic is that
/// worker's error.
///
/// # Panics
/// There is no worker.
pub async fn count<'a, T, R>(
    executor: &Executor<'a>,
    workers: usize,
    increments: u64,
    reads: u64,
    value: T,
    read: impl Fn(&T, usize, u64) + Clone + Send + 'a,
    work: impl Fn(&mut T, usize, u64) -> R + Clone + Send + 'a,
) -> (T, Vec<thread::Result<Option<R>>>)
where
    T: Send + 'a,
    R: Send + 'a,
{
    let value = Arc::new(Mutex::new(value));
    let mut tasks = Vec::with_capacity(workers);
    for worker in 0..workers {
        let (value, read, work) = (Arc::clone(&value), read.clone(), work.clone());
        let task = AssertUnwindSafe(async move {
            let mut last = None;
            for nth in 0..increments {
                for _ in 0..reads {
                    let value = value.lock().await;
                    read(&value, worker, nth);
                }
                let mut value = value.lock().await;
                last = Some(work(&mut value, worker, nth));
            }
            last
        });
        tasks.push(executor.spawn(task.catch_unwind()));
    }
    let mut ended = Vec::with_capacity(workers);
    for task in tasks {
        ended.push(task.await);
    }
    let value = Arc::into_inner(value).expect("no task is left that has it");
    (value.into_inner(), ended)
}
