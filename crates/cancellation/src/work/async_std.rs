//! Sleeping, fetching and computing on async-std.

use std::io;

use async_std::{
    net::{TcpStream, ToSocketAddrs},
    task::{self, yield_now},
};
use page_client::addresses::{DELAY, first};
use smol_hyper::rt::FuturesIo;

use super::{Done, Task};

/// Sleeps as long as the task is.
#[expect(
    clippy::manual_async_fn,
    reason = "an async fn would hold the task twice, and there may be a million"
)]
pub fn sleep(task: Task) -> impl Future<Output = Done> + Send {
    async move {
        task.begin();
        task::sleep(task.length()).await;
        task.finish()
    }
}

/// Fetches the URL of the task.
pub async fn fetch(task: Task) -> Done {
    let stream = connect(task.address()).await;
    task.exchange(stream.map(FuturesIo::new)).await
}

async fn connect(address: (&str, u16)) -> io::Result<TcpStream> {
    let addresses: Vec<_> = address.to_socket_addrs().await?.collect();
    first(&addresses, TcpStream::connect, || task::sleep(DELAY)).await
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
