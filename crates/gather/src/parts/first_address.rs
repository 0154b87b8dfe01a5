//! A connection to the first of a host's addresses that answers.
//!
//! A name may have several, and one of them may lead nowhere: who tries one after the other
//! waits for it until the time is up. So each is tried a while after the one before, and
//! beside it, the two families by turns (RFC 8305, 4 and 5).

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
    pin::pin,
    time::Duration,
};

use futures_util::{
    future::{Either, select},
    stream::{FuturesUnordered, StreamExt},
};

/// How long an address is waited for before the next is tried as well.
const PAUSE: Duration = Duration::from_millis(250);

/// The first stream that `connect` opens to one of these addresses. `sleep` is the runtime's.
///
/// # Errors
/// The last one's, if all have failed.
pub async fn connect_first<S, C, P>(
    addresses: impl IntoIterator<Item = SocketAddr>,
    connect: impl Fn(SocketAddr) -> C,
    sleep: impl Fn(Duration) -> P,
) -> io::Result<S>
where
    C: Future<Output = io::Result<S>>,
    P: Future,
{
    let mut waiting = by_turns(addresses).into_iter();
    let mut tries = FuturesUnordered::new();
    let mut error = io::Error::new(ErrorKind::NotFound, "the host has no address");
    loop {
        tries.extend(waiting.next().map(&connect));
        let ended = match waiting.len() {
            0 => tries.next().await,
            _ => match select(tries.next(), pin!(sleep(PAUSE))).await {
                Either::Left((ended, _)) => ended,
                Either::Right(_) => continue,
            },
        };
        match ended {
            Some(Ok(stream)) => return Ok(stream),
            Some(Err(failed)) => error = failed,
            None => return Err(error),
        }
    }
}

/// The order of the look-up, but for the families.
fn by_turns(addresses: impl IntoIterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    let mut addresses = addresses.into_iter().peekable();
    let is_first_ipv4 = addresses.peek().is_some_and(SocketAddr::is_ipv4);
    let (like, unlike): (Vec<_>, Vec<_>) =
        addresses.partition(|address| address.is_ipv4() == is_first_ipv4);
    let (mut like, mut unlike) = (like.into_iter(), unlike.into_iter());
    let mut ordered = Vec::new();
    loop {
        match (like.next(), unlike.next()) {
            (None, None) => return ordered,
            (one, other) => ordered.extend(one.into_iter().chain(other)),
        }
    }
}
