//! hyper on compio: a task for each connection, all on one thread and io_uring.
//!
//! The loop waits for a permit and then for a connection, whose task keeps the permit until
//! it ends. Once stopped, it closes the socket, and has each task end its connection after
//! the request that is under way.
//!
//! # What to notice
//! - The loop waits until the socket has a connection, and accepts it then (`PollFd`). With
//!   `listener.accept()` the kernel accepts, whether anyone still waits or not: where the stop
//!   drops that future, a client can be closed. To ask it to end is no help in an optimised
//!   build, where `with_cancel` does nothing (compio-runtime 0.12.6, src/waker/ext.rs).
//! - The connection is polled before the stop (`select` does that in its order): a request
//!   that has arrived is read, and its connection is not idle any more. The other way round,
//!   hyper closes a connection whose request it has not read.
//! - An error of `accept` ends nothing: it is one connection's, or there is no descriptor
//!   left. Without the pause, the loop would spin until there is one.
//!
//! # When not to use this
//! Where a handler computes: all others wait for it. On the open internet as it is: a client
//! that never ends its head keeps its permit. hyper has `header_read_timeout` for that, and
//! cyper-core the timer.

use std::os::unix;

use anyhow::Result;
use compio::{
    driver::{DriverType, ProactorBuilder},
    io::AsyncRead,
    net::UnixStream,
    runtime::RuntimeBuilder,
};
use signal_hook::{
    consts::SIGTERM,
    low_level::{pipe, unregister},
};

use crate::{
    Job, Output,
    work::{Work, inherited},
};

/// Serves until SIGTERM, and returns what came of it.
pub fn run(job: &Job) -> Result<Output> {
    // By default it is epoll where io_uring is refused, and this would be another row.
    let mut driver = ProactorBuilder::new();
    driver.driver_type(DriverType::IoUring);
    let runtime = RuntimeBuilder::new().with_proactor(driver).build()?;
    let work = Work::of(job);
    let handle = move |request: Request<Incoming>| async move {
        let path = request.uri().path();
        if let Some(time) = work.wait(path) {
            sleep(time).await;
        }
        Response::new(Full::from(work.answer(path)))
    };
    let (connections, grace) =
        (job.connections.get(), Duration::from_millis(job.grace_ms));
    let listener = inherited(job)?;
    listener.set_nonblocking(true)?;
    let (terminate, signal) = unix::net::UnixStream::pair()?;
    let signal = pipe::register(SIGTERM, signal)?;
    let output = runtime.block_on(async {
        let listener = PollFd::new(listener)?;
        let mut terminate = UnixStream::from_std(terminate)?;
        let stop = async { _ = terminate.read([0]).await };
        let cut = serve(connections, grace, listener, stop, handle).await;
        Ok(Output { cut })
    });
    unregister(signal);
    output
}

// The lesson: everything below can be taken home.
// It needs async-lock, compio (net, time), cyper-core, futures-util (std), hyper (http1, server), http-body-util, bytes.

use std::{
    convert::Infallible,
    future::poll_fn,
    io, mem, net,
    pin::pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use async_lock::Semaphore;
use bytes::Bytes;
use compio::{
    net::TcpStream,
    runtime::{CancelToken, JoinHandle, fd::PollFd, spawn},
    time::{sleep, timeout},
};
use cyper_core::HyperStream;
use futures_util::future::{Either, select};
use http_body_util::Full;
use hyper::{
    Request, Response, body::Incoming, server::conn::http1, service::service_fn,
};

/// How long no connection is accepted after one that could not be.
const PAUSE: Duration = Duration::from_millis(10);

/// Answers what comes to `listener` with `handle`, on at most `connections` at once. Once
/// `stop` is ready, it accepts no more, and answers the request that each connection has
/// sent. Returns how many connections it had to cut after `grace`.
///
/// # Panics
/// `connections` is 0.
pub async fn serve<F>(
    connections: usize,
    grace: Duration,
    listener: PollFd<net::TcpListener>,
    stop: impl Future<Output = ()>,
    handle: impl Fn(Request<Incoming>) -> F + Clone + 'static,
) -> usize
where
    F: Future<Output = Response<Full<Bytes>>> + 'static,
{
    assert!(connections > 0, "connections must be at least 1");
    let semaphore = Arc::new(Semaphore::new(connections));
    let stopping = CancelToken::new();
    let mut tasks = Vec::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = pin!(async {
            let permit = semaphore.acquire_arc().await;
            (permit, accept(&listener).await)
        });
        let Either::Left(((permit, accepted), _)) = select(accepted, stop.as_mut()).await
        else {
            break;
        };
        let Ok(stream) = accepted else {
            drop(permit);
            sleep(PAUSE).await;
            continue;
        };
        let (handle, stopping) = (handle.clone(), stopping.clone());
        let task = async move {
            let _permit = permit;
            let service = service_fn(move |request| {
                let answer = handle(request);
                async {
                    let answer = answer.await;
                    // hyper would take the next request at once, and timers and signals wait.
                    yield_now().await;
                    Ok::<_, Infallible>(answer)
                }
            });
            let connection = http1::Builder::new()
                .serve_connection(HyperStream::new_plain(stream), service);
            let mut connection = pin!(connection);
            let told = async {
                stopping.wait().await;
                // The connection is polled once more then: a request may have come since.
                yield_now().await;
            };
            if let Either::Right(_) = select(connection.as_mut(), pin!(told)).await {
                connection.as_mut().graceful_shutdown();
                // An error is the client's affair.
                _ = connection.await;
            }
        };
        // Those that have ended are let go, before there are twice as many as may be open.
        if tasks.len() >= 2 * connections {
            tasks.retain(|task: &JoinHandle<()>| !task.is_finished());
        }
        tasks.push(spawn(task));
    }
    drop(listener);
    // What has arrived by now is read first.
    yield_now().await;
    stopping.cancel();
    let mut left = connections;
    let all_ended = async {
        while left > 0 {
            semaphore.acquire().await.forget();
            left -= 1;
        }
    };
    _ = timeout(grace, all_ended).await;
    // A handle that is dropped cancels its task, which returns its permit.
    drop(tasks);
    for _ in 0..left {
        semaphore.acquire().await.forget();
    }
    left
}

/// The next connection. One that has not been accepted stays in the socket's queue.
async fn accept(listener: &PollFd<net::TcpListener>) -> io::Result<TcpStream> {
    let accepted = |context: &mut Context<'_>| {
        listener.poll_accept_with(context, net::TcpListener::accept)
    };
    let (stream, _) = poll_fn(accepted).await?;
    TcpStream::from_std(stream)
}

/// Lets the driver take what the kernel has done, and the other tasks have their turn.
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
