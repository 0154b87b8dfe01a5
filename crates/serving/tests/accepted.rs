//! What becomes of a client when the `accept` that has it is stopped, on each of compio's
//! drivers. io_uring is tried where the system has it.

use std::{
    future::poll_fn,
    io::{ErrorKind, Read},
    net::{self, Ipv4Addr},
    pin::pin,
    task::Poll,
    thread,
    time::Duration,
};

use compio::{
    driver::{DriverType, ErrorExt, ProactorBuilder},
    net::TcpListener,
    runtime::{CancelToken, FutureExt, Runtime, RuntimeBuilder},
    time::{sleep, timeout},
};
use test_fixtures::lacks_io_uring;

/// Long enough for loopback, and for the kernel to do what it was asked for.
const WHILE: Duration = Duration::from_millis(50);
/// What is asked to end does so long before; in an optimised build it never does
/// (compio-runtime 0.12.6, src/waker/ext.rs, get_ext).
const LIMIT: Duration = Duration::from_secs(10);

/// How an `accept` is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    Dropped,
    AskedToEnd,
}

/// What becomes of its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Client {
    /// Its connection is closed, and nobody has seen it.
    Closed,
    /// The `accept` returns it.
    Returned,
    /// It waits for the next `accept`.
    Waits,
}

/// A runtime on this driver, if the system has it.
fn runtime(driver: DriverType) -> Option<Runtime> {
    if let (DriverType::IoUring, Some(why)) = (driver, lacks_io_uring()) {
        eprintln!("{why}");
        return None;
    }
    let mut proactor = ProactorBuilder::new();
    proactor.driver_type(driver);
    let runtime = RuntimeBuilder::new().with_proactor(proactor).build();
    Some(runtime.expect("a runtime"))
}

/// Stops an `accept` just after its client has come.
async fn stopped(stop: Stop) -> Client {
    let listener = net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("it has an address");
    let listener = TcpListener::from_std(listener).expect("it is a socket");
    let accepting = CancelToken::new();
    let mut client = {
        let mut accept = pin!(listener.accept().with_cancel(accepting.clone()));
        let begun = poll_fn(|context| Poll::Ready(accept.as_mut().poll(context))).await;
        assert!(begun.is_pending(), "there is no client");
        sleep(WHILE).await;
        let client = net::TcpStream::connect(address).expect("it listens");
        // Meanwhile compio has no turn, so the kernel has not been asked to stop.
        thread::sleep(WHILE);
        if stop == Stop::AskedToEnd {
            accepting.cancel();
            let accepted = timeout(LIMIT, accept).await;
            match accepted.expect("it was asked to end") {
                Ok(_) => return Client::Returned,
                Err(error) => assert!(error.is_cancelled(), "{error}"),
            }
        }
        client
    };
    sleep(WHILE).await;
    client.set_read_timeout(Some(WHILE)).expect("a time-out");
    match client.read(&mut [0]) {
        Ok(0) => Client::Closed,
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            listener.accept().await.expect("it is still there");
            Client::Waits
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn io_uring_may_have_accepted_what_nobody_waits_for() {
    for (driver, stop, due) in [
        (DriverType::IoUring, Stop::Dropped, Client::Closed),
        (DriverType::IoUring, Stop::AskedToEnd, Client::Returned),
        (DriverType::Poll, Stop::Dropped, Client::Waits),
        (DriverType::Poll, Stop::AskedToEnd, Client::Waits),
    ] {
        if let Some(runtime) = runtime(driver) {
            let client = runtime.block_on(stopped(stop));
            assert_eq!(client, due, "{driver:?}, {stop:?}");
        }
    }
}
