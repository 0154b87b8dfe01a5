//! `serve`, for a client that says hello.

use std::{
    convert::Infallible,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
    time::Duration,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming};
use taken_home::serving;

/// One connection at a time.
const CONNECTIONS: usize = 1;
const GRACE: Duration = Duration::from_secs(5);
/// How long a client waits.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a path is answered by; `/panic` panics.
fn greet(path: &str) -> String {
    assert_ne!(path, "/panic", "panic is not liked");
    format!("hello, {path}")
}

/// Asks once on a connection that is kept. Returns what came: head and body, or nothing.
fn ask(stream: &mut TcpStream, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: here\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it is open");
    let (mut came, mut buffer) = (Vec::new(), [0; 1024]);
    while !came.ends_with(path.as_bytes()) {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(count) => came.extend_from_slice(&buffer[..count]),
        }
    }
    String::from_utf8_lossy(&came).into_owned()
}

/// Two requests on one connection, while a second one waits; then a panic; then another
/// client; then the stop.
fn visit(server: SocketAddr, stop: impl FnOnce()) {
    let connect = || {
        let stream = TcpStream::connect(server).expect("it listens");
        let patience = stream.set_read_timeout(Some(PATIENCE));
        patience.expect("the time is not zero");
        stream
    };
    let mut first = connect();
    for path in ["/a", "/b"] {
        let came = ask(&mut first, path);
        assert!(came.ends_with(&format!("hello, {path}")), "{path}: {came}");
    }
    let mut second = connect();
    let waits = second.set_read_timeout(Some(Duration::from_millis(50)));
    waits.expect("the time is not zero");
    assert_eq!(ask(&mut second, "/waits"), "", "one is served at a time");
    // It ends its connection, by a status or without one, and so the next one's turn comes.
    let came = ask(&mut first, "/panic");
    assert!(!came.contains("hello"), "{came}");
    drop(first);
    let waits = second.set_read_timeout(Some(PATIENCE));
    waits.expect("the time is not zero");
    let (mut came, mut buffer) = (Vec::new(), [0; 1024]);
    while !came.ends_with(b"hello, /waits") {
        match second.read(&mut buffer).expect("its turn comes") {
            0 => panic!("it was dropped"),
            count => came.extend_from_slice(&buffer[..count]),
        }
    }
    stop();
    // An idle connection ends with the stop.
    assert_eq!(second.read(&mut buffer).ok(), Some(0));
}

async fn hello(request: Request<Incoming>) -> Response<Full<Bytes>> {
    Response::new(Full::from(greet(request.uri().path())))
}

