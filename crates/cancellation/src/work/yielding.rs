//! A stream that yields from time to time, below hyper.
//!
//! A task is stopped where it awaits something that is not there yet. One whose server
//! always has more to send never waits like that: see [`page_client::budget`].

use std::{
    io,
    mem::MaybeUninit,
    pin::Pin,
    task::{Context, Poll, ready},
};

use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};
use page_client::budget::{BYTES, Budget};

/// A stream with a budget.
#[derive(Debug)]
pub(super) struct Yielding<S> {
    stream: S,
    budget: Budget,
}

impl<S> Yielding<S> {
    pub(super) fn new(stream: S) -> Self {
        let budget = Budget::default();
        Self { stream, budget }
    }
}

impl<S: Read + Unpin> Read for Yielding<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.budget.poll_left(context));
        let mut part = [MaybeUninit::uninit(); BYTES];
        let room = buffer.remaining().min(BYTES);
        let mut part = ReadBuf::uninit(&mut part[..room]);
        let read = Pin::new(&mut self.stream).poll_read(context, part.unfilled());
        buffer.put_slice(part.filled());
        let bytes = part.filled().len();
        self.budget.spend(read.is_ready().then_some(bytes));
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
