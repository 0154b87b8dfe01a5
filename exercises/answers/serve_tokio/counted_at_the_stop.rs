//! What is cut is counted before the grace time has passed.

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
    while tasks.try_join_next().is_some() {}
    let under_way = tasks.len();
    let all_ended = async { while tasks.join_next().await.is_some() {} };
    let is_late = timeout(grace, all_ended).await.is_err();
    tasks.shutdown().await;
    if is_late { under_way } else { 0 }
}
