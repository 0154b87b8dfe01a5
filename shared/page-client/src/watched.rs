//! A connection of hyper's that knows how its latest request fares, and yields on its
//! own.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
};

use hyper::Uri;
use hyper_util::{
    client::legacy::connect::{Connected, Connection},
    rt::TokioIo,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tower_service::Service;

use crate::budget::{BYTES, Budget};

/// A connector whose connections are [`Watched`]. It stands above TLS, so what comes is
/// the answer and nothing else.
#[derive(Clone, Debug)]
pub(crate) struct Watching<C>(pub(crate) C);

/// A connection that is watched. It implements tokio's traits, which need no runtime, and
/// whose buffers show how much was read.
#[derive(Debug)]
pub(crate) struct Watched<S> {
    stream: TokioIo<S>,
    fate: Fate,
    budget: Budget,
}

/// How the latest request on a connection fares. The pool's metadata has a clone of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fate(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Requests that were begun.
    requests: AtomicUsize,
    /// Whether a byte has come since the latest was begun.
    is_answered: AtomicBool,
}

impl Fate {
    /// Whether the connection had served another request before, and was lost before a byte
    /// of this one's answer had come. The server may have closed it as idle, so nothing is
    /// known against the request.
    pub(crate) fn is_stale(&self) -> bool {
        self.0.requests.load(Ordering::Acquire) > 1
            && !self.0.is_answered.load(Ordering::Acquire)
    }

    /// hyper writes no request before it has the answer to the one before.
    fn asks(&self) {
        let first = self.0.requests.load(Ordering::Acquire) == 0;
        if self.0.is_answered.swap(false, Ordering::AcqRel) || first {
            self.0.requests.fetch_add(1, Ordering::AcqRel);
        }
    }

    fn hears(&self) {
        self.0.is_answered.store(true, Ordering::Release);
    }
}

impl<C> Service<Uri> for Watching<C>
where
    C: Service<Uri, Future: Send + 'static>,
{
    type Response = TokioIo<Watched<C::Response>>;
    type Error = C::Error;
    type Future =
        Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), C::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = self.0.call(uri);
        Box::pin(async {
            Ok(TokioIo::new(Watched {
                stream: TokioIo::new(connecting.await?),
                fate: Fate::default(),
                budget: Budget::default(),
            }))
        })
    }
}

impl<S: Connection> Connection for Watched<S> {
    fn connected(&self) -> Connected {
        self.stream.inner().connected().extra(self.fate.clone())
    }
}

impl<S: hyper::rt::Read + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        ready!(this.budget.poll_left(context));
        let stream = Pin::new(&mut this.stream);
        let before = buffer.filled().len();
        let read = if buffer.remaining() <= BYTES {
            stream.poll_read(context, buffer)
        } else {
            // For a part of it the room has to be filled with zeros first. hyper makes so much
            // only where much has come.
            let mut part = ReadBuf::new(buffer.initialize_unfilled_to(BYTES));
            let read = stream.poll_read(context, &mut part);
            let bytes = part.filled().len();
            buffer.advance(bytes);
            read
        };
        let bytes = buffer.filled().len() - before;
        this.budget.spend(read.is_ready().then_some(bytes));
        if bytes > 0 {
            this.fate.hears();
        }
        read
    }
}

impl<S: hyper::rt::Write + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.fate.asks();
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

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.fate.asks();
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }
}
