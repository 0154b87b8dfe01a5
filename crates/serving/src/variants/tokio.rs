//! hyper on tokio: a task for each connection.
//!
//! The loop waits for a permit and then for a connection, whose task keeps the permit until
//! it ends. Once stopped, it closes the socket, and has each task end its connection after
//! the request that is under way.
//!
//! # What to notice
//! - The connection is polled before the stop (`biased`): a request that has arrived is
//!   read, and its connection is not idle any more. The other way round, hyper closes a
//!   connection whose request it has not read.
//! - An error of `accept` ends nothing: it is one connection's, or there is no descriptor
//!   left. Without the pause, the loop would spin until there is one.
//! - A panic of the handler ends its task, and so its connection. The permit went back when
//!   the task was unwound.
//!
//! # When not to use this
//! On the open internet as it is: a client that never ends its head keeps its permit, and
//! holds up the stop for the grace time. hyper has `header_read_timeout` for that.

use anyhow::Result;
use tokio::{
    runtime::Builder,
    signal::unix::{SignalKind, signal},
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
    let served = async move {
        let listener = TcpListener::from_std(listener)?;
        let mut terminate = signal(SignalKind::terminate())?;
        let stop = async { _ = terminate.recv().await };
        let cut = serve(connections, grace, listener, stop, handle).await;
        Ok(Output { cut })
    };
    // Spawned, since what `block_on` polls itself is on none of the runtime's threads.
    runtime.block_on(runtime.spawn(served))?
}

// The lesson: everything below can be taken home.
// It needs tokio (macros, net, rt, sync, time), tokio-util, hyper (http1, server), hyper-util (tokio), http-body-util, bytes.

use std::{convert::Infallible, pin::pin, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Request, Response, body::Incoming, server::conn::http1, service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpListener,
    select,
    sync::Semaphore,
    task::{JoinSet, yield_now},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

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
    listener: TcpListener,
    stop: impl Future<Output = ()>,
    handle: impl Fn(Request<Incoming>) -> F + Clone + Send + 'static,
) -> usize
where
    F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    assert!(connections > 0, "connections must be at least 1");
    let semaphore = Arc::new(Semaphore::new(connections));
    let stopping = CancellationToken::new();
    let mut tasks = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = async {
            let permit = Arc::clone(&semaphore).acquire_owned().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = select! {
            accepted = accepted => accepted,
            () = &mut stop => break,
        };
        let Ok((stream, _)) = accepted else {
            drop(permit);
            sleep(PAUSE).await;
            continue;
        };
        let (handle, stopping) = (handle.clone(), stopping.clone());
        tasks.spawn(async move {
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
            let connection =
                http1::Builder::new().serve_connection(TokioIo::new(stream), service);
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
    cut
}
