//! Connections that are polled only while the next page is waited for.
//!
//! - `buffer_unordered` polls what it holds when it is polled itself: while the body works,
//!   no connection is read from, and peers hang up.
//! - The body may await all it likes: its own futures are polled, the stream's are not.
//! - The cure spawns each connection: the executor polls a task, whatever the body does. The
//!   stream still bounds how many there are.

// The lesson: everything below can be taken home.
// It needs futures-util (std), smol.

use std::{io, os::unix::net::UnixStream, time::Duration};

use futures_util::stream::{StreamExt, iter};
use smol::{
    Async, LocalExecutor, Timer, block_on,
    io::{AsyncReadExt, AsyncWriteExt},
};

/// Reads from two of the peers at once. A peer sends a byte, hangs up on who does not
/// answer it in time, and ends with a zero. What was read to its end takes `work` to
/// handle. Returns how many were.
pub fn read_all(peers: Vec<UnixStream>, work: Duration) -> u64 {
    let executor = LocalExecutor::new();
    block_on(executor.run(async {
        let mut pages = iter(peers).map(read).buffer_unordered(2);
        let mut handled = 0;
        while let Some(page) = pages.next().await {
            if page.is_ok() {
                Timer::after(work).await;
                handled += 1;
            }
        }
        handled
    }))
}

/// Answers each byte of a peer with the same one, up to the zero.
async fn read(peer: UnixStream) -> io::Result<()> {
    let mut peer = Async::new(peer)?;
    let mut byte = [0];
    loop {
        peer.read_exact(&mut byte).await?;
        if byte == [0] {
            return Ok(());
        }
        peer.write_all(&byte).await?;
    }
}
