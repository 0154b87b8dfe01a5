//! hyper over async-std's sockets: a task for each connection.
//!
//! async-std is discontinued; use `smol`, from which this differs by the executor: there is
//! one for the whole process, with as many threads as `ASYNC_STD_THREAD_COUNT` says.
//!
//! The loop waits for a permit and then for a connection, whose task keeps the permit until
//! it ends. Once stopped, it closes the socket, and has each task end its connection after
//! the request that is under way.
//!
//! # What to notice
//! - The connection is polled before the stop (`or` does that in its order): a request that
//!   has arrived is read, and its connection is not idle any more. The other way round,
//!   hyper closes a connection whose request it has not read.
//! - An error of `accept` ends nothing: it is one connection's, or there is no descriptor
//!   left. Without the pause, the loop would spin until there is one.
//! - A task's handle doesn't say whether its task has ended, and one that is dropped
//!   detaches it. So all have ended when all permits are back, and a second channel cuts
//!   those that have not.
//! - A panic would unwind a thread of the executor, which begins anew (async-global-executor
//!   2.4, src/threading.rs, thread_main_loop); so it is caught in the task.
//! - A channel that is closed wakes all that wait for it: that is the word to stop.
//!
//! # When not to use this
//! On the open internet as it is: a client that never ends its head keeps its permit, and
//! holds up the stop for the grace time. hyper has `header_read_timeout` for that, and
//! smol-hyper the timer.

use anyhow::Result;
use async_signal::{Signal, Signals};
use async_std::stream::StreamExt;

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
            task::sleep(time).await;
        }
        Response::new(Full::from(work.answer(path)))
    };
    let (connections, grace) =
        (job.connections.get(), Duration::from_millis(job.grace_ms));
    let listener = inherited(job)?;
    let served = async move {
        let listener = TcpListener::from(listener);
        let mut signals = Signals::new([Signal::Term])?;
        let stop = async { _ = signals.next().await };
        let cut = serve(connections, grace, listener, stop, handle).await;
        Ok(Output { cut })
    };
    // Spawned, since what `block_on` polls itself is on none of the executor's threads.
    task::block_on(task::spawn(served))
}

// The lesson: everything below can be taken home.
// It needs async-std, async-lock, futures-util, hyper (http1, server), smol-hyper, http-body-util, bytes.

use std::{
    convert::Infallible, panic::AssertUnwindSafe, pin::pin, sync::Arc, time::Duration,
};

use async_lock::Semaphore;
use async_std::{channel, future::timeout, net::TcpListener, task};
use bytes::Bytes;
use futures_util::{
    FutureExt,
    future::{Either, select},
};
use http_body_util::Full;
use hyper::{
    Request, Response, body::Incoming, server::conn::http1, service::service_fn,
};
use smol_hyper::rt::FuturesIo;

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
    let (stopped, stopping) = channel::bounded::<()>(1);
    let (over, cutting) = channel::bounded::<()>(1);
    let mut stop = pin!(stop);
    loop {
        let accepted = async {
            let permit = semaphore.acquire_arc().await;
            (permit, listener.accept().await)
        };
        let (permit, accepted) = match select(stop.as_mut(), pin!(accepted)).await {
            Either::Left(_) => break,
            Either::Right((accepted, _)) => accepted,
        };
        let Ok((stream, _)) = accepted else {
            drop(permit);
            task::sleep(PAUSE).await;
            continue;
        };
        let (handle, stopping) = (handle.clone(), stopping.clone());
        let cutting = cutting.clone();
        let conversation = async move {
            let service = service_fn(move |request| {
                let answer = handle(request);
                async {
                    let answer = answer.await;
                    // hyper would take the next request at once, and timers and signals wait.
                    task::yield_now().await;
                    Ok::<_, Infallible>(answer)
                }
            });
            let connection =
                http1::Builder::new().serve_connection(FuturesIo::new(stream), service);
            let mut connection = pin!(connection);
            let told = async {
                _ = stopping.recv().await;
                // The connection is polled once more then: a request may have come since.
                task::yield_now().await;
            };
            let told = pin!(told);
            let first = select(connection.as_mut(), told).await;
            if matches!(first, Either::Right(_)) {
                connection.as_mut().graceful_shutdown();
                // An error is the client's affair.
                _ = connection.await;
            }
        };
        task::spawn(async move {
            let _permit = permit;
            let conversation = pin!(AssertUnwindSafe(conversation).catch_unwind());
            let cut = pin!(cutting.recv());
            select(conversation, cut).await;
        });
    }
    drop((listener, stopped));
    let mut left = connections;
    let all_ended = async {
        while left > 0 {
            semaphore.acquire().await.forget();
            left -= 1;
        }
    };
    _ = timeout(grace, all_ended).await;
    drop(over);
    for _ in 0..left {
        semaphore.acquire().await.forget();
    }
    left
}
