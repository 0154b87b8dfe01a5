//! Connections that are polled only while the next page is waited for.
//!
//! - `buffer_unordered` polls what it holds when it is polled itself: while the body works,
//!   no connection is read from, and peers hang up.
//! - The body may await all it likes: its own futures are polled, the stream's are not.
//! - The cure spawns each connection: the runtime polls a task, whatever the body does. The
//!   stream still bounds how many there are.

// The lesson: everything below can be taken home.
// It needs futures-util (std), tokio (io-util, net, rt, time).

use std::{io, os::unix::net, time::Duration};

use futures_util::stream::{StreamExt, iter};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
    runtime::Builder,
    time::sleep,
};

/// Reads from two of the peers at once. A peer sends a byte, hangs up on who does not
/// answer it in time, and ends with a zero. What was read to its end takes `work` to
/// handle. Returns how many were.
///
/// # Errors
/// The runtime can't be built.
pub fn read_all(peers: Vec<net::UnixStream>, work: Duration) -> io::Result<u64> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut pages = iter(peers).map(read).buffer_unordered(2);
        let mut handled = 0;
        while let Some(page) = pages.next().await {
            if page.is_ok() {
                sleep(work).await;
                handled += 1;
            }
        }
        Ok(handled)
    })
}

/// Answers each byte of a peer with the same one, up to the zero.
async fn read(peer: net::UnixStream) -> io::Result<()> {
    peer.set_nonblocking(true)?;
    let mut peer = UnixStream::from_std(peer)?;
    let mut byte = [0];
    loop {
        peer.read_exact(&mut byte).await?;
        if byte == [0] {
            return Ok(());
        }
        peer.write_all(&byte).await?;
    }
}
