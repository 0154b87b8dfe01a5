//! Each connection has the grace time for itself.

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
    for task in &mut tasks {
        let ended = async { _ = task.await };
        let over = async { _ = Timer::after(grace).await };
        or(ended, over).await;
    }
    let cut = tasks.iter().filter(|task| !task.is_finished()).count();
    for task in tasks {
        _ = task.cancel().await;
    }
    cut
}
