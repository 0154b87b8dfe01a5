//! An address that answers nothing does not take the time of the next.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    time::{Duration, Instant},
};

use fetching::raw::Deaf;
use gather::variants::{first_address::connect_first, std_only::timed::TimedStream};
use smol::{Timer, block_on, net::TcpStream};

/// How long each address is waited for.
const PAUSE: Duration = Duration::from_millis(250);
/// As late as a busy machine may be.
const LATE: Duration = Duration::from_secs(1);

/// Holds `connect`to what must come of addresses that answer, refuse, or do neither.
fn hold(connect: impl Fn(&[SocketAddr]) -> io::Result<()>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let good = listener.local_addr().expect("it has an address");
    let deaf = Deaf::start().expect("a listener that is full");
    let deaf = deaf.address().expect("it has an address");
    let refusing: SocketAddr = {
        let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        closed.local_addr().expect("it has an address")
    };
    for (addresses, pauses) in [
        (&[good][..], 0),
        (&[refusing, good], 0),
        (&[deaf, good], 1),
        (&[deaf, refusing, deaf, good], 2),
    ] {
        let begun = Instant::now();
        connect(addresses).expect("one of them answers");
        let (took, least) = (begun.elapsed(), PAUSE * pauses);
        assert!(
            (least..least + LATE).contains(&took),
            "{addresses:?} of which {deaf} is deaf: {took:?}"
        );
        let (served, _) = listener.accept().expect("it connected");
        drop(served);
    }
    let error = connect(&[refusing]).expect_err("nobody is there");
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    connect(&[]).expect_err("there is no address");
}

#[test]
fn racing() {
    hold(|addresses| {
        let addresses = addresses.iter().copied();
        block_on(connect_first(addresses, TcpStream::connect, Timer::after)).map(drop)
    });
}

#[test]
fn one_after_the_other() {
    hold(|addresses| {
        let deadline = Instant::now() + 4 * LATE;
        TimedStream::connect(addresses, deadline).map(drop)
    });
}
