//! `axum::serve` on tokio, with its graceful shutdown.
//!
//! axum accepts, starts a task for each connection, and on the stop asks each to end after
//! the request that is under way. It has no limit of connections. So its listener is one of
//! ours, which waits for a permit first, and hands the permit over inside the socket.
//!
//! # What to notice
//! - The limit is a type: a [`Listener`] whose socket keeps a permit until it is dropped.
//! - axum accepts again a second after an error that is not one connection's: that is in
//!   its own listener, which ours asks.
//! - A request that arrives with the stop may be lost: axum asks its connection whether it
//!   is stopped or has something to read in random order, and hyper closes one that is
//!   idle (axum 0.8.9, src/serve/mod.rs, handle_connection). [`tokio`](super::tokio) reads
//!   first.
//! - axum waits without an end, and keeps no handles: what has not ended in the grace time
//!   runs on until the runtime is dropped.
//!
//! # When not to use this
//! Where no request may be lost when a server stops without a proxy that stops sending
//! first.

use anyhow::Result;
use tokio::{
    runtime::Builder,
    signal::unix::{SignalKind, signal},
    time::sleep,
};

use crate::{
    Job, Output,
    work::{Work, inherited},
};

/// Serves until SIGTERM, and returns what came of it.
pub fn run(job: &Job) -> Result<Output> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(job.workers.get())
        .enable_all()
        .build()?;
    let work = Work::of(job);
    let handle = move |request: Request| async move {
        let path = request.uri().path();
        if let Some(time) = work.wait(path) {
            sleep(time).await;
        }
        work.answer(path)
    };
    let (connections, grace) =
        (job.connections.get(), Duration::from_millis(job.grace_ms));
    let listener = inherited(job)?;
    listener.set_nonblocking(true)?;
    let served = async move {
        let listener = TcpListener::from_std(listener)?;
        let mut terminate = signal(SignalKind::terminate())?;
        let stop = async move { _ = terminate.recv().await };
        let app = Router::new().fallback(handle);
        let cut = serve(connections, grace, listener, stop, app).await?;
        Ok(Output { cut })
    };
    // Spawned, since what `block_on` polls itself is on none of the runtime's threads.
    runtime.block_on(runtime.spawn(served))?
}

// The lesson: everything below can be taken home.
// It needs axum (http1, tokio), tokio (macros, net, rt, sync, time), pin-project-lite.

use std::{
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    extract::Request,
    middleware::{Next, from_fn},
    serve::Listener,
};
use pin_project_lite::pin_project;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    select,
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    task::yield_now,
    time::timeout,
};

/// Answers what comes to `listener` with `app`, on at most `connections` at once. Once
/// `stop` is ready, it accepts no more, and answers each request that it has read. Returns
/// how many connections had not ended after `grace`.
///
/// # Errors
/// None that axum documents.
///
/// # Panics
/// `connections` is 0.
pub async fn serve(
    connections: usize,
    grace: Duration,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
    app: Router,
) -> io::Result<usize> {
    assert!(connections > 0, "connections must be at least 1");
    let semaphore = Arc::new(Semaphore::new(connections));
    let limited = Limited {
        listener,
        semaphore: Arc::clone(&semaphore),
    };
    let (stopped, stopping) = oneshot::channel();
    let stop = async {
        stop.await;
        _ = stopped.send(());
    };
    // hyper would take the next request at once, and timers and signals wait.
    let yields = from_fn(async |request: Request, next: Next| {
        let answer = next.run(request).await;
        yield_now().await;
        answer
    });
    let served = axum::serve(limited, app.layer(yields)).with_graceful_shutdown(stop);
    let mut served = pin!(served.into_future());
    select! {
        ended = &mut served => {
            ended?;
            return Ok(0);
        }
        _ = stopping => {}
    }
    if let Ok(ended) = timeout(grace, served).await {
        ended?;
        return Ok(0);
    }
    Ok(connections - semaphore.available_permits())
}

/// A listener of which at most as many connections are open as there are permits.
struct Limited {
    listener: TcpListener,
    semaphore: Arc<Semaphore>,
}

impl Listener for Limited {
    type Io = Permitted;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Permitted, SocketAddr) {
        let permit = Arc::clone(&self.semaphore).acquire_owned().await;
        let _permit = permit.expect("the semaphore is never closed");
        let (stream, client) = Listener::accept(&mut self.listener).await;
        (Permitted { stream, _permit }, client)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

pin_project! {
    /// A socket with the permit of its connection.
    struct Permitted {
        #[pin]
        stream: TcpStream,
        _permit: OwnedSemaphorePermit,
    }
}

impl AsyncRead for Permitted {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.project().stream.poll_read(cx, buf)
    }
}

impl AsyncWrite for Permitted {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.project().stream.poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().stream.poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().stream.poll_shutdown(cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.project().stream.poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
