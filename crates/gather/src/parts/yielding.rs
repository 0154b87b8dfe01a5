//! A stream that yields after each read.
//!
//! A server may always have more to send: interim answers, or the digits of a chunk's
//! size. Then one poll of its connection never ends, and the time-out beside it is not
//! polled. So after each read this stream returns `Pending`, and wakes its task at once.
//! tokio's sockets do so after 128 reads, but hyper's may be 400 KiB each (hyper 1.12,
//! src/proto/h1/io.rs, DEFAULT_MAX_BUFFER_SIZE), and to parse as much takes seconds.

use std::{
    io, mem,
    pin::Pin,
    task::{Context, Poll},
};

use hyper::rt::{Read, ReadBufCursor, Write};

/// A stream of which no poll reads twice.
#[derive(Debug)]
pub struct Yielding<S> {
    stream: S,
    /// Whether the next poll must yield.
    has_read: bool,
}

impl<S> Yielding<S> {
    /// Reads from, and writes to, this stream.
    pub fn new(stream: S) -> Self {
        let has_read = false;
        Self { stream, has_read }
    }
}

impl<S: Read + Unpin> Read for Yielding<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if mem::take(&mut self.has_read) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.has_read = read.is_ready();
        read
    }
}

impl<S: Write + Unpin> Write for Yielding<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
