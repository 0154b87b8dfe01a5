//! hyper on a tokio runtime for each core, each on one thread of its own.
//!
//! Each core accepts from the same socket: a connection is served by the core that got it,
//! from its first request to its last. Only the permits are shared.
//!
//! # What to notice
//! - Nothing that a core does has to be `Send`: `spawn_local` keeps it there.
//! - Each core that is idle wakes for a new connection, and one gets it. A connection that
//!   has begun stays, though another core becomes idle. Servers that bind their socket
//!   themselves give each core one of its own instead (SO_REUSEPORT).
//! - The stop is a token, since each core waits for it.
//!
//! # When not to use this
//! Where a handler computes: the other connections of its core wait for it. On the open
//! internet as it is: a client that never ends its head keeps its permit. hyper has
//! `header_read_timeout` for that.

use anyhow::Result;
use tokio::signal::unix::{SignalKind, signal};

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
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut terminate = runtime.block_on(async { signal(SignalKind::terminate()) })?;
    thread::scope(|scope| {
        let (ended, is_over) = (CancellationToken::new(), stop.clone());
        let over = ended.clone();
        let waiter = move || {
            runtime.block_on(async {
                select! {
                    _ = terminate.recv() => is_over.cancel(),
                    () = over.cancelled() => {}
                }
            });
        };
        thread::Builder::new().spawn_scoped(scope, waiter)?;
        let cut = serve(cores, connections, grace, listener, &stop, handle);
        ended.cancel();
        Ok(Output { cut: cut? })
    })
}

// The lesson: everything below can be taken home.
// It needs tokio (macros, net, rt, sync, time), tokio-util, hyper (http1, server), hyper-util (tokio), http-body-util, bytes.

use std::{
    convert::Infallible, io, net, panic::resume_unwind, pin::pin, sync::Arc, thread,
    time::Duration,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Request, Response, body::Incoming, server::conn::http1, service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpListener,
    runtime::{Builder, LocalOptions},
    select,
    sync::Semaphore,
    task::{JoinSet, yield_now},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

/// How long no connection is accepted after one that could not be.
const PAUSE: Duration = Duration::from_millis(10);

/// Answers what comes to `listener` with `handle`, on at most `connections` at once, on
/// `cores` threads with a runtime each. Once `stop` is cancelled, it accepts no more, and
/// answers the request that each connection has sent. Returns how many connections it had
/// to cut after `grace`.
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
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build_local(LocalOptions::default())?;
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener)?;
            let stopping = CancellationToken::new();
            let mut tasks = JoinSet::new();
            loop {
                let accepted = async {
                    let permit = Arc::clone(&semaphore).acquire_owned().await;
                    (permit, listener.accept().await)
                };
                let (permit, accepted) = select! {
                    accepted = accepted => accepted,
                    () = stop.cancelled() => break,
                };
                let Ok((stream, _)) = accepted else {
                    drop(permit);
                    sleep(PAUSE).await;
                    continue;
                };
                let (handle, stopping) = (handle.clone(), stopping.clone());
                tasks.spawn_local(async move {
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
                        .serve_connection(TokioIo::new(stream), service);
                    let mut connection = pin!(connection);
                    let told = async {
                        stopping.cancelled().await;
                        // The connection is polled once more then: a request may have come since.
                        yield_now().await;
                    };
                    select! {
                        biased;
                        _ = &mut connection => return,
                        () = told => connection.as_mut().graceful_shutdown(),
                    }
                    // An error is the client's affair.
                    _ = connection.await;
                });
                while tasks.try_join_next().is_some() {}
            }
            drop(listener);
            // What has arrived by now is read first.
            yield_now().await;
            stopping.cancel();
            let all_ended = async { while tasks.join_next().await.is_some() {} };
            _ = timeout(grace, all_ended).await;
            while tasks.try_join_next().is_some() {}
            let cut = tasks.len();
            tasks.shutdown().await;
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
