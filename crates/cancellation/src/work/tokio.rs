//! Sleeping, fetching and computing on tokio.

use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, task::yield_now};

use super::{Done, Task};

/// Sleeps as long as the task is.
#[expect(
    clippy::manual_async_fn,
    reason = "an async fn would hold the task twice, and there may be a million"
)]
pub fn sleep(task: Task) -> impl Future<Output = Done> + Send {
    async move {
        task.begin();
        tokio::time::sleep(task.length()).await;
        task.finish()
    }
}

/// Fetches the URL of the task.
pub async fn fetch(task: Task) -> Done {
    let stream = TcpStream::connect(task.address()).await;
    task.exchange(stream.map(TokioIo::new)).await
}

/// Computes, and yields between two pieces.
pub async fn compute(task: Task) -> Done {
    task.begin();
    for _ in 0..task.pieces() {
        task.compute_piece();
        yield_now().await;
    }
    task.finish()
}
