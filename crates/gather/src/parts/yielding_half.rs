//! The half of a socket that is read, and that yields before each read.
//!
//! A server may always have more to send: interim answers, the digits of a chunk's size, or
//! TLS records without a byte of an answer. A read that io_uring does always suspends its
//! task. One on epoll is tried at once, and a poll of which every read succeeds never ends
//! (compio-driver 0.12.5, src/sys/driver/poll/mod.rs, push). The time-out beside it is not
//! polled then. So this half lets the others have their turn first.

use std::{future::poll_fn, mem, task::Poll};

use compio::{
    BufResult,
    buf::IoBufMut,
    io::{AsyncRead, AsyncWrite, util::Splittable},
};

/// A half of which no poll reads twice.
#[derive(Debug)]
pub struct YieldingHalf<R>(R);

/// The halves of this stream: the first yields.
pub fn yielding<S>(stream: S) -> (YieldingHalf<S::ReadHalf>, S::WriteHalf)
where
    S: Splittable<ReadHalf: AsyncRead, WriteHalf: AsyncWrite>,
{
    let (read, write) = stream.split();
    (YieldingHalf(read), write)
}

impl<R: AsyncRead> AsyncRead for YieldingHalf<R> {
    async fn read<B: IoBufMut>(&mut self, buffer: B) -> BufResult<usize, B> {
        yield_now().await;
        self.0.read(buffer).await
    }
}

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
