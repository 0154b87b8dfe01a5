//! `gather` on numbers and sleeps, and each client on a local socket.

use std::{
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpListener},
    sync::{Arc, Barrier},
    thread,
    time::{Duration, Instant},
};

use taken_home::gather;

const PAUSE: Duration = Duration::from_millis(20);
const LIMIT: Duration = Duration::from_secs(10);

/// Five panics, and where work is a future that is before there is one.
fn begin(number: u32) {
    assert_ne!(number, 5, "five is not begun");
}

/// A square; three panics.
fn square(number: u32) -> u32 {
    assert_ne!(number, 3, "three is not liked");
    number * number
}

/// Holds the results of 0 to 49, and the time that they took, against what was due.
fn check<E>(ended: Vec<Result<u32, E>>, took: Duration) {
    assert_eq!(ended.len(), 50);
    for (number, end) in (0..).zip(ended) {
        let panics = matches!(number, 3 | 5);
        assert_eq!(end.ok(), (!panics).then_some(number * number));
    }
    assert!(took < PAUSE * 50 / 2, "{took:?}: not all at once");
}

/// Work that is a future, the later the shorter; `sleep` is the runtime's.
macro_rules! work {
    ($sleep:expr) => {
        |number: u32| {
            begin(number);
            async move {
                $sleep(PAUSE * (50 - number) / 50).await;
                square(number)
            }
        }
    };
}

macro_rules! example {
    ($lesson:ident, $manner:ident) => {
        #[test]
        fn $lesson() {
            let started = Instant::now();
            let ended = example!(@$manner gather::$lesson::gather);
            check(ended, started.elapsed());
        }
    };
    (@blocking $gather:path) => {{
        // All at once: each waits for all others. It may borrow what the caller has.
        let all = Barrier::new(50);
        let work = |number: u32| {
            all.wait();
            begin(number);
            square(number)
        };
        $gather(0..50, work).expect("threads start")
    }};
    (@executor $gather:path) => {{
        let executor = smol::Executor::new();
        let ended = $gather(&executor, 0..50, work!(smol::Timer::after));
        smol::block_on(executor.run(ended))
    }};
    (@tokio $gather:path) => {
        runtime().block_on($gather(0..50, work!(tokio::time::sleep)))
    };
    (@per_core $gather:path) => {
        $gather(2, 0..50, work!(tokio::time::sleep)).expect("threads start")
    };
    (@compio $gather:path) => {
        compio_runtime().block_on($gather(0..50, work!(compio::time::sleep)))
    };
    (@async_std $gather:path) => {
        async_std::task::block_on($gather(0..50, work!(async_std::task::sleep)))
    };
}

taken_home::gather!(example);

fn runtime() -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_multi_thread();
    { runtime }.enable_all().build().expect("it starts")
}

fn compio_runtime() -> compio::runtime::Runtime {
    compio::runtime::Runtime::new().expect("it starts")
}

/// The clients, each on a server that answers once.
mod clients {
    use super::*;

    /// Holds what a client wrote and returned, for the URL that it is given, against what
    /// the server answered.
    fn check<E: std::fmt::Debug>(
        fetch: impl FnOnce(&str, &mut Vec<u8>) -> Result<u16, E>,
    ) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("it has one");
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client comes");
            let reader = BufReader::new(stream.try_clone().expect("a descriptor"));
            let lines = reader.lines().map_while(Result::ok);
            let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
            stream
                .write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello")
                .expect("it is read");
            head
        });
        let mut body = Vec::new();
        let status = fetch(&format!("http://{address}/a?b#c"), &mut body);
        assert_eq!(status.expect("it is an answer"), 404);
        assert_eq!(body, b"hello");
        let head = server.join().expect("it does not panic");
        assert_eq!(head[0], "GET /a?b HTTP/1.1");
        let host = format!("host: {address}");
        assert!(
            head.iter().any(|line| line.to_lowercase() == host),
            "{head:?}"
        );
    }

    fn trust_nobody() -> Arc<rustls::ClientConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring speaks them all")
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        Arc::new(tls)
    }

    #[test]
    fn std_only() {
        let tls = trust_nobody();
        check(|url, body| gather::std_only::fetch(&tls, LIMIT, url, body));
    }

    #[test]
    fn crossbeam() {
        let agent =
            ureq::Agent::new_with_config(gather::crossbeam::client(LIMIT).build());
        check(|url, body| gather::crossbeam::fetch(&agent, url, body));
    }

    macro_rules! reqwest {
        ($($lesson:ident)*) => { $(
            #[test]
            fn $lesson() {
                let tls = Arc::unwrap_or_clone(trust_nobody());
                let client = gather::$lesson::client(LIMIT);
                let client = client.tls_backend_preconfigured(tls).build();
                let client = client.expect("it takes its settings");
                let runtime = super::runtime();
                check(|url, body| {
                    runtime.block_on(gather::$lesson::fetch(&client, url, body))
                });
            }
        )* };
    }

    macro_rules! hyper {
        ($($lesson:ident)*, $block_on:expr) => { $(
            #[test]
            fn $lesson() {
                let tls = trust_nobody().into();
                check(|url, body| {
                    $block_on(gather::$lesson::fetch(&tls, LIMIT, url, body))
                });
            }
        )* };
    }

    reqwest! { tokio tokio_current_thread }
    hyper! {
        tokio_hyper tokio_hyper_block_on tokio_hyper_current_thread tokio_hyper_per_core
        join_all futures_concurrency,
        |fetch| super::runtime().block_on(fetch)
    }
    hyper! { smol smol_one_thread, ::smol::block_on }
    hyper! { compio compio_polling, |fetch| super::compio_runtime().block_on(fetch) }
    hyper! { async_std, ::async_std::task::block_on }

    #[test]
    fn surf() {
        let client = gather::surf::client(1).expect("it takes its settings");
        check(|url, body| {
            async_std::task::block_on(gather::surf::fetch(&client, LIMIT, url, body))
        });
    }
}
