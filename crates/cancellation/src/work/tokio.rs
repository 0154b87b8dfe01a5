//! Sleeping, fetching and computing on tokio.

use std::io;

use hyper_util::rt::TokioIo;
use page_client::addresses::{DELAY, first};
use tokio::{
    net::{TcpStream, lookup_host},
    task::yield_now,
    time,
};

use super::{Done, Task};

/// Sleeps as long as the task is.
#[expect(
    clippy::manual_async_fn,
    reason = "an async fn would hold the task twice, and there may be a million"
)]
pub fn sleep(task: Task) -> impl Future<Output = Done> + Send {
    async move {
        task.begin();
        time::sleep(task.length()).await;
        task.finish()
    }
}

/// Fetches the URL of the task.
pub async fn fetch(task: Task) -> Done {
    let stream = connect(task.address()).await;
    task.exchange(stream.map(TokioIo::new)).await
}

async fn connect(address: (&str, u16)) -> io::Result<TcpStream> {
    let addresses: Vec<_> = lookup_host(address).await?.collect();
    first(&addresses, TcpStream::connect, || time::sleep(DELAY)).await
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
