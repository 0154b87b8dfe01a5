//! `buffered` keeps what has ended behind a slow one, and begins no other in its place.

use std::{panic::AssertUnwindSafe, thread};

use futures_util::{FutureExt, StreamExt, stream};
use smol::Executor;

/// Does `work` on every item, at most `limit` at once. Returns what came of each, in input
/// order: a panic is an error.
///
/// # Panics
/// `limit` is 0.
pub async fn at_most<'a, I, F>(
    executor: &Executor<'a>,
    limit: usize,
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> F + Clone + Send + 'a,
) -> Vec<thread::Result<F::Output>>
where
    I: Send + 'a,
    F: Future<Output: Send + 'a> + Send + 'a,
{
    assert!(limit > 0, "limit must be at least 1");
    let one = |item| {
        let work = AssertUnwindSafe(work(item));
        executor.spawn(work.catch_unwind())
    };
    stream::iter(items).map(one).buffered(limit).collect().await
}