macro_rules! example {
    ($lesson:ident, $manner:ident) => {
        mod $lesson {
            use super::*;
            use serving::$lesson::serve;

            #[test]
            fn serves_and_drains() {
                let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
                let server = listener.local_addr().expect("it is bound");
                listener.set_nonblocking(true).expect("it is a socket");
                assert_eq!(example!(@$manner CONNECTIONS, listener, server), 0);
            }

            #[test]
            #[should_panic(expected = "connections must be at least 1")]
            fn refuses_a_limit_of_zero() {
                let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
                listener.set_nonblocking(true).expect("it is a socket");
                // Nobody visits.
                let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
                example!(@$manner 0, listener, nowhere);
            }
        }
    };
    // A client in a thread of its own, where there is a server; and the stop as a future.
    (@visitor $server:ident) => {{
        let (stop, stopped) = ::smol::channel::bounded::<()>(1);
        let visitor = thread::spawn(move || {
            if $server.port() != 0 {
                visit($server, || drop(stop));
            }
        });
        (visitor, async move { _ = stopped.recv().await })
    }};
    (@blocking $connections:expr, $listener:ident, $server:ident, $channel:expr) => {{
        let (stop, stopped) = $channel;
        let visitor = thread::spawn(move || {
            if $server.port() != 0 {
                visit($server, || _ = stop.send(()));
            }
        });
        let cut = serve($connections, GRACE, $listener, &stopped, greet);
        visitor.join().expect("the visitor is content");
        cut.expect("threads start")
    }};
    (@std $connections:expr, $listener:ident, $server:ident) => {
        example!(@blocking $connections, $listener, $server, ::std::sync::mpsc::channel())
    };
    (@crossbeam $connections:expr, $listener:ident, $server:ident) => {
        example!(@blocking $connections, $listener, $server, ::crossbeam_channel::bounded(1))
    };
    (@runtime $runtime:expr, $connections:expr, $listener:ident, $server:ident, $handle:expr) => {{
        let runtime = { $runtime }.enable_all().build().expect("it starts");
        let (visitor, stop) = example!(@visitor $server);
        let cut = runtime.block_on(async {
            let listener = ::tokio::net::TcpListener::from_std($listener);
            let listener = listener.expect("it is a socket");
            serve($connections, GRACE, listener, stop, $handle).await
        });
        visitor.join().expect("the visitor is content");
        cut
    }};
    (@tokio $connections:expr, $listener:ident, $server:ident) => {{
        let runtime = ::tokio::runtime::Builder::new_multi_thread();
        example!(@runtime runtime, $connections, $listener, $server, hello)
    }};
    (@current_thread $connections:expr, $listener:ident, $server:ident) => {{
        let runtime = ::tokio::runtime::Builder::new_current_thread();
        example!(@runtime runtime, $connections, $listener, $server, hello)
    }};
    (@axum $connections:expr, $listener:ident, $server:ident) => {{
        let runtime = ::tokio::runtime::Builder::new_multi_thread();
        let hello = |request: ::axum::extract::Request| async move {
            Ok::<_, Infallible>(greet(request.uri().path()))
        };
        let app = ::axum::Router::new().fallback(hello);
        let cut = example!(@runtime runtime, $connections, $listener, $server, app);
        cut.expect("axum serves")
    }};
    (@per_core $connections:expr, $listener:ident, $server:ident) => {{
        let stop = ::tokio_util::sync::CancellationToken::new();
        let stopped = stop.clone();
        let visitor = thread::spawn(move || {
            if $server.port() != 0 {
                visit($server, || stopped.cancel());
            }
        });
        let cut = serve(2, $connections, GRACE, $listener, &stop, hello);
        visitor.join().expect("the visitor is content");
        cut.expect("threads start")
    }};
    (@smol $connections:expr, $listener:ident, $server:ident) => {{
        let (visitor, stop) = example!(@visitor $server);
        let executor = ::smol::Executor::new();
        let listener = ::smol::net::TcpListener::try_from($listener);
        let listener = listener.expect("it is a socket");
        let served = serve(&executor, $connections, GRACE, listener, stop, hello);
        let cut = ::smol::block_on(executor.run(served));
        visitor.join().expect("the visitor is content");
        cut
    }};
    (@compio $connections:expr, $listener:ident, $server:ident) => {{
        let (visitor, stop) = example!(@visitor $server);
        let runtime = ::compio::runtime::Runtime::new().expect("it starts");
        $listener.set_nonblocking(true).expect("it is a socket");
        let cut = runtime.block_on(async {
            let listener = ::compio::runtime::fd::PollFd::new($listener);
            let listener = listener.expect("it is a socket");
            serve($connections, GRACE, listener, stop, hello).await
        });
        visitor.join().expect("the visitor is content");
        cut
    }};
    (@compio_per_core $connections:expr, $listener:ident, $server:ident) => {{
        let stop = ::tokio_util::sync::CancellationToken::new();
        let stopped = stop.clone();
        let visitor = thread::spawn(move || {
            if $server.port() != 0 {
                visit($server, || stopped.cancel());
            }
        });
        let driver = ::compio::driver::ProactorBuilder::new();
        let cut = serve(2, $connections, GRACE, &driver, $listener, &stop, hello);
        visitor.join().expect("the visitor is content");
        cut.expect("threads start")
    }};
    (@async_std $connections:expr, $listener:ident, $server:ident) => {{
        let (visitor, stop) = example!(@visitor $server);
        let listener = ::async_std::net::TcpListener::from($listener);
        let served = serve($connections, GRACE, listener, stop, hello);
        let cut = ::async_std::task::block_on(served);
        visitor.join().expect("the visitor is content");
        cut
    }};
}

example!(std_only, std);
example!(crossbeam, crossbeam);
example!(tokio, tokio);
example!(tokio_current_thread, current_thread);
example!(tokio_per_core, per_core);
example!(axum, axum);
example!(smol, smol);
example!(compio, compio);
example!(compio_per_core, compio_per_core);
example!(async_std, async_std);
