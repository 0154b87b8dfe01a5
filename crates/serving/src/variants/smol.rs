//! hyper over smol's sockets: a task for each connection.
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
//! - A panic would be raised again where the task is awaited, so it is caught in the task.
//! - A channel that is closed wakes all that wait for it: that is the word to stop.
//!
//! # When not to use this
//! On the open internet as it is: a client that never ends its head keeps its permit, and
//! holds up the stop for the grace time. hyper has `header_read_timeout` for that, and
//! smol-hyper the timer.

use std::thread;

use anyhow::Result;
use async_signal::{Signal, Signals};
use smol::{block_on, stream::StreamExt};

use crate::{
    Job, Output,
    work::{Work, inherited},
};

/// Serves until SIGTERM, and returns what came of it.
pub fn run(job: &Job) -> Result<Output> {
    let executor = Arc::new(Executor::new());
    let (signal, shutdown) = channel::bounded::<()>(1);
    let work = Work::of(job);
    let handle = move |request: Request<Incoming>| async move {
        let path = request.uri().path();
        if let Some(time) = work.wait(path) {
            Timer::after(time).await;
        }
        Response::new(Full::from(work.answer(path)))
    };
    let (connections, grace) =
        (job.connections.get(), Duration::from_millis(job.grace_ms));
    let listener = inherited(job)?;
    thread::scope(|scope| {
        for index in 0..job.workers.get() {
            let thread = thread::Builder::new().name(format!("smol {index}"));
            thread.spawn_scoped(scope, || block_on(executor.run(shutdown.recv())))?;
        }
        let spawner = Arc::clone(&executor);
        let served = async move {
            let listener = TcpListener::try_from(listener)?;
            let mut signals = Signals::new([Signal::Term])?;
            let stop = async { _ = signals.next().await };
            let cut = serve(&spawner, connections, grace, listener, stop, handle);
            Ok(Output { cut: cut.await })
        };
        // Spawned, since what `block_on` polls itself is on none of the executor's threads.
        let output = block_on(executor.spawn(served));
        // Every `recv` fails now, and with it every thread's `run` ends.
        drop(signal);
        output
    })
}

// The lesson: everything below can be taken home.
// It needs smol, hyper (http1, server), smol-hyper, http-body-util, bytes.

use std::{
    convert::Infallible, panic::AssertUnwindSafe, pin::pin, sync::Arc, time::Duration,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Request, Response, body::Incoming, server::conn::http1, service::service_fn,
};
use smol::{
    Executor, Task, Timer, channel,
    future::{FutureExt, or, yield_now},
    lock::Semaphore,
    net::TcpListener,
};
use smol_hyper::rt::FuturesIo;

/// How long no connection is accepted after one that could not be.
const PAUSE: Duration = Duration::from_millis(10);

/// Answers what comes to `listener` with `handle`, on at most `connections` at once, on
/// the executor's threads. Once `stop` is ready, it accepts no more, and answers the
/// request that each connection has sent. Returns how many connections it had to cut
/// after `grace`.
///
/// # Panics
/// `connections` is 0.
pub async fn serve<'a, F>(
    executor: &Executor<'a>,
    connections: usize,
    grace: Duration,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
    handle: impl Fn(Request<Incoming>) -> F + Clone + Send + 'a,
) -> usize
where
    F: Future<Output = Response<Full<Bytes>>> + Send + 'a,
{
    assert!(connections > 0, "connections must be at least 1");
    let semaphore = Arc::new(Semaphore::new(connections));
    let (stopped, stopping) = channel::bounded::<()>(1);
    let mut tasks = Vec::new();
    let mut stop = pin!(stop);
    loop {
        let stop = async {
            stop.as_mut().await;
            None
        };
        let accepted = async {
            let permit = semaphore.acquire_arc().await;
            Some((permit, listener.accept().await))
        };
        let Some((permit, accepted)) = or(stop, accepted).await else {
            break;
        };
        let Ok((stream, _)) = accepted else {
            drop(permit);
            Timer::after(PAUSE).await;
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
            let connection =
                http1::Builder::new().serve_connection(FuturesIo::new(stream), service);
            let mut connection = pin!(connection);
            let ended = async {
                _ = connection.as_mut().await;
                true
            };
            let told = async {
                _ = stopping.recv().await;
                // The connection is polled once more then: a request may have come since.
                yield_now().await;
                false
            };
            if !or(ended, told).await {
                connection.as_mut().graceful_shutdown();
                // An error is the client's affair.
                _ = connection.await;
            }
        };
        // Those that have ended are let go, before there are twice as many as may be open.
        if tasks.len() >= 2 * connections {
            tasks.retain(|task: &Task<_>| !task.is_finished());
        }
        tasks.push(executor.spawn(AssertUnwindSafe(task).catch_unwind()));
    }
    drop((listener, stopped));
    let all_ended = async {
        for task in &mut tasks {
            _ = task.await;
        }
    };
    let over = async { _ = Timer::after(grace).await };
    or(all_ended, over).await;
    let cut = tasks.iter().filter(|task| !task.is_finished()).count();
    for task in tasks {
        _ = task.cancel().await;
    }
    cut
}
