//! A socket that yields after each read.
//!
//! A server may always have more to send: interim answers, the digits of a chunk's size, or
//! TLS records without a byte of an answer. Then one poll of its connection never ends, and
//! the time-out beside it is not polled. So after each read this socket returns `Pending`,
//! and wakes its task at once. It stands below TLS, which reads until it has bytes for its
//! user (futures-rustls 0.26, src/common/mod.rs, poll_read). smol and async-std leave this to
//! the task; tokio's sockets have a budget of their own.

use std::{
    io, mem,
    pin::Pin,
    task::{Context, Poll},
};

use futures_io::{AsyncRead, AsyncWrite};

/// A socket of which no poll reads twice.
#[derive(Debug)]
pub struct Yielding<S> {
    socket: S,
    /// Whether the next poll must yield.
    has_read: bool,
}

impl<S> Yielding<S> {
    /// Reads from, and writes to, this socket.
    pub fn new(socket: S) -> Self {
        let has_read = false;
        Self { socket, has_read }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Yielding<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        if mem::take(&mut self.has_read) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let read = Pin::new(&mut self.socket).poll_read(context, buffer);
        self.has_read = read.is_ready();
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Yielding<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_close(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_close(context)
    }
}
