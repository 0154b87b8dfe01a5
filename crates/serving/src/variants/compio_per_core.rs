//! hyper on a compio runtime for each core, each on one thread and a ring of its own.
//!
//! Each core accepts from the same socket: a connection is served by the core that got it,
//! from its first request to its last. Only the permits and the stop are shared.
//!
//! # What to notice
//! - This is what compio is made for: a runtime for each thread, and nothing that a core does
//!   has to be `Send`. Its dispatcher starts such threads, too, and hands them closures.
//! - All cores that have a permit wait for the same socket, and the first one accepts. A
//!   connection that has begun stays, though another core becomes idle.
//! - The loop waits until the socket has a connection, and accepts it then (`PollFd`): an
//!   `accept` in the kernel could have taken one when the stop comes, and nobody would see it.
//!
//! # When not to use this
//! Where a handler computes: the other connections of its core wait for it. On the open
//! internet as it is: a client that never ends its head keeps its permit. hyper has
//! `header_read_timeout` for that, and cyper-core the timer.

use std::{io::Read, os::unix::net::UnixStream};

use anyhow::Result;
use compio::driver::DriverType;
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
    let work = Work::of(job);
    let handle = move |request: Request<Incoming>| async move {
        let path = request.uri().path();
        if let Some(time) = work.wait(path) {
            sleep(time).await;
        }
        Response::new(Full::from(work.answer(path)))
    };
    let (cores, connections) = (job.workers.get(), job.connections.get());
    let (grace, stop) = (
        Duration::from_millis(job.grace_ms),
        CancellationToken::new(),
    );
    let listener = inherited(job)?;
    // By default it is epoll where io_uring is refused, and this would be another row.
    let mut driver = ProactorBuilder::new();
    driver.driver_type(DriverType::IoUring);
    let (mut terminate, signal) = UnixStream::pair()?;
    let signal = pipe::register(SIGTERM, signal)?;
    thread::scope(|scope| {
        let is_over = stop.clone();
        // It ends with the signal, or with the other end of its socket.
        let waiter = move || {
            _ = terminate.read(&mut [0]);
            is_over.cancel();
        };
        thread::Builder::new().spawn_scoped(scope, waiter)?;
        let cut = serve(cores, connections, grace, &driver, listener, &stop, handle);
        unregister(signal);
        Ok(Output { cut: cut? })
    })
}

// The lesson: everything below can be taken home.
// It needs async-lock, compio (net, time), cyper-core, futures-util (std), tokio-util, hyper (http1, server), http-body-util, bytes.

use std::{
    convert::Infallible,
    future::poll_fn,
    io, mem, net,
    panic::resume_unwind,
    pin::pin,
    sync::Arc,
    task::{Context, Poll},
    thread,
    time::Duration,
};

use async_lock::Semaphore;
use bytes::Bytes;
use compio::{
    driver::ProactorBuilder,
    net::TcpStream,
    runtime::{CancelToken, JoinHandle, RuntimeBuilder, fd::PollFd, spawn},
    time::{sleep, timeout},
};
use cyper_core::HyperStream;
use futures_util::future::{Either, select};
use http_body_util::Full;
use hyper::{
    Request, Response, body::Incoming, server::conn::http1, service::service_fn,
};
use tokio_util::sync::CancellationToken;

/// How long no connection is accepted after one that could not be.
const PAUSE: Duration = Duration::from_millis(10);

/// Answers what comes to `listener` with `handle`, on at most `connections` at once, on
/// `cores` threads with a runtime on this driver each. Once `stop` is cancelled, it accepts
/// no more, and answers the request that each connection has sent. Returns how many
/// connections it had to cut after `grace`.
///
/// # Errors
/// The system starts no more threads, or a runtime can't be made; what was under way has
/// ended.
///
/// # Panics
/// `cores` or `connections` is 0.
pub fn serve<F>(
    cores: usize,
    connections: usize,
    grace: Duration,
    driver: &ProactorBuilder,
    listener: net::TcpListener,
    stop: &CancellationToken,
    handle: impl Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
) -> io::Result<usize>
where
    F: Future<Output = Response<Full<Bytes>>> + 'static,
{
    assert!(cores > 0, "cores must be at least 1");
    assert!(connections > 0, "connections must be at least 1");
    listener.set_nonblocking(true)?;
    let semaphore = Arc::new(Semaphore::new(connections));
    let core = |listener| {
        // Without this core the others stop.
        let _stop = stop.clone().drop_guard();
        let runtime = RuntimeBuilder::new()
            .with_proactor(driver.clone())
            .build()?;
        runtime.block_on(async {
            let listener = PollFd::new(listener)?;
            let stopping = CancelToken::new();
            let mut tasks: Vec<JoinHandle<()>> = Vec::new();
            let mut told = pin!(stop.cancelled());
            loop {
                let accepted = pin!(async {
                    let permit = semaphore.acquire_arc().await;
                    (permit, accept(&listener).await)
                });
                let Either::Left(((permit, accepted), _)) =
                    select(accepted, told.as_mut()).await
                else {
                    break;
                };
                let Ok(stream) = accepted else {
                    drop(permit);
                    sleep(PAUSE).await;
                    continue;
                };
                let (handle, stopping) = (handle.clone(), stopping.clone());
                // Those that have ended are let go, before there are twice as many as may be open.
                if tasks.len() >= 2 * connections {
                    tasks.retain(|task| !task.is_finished());
                }
                tasks.push(spawn(async move {
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
                    if let Either::Right(_) =
                        select(connection.as_mut(), pin!(told)).await
                    {
                        connection.as_mut().graceful_shutdown();
                        // An error is the client's affair.
                        _ = connection.await;
                    }
                }));
            }
            drop(listener);
            // What has arrived by now is read first.
            yield_now().await;
            stopping.cancel();
            let all_ended = async {
                for task in &mut tasks {
                    _ = task.await;
                }
            };
            _ = timeout(grace, all_ended).await;
            let cut = tasks.iter().filter(|task| !task.is_finished()).count();
            // Those that are left end with the runtime.
            io::Result::Ok(cut)
        })
    };
    let listeners = (0..cores).map(|_| listener.try_clone());
    let listeners = listeners.collect::<io::Result<Vec<_>>>()?;
    // Else the socket would be open until all is over.
    drop(listener);
    thread::scope(|scope| {
        let threads = listeners.into_iter().enumerate().map(|(number, listener)| {
            let thread = thread::Builder::new().name(format!("core {number}"));
            thread.spawn_scoped(scope, move || core(listener))
        });
        let threads = threads.collect::<io::Result<Vec<_>>>();
        let threads = threads.inspect_err(|_| stop.cancel())?;
        let cut = threads.into_iter().map(|thread| {
            let cut = thread.join();
            cut.unwrap_or_else(|panic| resume_unwind(panic))
        });
        cut.sum()
    })
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
