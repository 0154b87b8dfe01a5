//! A stream that yields by itself, below hyper.
//!
//! A task is stopped where it awaits something that is not there yet. One whose server
//! always has more to send never comes to that: smol and async-std leave it to the task,
//! and tokio counts reads, 128 in a row (tokio 1.54, src/task/coop/mod.rs), of which each of
//! hyper's may be 400 KiB of interim answers.

use std::{
    io,
    mem::MaybeUninit,
    pin::Pin,
    task::{Context, Poll},
};

use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};

/// Bytes that are read in a row, and at once.
const BYTES: usize = 16 * 1024;
/// Reads in a row, however little each is.
const READS: usize = 64;

/// A stream, and what was read of it since it last had nothing, or yielded.
#[derive(Debug)]
pub(super) struct Yielding<S> {
    stream: S,
    bytes: usize,
    reads: usize,
}

impl<S> Yielding<S> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream,
            bytes: 0,
            reads: 0,
        }
    }
}

impl<S: Read + Unpin> Read for Yielding<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.bytes >= BYTES || self.reads >= READS {
            (self.bytes, self.reads) = (0, 0);
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let mut part = [MaybeUninit::uninit(); BYTES];
        let room = buffer.remaining().min(BYTES);
        let mut part = ReadBuf::uninit(&mut part[..room]);
        let read = Pin::new(&mut self.stream).poll_read(context, part.unfilled());
        buffer.put_slice(part.filled());
        match read {
            Poll::Ready(_) => {
                self.bytes += part.filled().len();
                self.reads += 1;
            }
            Poll::Pending => (self.bytes, self.reads) = (0, 0),
        }
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
