//! A futures-io stream that yields to other tasks on its own.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use smol::io::{AsyncRead, AsyncWrite};

use crate::budget::Budget;

/// A stream that leaves others their turn, below TLS: a handshake can be kept going as well
/// as an answer can.
#[derive(Debug)]
pub(crate) struct Yielding<S> {
    stream: S,
    budget: Budget,
}

impl<S> Yielding<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            budget: Budget::default(),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Yielding<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.budget.poll_left(context));
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.budget.spend(match &read {
            Poll::Ready(Ok(bytes)) => Some(*bytes),
            _ => None,
        });
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Yielding<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_close(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(context)
    }
}
