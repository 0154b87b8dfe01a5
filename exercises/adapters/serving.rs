//! `serve(connections, grace, listener, stop, handle)` answers until SIGTERM.

macro_rules! serve_std {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::serving::Job) -> anyhow::Result<::serving::Output> {
            use $($answer)+::serve;
            use signal_hook::{consts::SIGTERM, iterator::Signals};
            use std::{sync::mpsc, thread, time::Duration};
            let work = ::serving::work::Work::of(job);
            let handle = |path: &str| {
                if let Some(time) = work.wait(path) {
                    thread::sleep(time);
                }
                work.answer(path)
            };
            let grace = Duration::from_millis(job.grace_ms);
            let listener = ::serving::work::inherited(job)?;
            let mut signals = Signals::new([SIGTERM])?;
            let (handles, (stop, stopped)) = (signals.handle(), mpsc::channel());
            thread::scope(|scope| {
                scope.spawn(move || signals.forever().next().map(|_| stop.send(())));
                let cut = serve(job.connections.get(), grace, listener, &stopped, handle);
                handles.close();
                Ok(::serving::Output { cut: cut? })
            })
        }
        match crate::adapters::look::asked($words) {
            Some(look) => crate::adapters::serving::look(look, &|grace, listener, stop, handle| {
                use $($answer)+::serve;
                Ok(serve(8, grace, listener, stop, handle)?)
            }),
            None => {
                test_fixtures::speak::<::serving::Serving>(&["of", $name], $words, run)
            }
        }
    }};
}

macro_rules! serve_tokio {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::serving::Job) -> anyhow::Result<::serving::Output> {
            use $($answer)+::serve;
            use tokio::signal::unix::{SignalKind, signal};
            let work = ::serving::work::Work::of(job);
            let at_work = crate::adapters::AtWork::default();
            let seen = at_work.clone();
            let handle = move |request: hyper::Request<hyper::body::Incoming>| {
                let working = at_work.one();
                async move {
                    let _working = working;
                    let path = request.uri().path();
                    if let Some(time) = work.wait(path) {
                        tokio::time::sleep(time).await;
                    }
                    hyper::Response::new(http_body_util::Full::from(work.answer(path)))
                }
            };
            let (connections, grace) = (job.connections.get(), job.grace_ms);
            let grace = std::time::Duration::from_millis(grace);
            let listener = ::serving::work::inherited(job)?;
            listener.set_nonblocking(true)?;
            let served = crate::adapters::on_tokio(job.workers.get(), async move {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                let mut terminate = signal(SignalKind::terminate())?;
                let stop = async { _ = terminate.recv().await };
                let cut = serve(connections, grace, listener, stop, handle).await;
                seen.ensure_none()?;
                anyhow::Ok(::serving::Output { cut })
            });
            served?
        }
        match crate::adapters::look::asked($words) {
            Some(look) => crate::adapters::serving::look_beside(look, &|grace, listener, stopped| {
                use $($answer)+::serve;
                let handle = |request: hyper::Request<hyper::body::Incoming>| async move {
                    let time = crate::adapters::serving::takes(request.uri().path());
                    tokio::time::sleep(time).await;
                    hyper::Response::new(http_body_util::Full::from("done"))
                };
                listener.set_nonblocking(true)?;
                let served = crate::adapters::on_tokio(2, async move {
                    let listener = tokio::net::TcpListener::from_std(listener)?;
                    let stop = async move { _ = stopped.recv().await };
                    anyhow::Ok(serve(8, grace, listener, stop, handle).await)
                });
                served?
            }),
            None => {
                test_fixtures::speak::<::serving::Serving>(&["of", $name], $words, run)
            }
        }
    }};
}

macro_rules! serve_smol {
    ($name:expr, $words:expr, $($answer:tt)+) => {{
        fn run(job: &::serving::Job) -> anyhow::Result<::serving::Output> {
            use $($answer)+::serve;
            use async_signal::{Signal, Signals};
            use smol::stream::StreamExt;
            let work = ::serving::work::Work::of(job);
            let at_work = crate::adapters::AtWork::default();
            let seen = at_work.clone();
            let handle = move |request: hyper::Request<hyper::body::Incoming>| {
                let working = at_work.one();
                async move {
                    let _working = working;
                    let path = request.uri().path();
                    if let Some(time) = work.wait(path) {
                        smol::Timer::after(time).await;
                    }
                    hyper::Response::new(http_body_util::Full::from(work.answer(path)))
                }
            };
            let grace = std::time::Duration::from_millis(job.grace_ms);
            let listener = ::serving::work::inherited(job)?;
            crate::adapters::on_smol(job.workers.get(), async |executor| {
                let listener = smol::net::TcpListener::try_from(listener)?;
                let mut signals = Signals::new([Signal::Term])?;
                let stop = async { _ = signals.next().await };
                let connections = job.connections.get();
                let cut = serve(&executor, connections, grace, listener, stop, handle).await;
                seen.ensure_none()?;
                anyhow::Ok(::serving::Output { cut })
            })?
        }
        match crate::adapters::look::asked($words) {
            Some(look) => crate::adapters::serving::look_beside(look, &|grace, listener, stopped| {
                use $($answer)+::serve;
                let handle = |request: hyper::Request<hyper::body::Incoming>| async move {
                    let time = crate::adapters::serving::takes(request.uri().path());
                    smol::Timer::after(time).await;
                    hyper::Response::new(http_body_util::Full::from("done"))
                };
                crate::adapters::on_smol(2, async |executor| {
                    let listener = smol::net::TcpListener::try_from(listener)?;
                    let stop = async move { _ = stopped.recv().await };
                    anyhow::Ok(serve(&executor, 8, grace, listener, stop, handle).await)
                })?
            }),
            None => {
                test_fixtures::speak::<::serving::Serving>(&["of", $name], $words, run)
            }
        }
    }};
}

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use smol::channel;

