//! A second read while the first is still there: the buffer and the socket are its own. If
//! a `select!` drops the first, this compiles, and its bytes are lost.

use tokio::io::AsyncReadExt;

async fn frames(mut socket: tokio::net::UnixStream) {
    let mut frame = [0; 8];
    let first = socket.read_exact(&mut frame);
    let second = socket.read_exact(&mut frame);
    let _ = first.await;
    let _ = second.await;
}

fn main() {}
