//! Sleeping, fetching and computing on compio.

use std::{future::poll_fn, io, mem, task::Poll};

use compio::{
    net::{TcpStream, ToSocketAddrsAsync},
    time,
};
use cyper_core::HyperStream;
use page_client::addresses::{DELAY, first};

use super::{Done, Task};

/// Sleeps as long as the task is.
#[expect(
    clippy::manual_async_fn,
    reason = "an async fn would hold the task twice, and there may be a million"
)]
pub fn sleep(task: Task) -> impl Future<Output = Done> {
    async move {
        task.begin();
        time::sleep(task.length()).await;
        task.finish()
    }
}

/// Fetches the URL of the task.
pub async fn fetch(task: Task) -> Done {
    let stream = connect(task.address()).await;
    task.exchange(stream.map(HyperStream::new_plain)).await
}

async fn connect(address: (&str, u16)) -> io::Result<TcpStream> {
    let addresses: Vec<_> = address.to_socket_addrs_async().await?.collect();
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

/// compio has none of its own.
async fn yield_now() {
    let mut has_yielded = false;
    poll_fn(|context| {
        if mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