use super::look::{Scene, refuse, unknown};

/// What answers a request.
type Handle<'a> = &'a (dyn Fn(&str) -> String + Sync);

/// The function, as the looks call it.
type Serve<'a> =
    &'a dyn Fn(Duration, TcpListener, &Receiver<()>, Handle<'_>) -> Result<usize>;

/// Looks at what the jobs don't show; `serve` is given the grace time, a listener, and what it
/// is stopped by.
pub(crate) fn look(look: &str, serve: Serve<'_>) -> Result<()> {
    match look {
        // A client asks for more than any buffer has room for, and reads nothing.
        "deaf" => {
            let watch = Scene::new(|_, _| false);
            watch.watch(|_| "a client read nothing, and it did not end".to_owned());
            let listener = TcpListener::bind("127.0.0.1:0")?;
            let address = listener.local_addr()?;
            let (stop, stopped) = mpsc::channel();
            let answer = "x".repeat(64 << 20);
            thread::scope(|scope| {
                let client = scope.spawn(move || {
                    let mut client = TcpStream::connect(address)?;
                    client.write_all(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")?;
                    thread::sleep(Duration::from_millis(100));
                    drop(stop);
                    std::io::Result::Ok(client)
                });
                let grace = Duration::from_millis(100);
                let cut = serve(grace, listener, &stopped, &|_| answer.clone())?;
                drop(client.join());
                ensure!(cut == 1, "{cut} were cut, where 1 client read nothing");
                Ok(())
            })
        }
        _ => unknown(look),
    }
}

/// What is asked for by the request that takes too long, and by the one that does not.
const LONG: &str = "/long";
const SHORT: &str = "/short";
/// How long the server has to close its listener.
const CLOSES: Duration = Duration::from_millis(500);

/// How long the answer to a request for this path takes.
pub(crate) fn takes(path: &str) -> Duration {
    Duration::from_millis(if path == LONG { 20_000 } else { 300 })
}

/// Looks at what the jobs don't show of a server with tasks.
pub(crate) fn look_beside(
    look: &str,
    serve: &dyn Fn(Duration, TcpListener, channel::Receiver<()>) -> Result<usize>,
) -> Result<()> {
    match look {
        // Of two requests one ends within the grace time.
        "beside" => {
            let watch = Scene::new(|_, _| false);
            watch.watch_for(Duration::from_millis(3000), |_| {
                "one request takes long, and it did not end".to_owned()
            });
            let listener = TcpListener::bind("127.0.0.1:0")?;
            let address = listener.local_addr()?;
            let (stop, stopped) = channel::bounded(1);
            thread::scope(|scope| {
                let short = scope.spawn(move || ask(address, SHORT));
                scope.spawn(move || ask(address, LONG));
                scope.spawn(move || {
                    // Both have come by then.
                    thread::sleep(Duration::from_millis(100));
                    drop(stop);
                    ensure_closes(address);
                });
                let cut = serve(Duration::from_millis(900), listener, stopped)?;
                let answer = short.join().map(Result::unwrap_or_default);
                let is_answered = answer.is_ok_and(|answer| answer.ends_with("done"));
                ensure!(is_answered, "the short request had no answer");
                ensure!(cut == 1, "{cut} were cut, where 1 request took too long");
                Ok(())
            })
        }
        _ => unknown(look),
    }
}

/// Asks for a path, and reads until the connection ends.
fn ask(address: SocketAddr, path: &str) -> Result<String> {
    let mut client = TcpStream::connect(address)?;
    write!(client, "GET {path} HTTP/1.1\r\nHost: here\r\n\r\n")?;
    let mut answer = String::new();
    // One that is cut may be reset.
    _ = client.read_to_string(&mut answer);
    Ok(answer)
}

/// Soon nothing can connect to this address.
fn ensure_closes(address: SocketAddr) {
    let start = Instant::now();
    while TcpStream::connect(address).is_ok() {
        if start.elapsed() > CLOSES {
            refuse("the listener was open long after the stop");
        }
        thread::sleep(Duration::from_millis(10));
    }
}
