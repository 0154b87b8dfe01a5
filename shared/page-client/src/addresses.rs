//! Every address of a name is tried, as RFC 8305 has it. The two families take turns,
//! each address is tried a while after the one before, and the first that answers is
//! taken.

use std::{net::SocketAddr, time::Duration};

/// How long an address is waited for before the next is tried as well (RFC 8305, 5).
pub const DELAY: Duration = Duration::from_millis(250);

/// The addresses in the order in which they are tried. It is the order of the look-up,
/// but the families take turns, so that one that leads nowhere delays nothing for long
/// (RFC 8305, 4).
pub(crate) fn in_turn(addresses: &[SocketAddr]) -> Vec<SocketAddr> {
    let Some(first) = addresses.first() else {
        return Vec::new();
    };
    let is_like_first = |address: &&SocketAddr| address.is_ipv4() == first.is_ipv4();
    let (like, unlike): (Vec<&SocketAddr>, Vec<&SocketAddr>) =
        addresses.iter().partition(is_like_first);
    let (mut like, mut unlike) = (like.into_iter(), unlike.into_iter());
    let mut ordered = Vec::with_capacity(addresses.len());
    while ordered.len() < addresses.len() {
        ordered.extend(like.next());
        ordered.extend(unlike.next());
    }
    ordered
}

#[cfg(feature = "futures-io")]
pub use racing::first;

#[cfg(feature = "futures-io")]
mod racing {
    use std::{io, net::SocketAddr};

    use smol::{
        future::{FutureExt, pending},
        stream::StreamExt,
    };

    use super::in_turn;

    /// The first stream that `connect` opens to one of these addresses. `pause` is how
    /// long an address is waited for before the next is tried as well; one that fails is
    /// not waited for.
    ///
    /// # Errors
    /// All have failed: the last one's.
    pub async fn first<S, C, P>(
        addresses: &[SocketAddr],
        connect: impl Fn(SocketAddr) -> C,
        pause: impl Fn() -> P,
    ) -> io::Result<S>
    where
        C: Future<Output = io::Result<S>>,
        P: Future,
    {
        let mut waiting = in_turn(addresses).into_iter();
        let mut begun = futures_util::stream::FuturesUnordered::new();
        loop {
            begun.extend(waiting.next().map(&connect));
            let is_last = waiting.len() == 0;
            let next = async {
                match is_last {
                    true => pending().await,
                    false => pause().await,
                };
                Ok(None)
            };
            let ended = async {
                match begun.next().await {
                    Some(connected) => connected.map(Some),
                    None => Err(io::Error::other("the host has no address")),
                }
            };
            match ended.or(next).await {
                Ok(Some(stream)) => return Ok(stream),
                Ok(None) => {}
                Err(error) if begun.is_empty() && is_last => return Err(error),
                Err(_) => {}
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::{
        io::{self, ErrorKind},
        net::{Ipv4Addr, TcpListener},
        time::Instant,
    };

    use fetching::raw::Deaf;

    use super::*;

    /// Holds `connect`, which blocks at most for two seconds, to what must come of
    /// addresses that answer, refuse, or do neither. It checks which address it connects
    /// to, and how long that takes.
    pub(crate) fn hold(connect: impl Fn(&[SocketAddr]) -> io::Result<SocketAddr>) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let good = listener.local_addr().expect("it has an address");
        let deaf = Deaf::start().expect("a listener that is full");
        let deaf = deaf.address().expect("it has an address");
        let refusing: SocketAddr = {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
            listener.local_addr().expect("it has an address")
        };
        let (none, ms) = (Duration::ZERO, Duration::from_millis);
        for (addresses, due, least, most) in [
            (&[good][..], Ok(good), none, ms(200)),
            (&[refusing, good], Ok(good), none, ms(200)),
            (&[refusing, refusing, good], Ok(good), none, ms(200)),
            (&[deaf, good], Ok(good), DELAY, ms(600)),
            (&[deaf, refusing, good], Ok(good), DELAY, ms(600)),
            (&[deaf, deaf, good], Ok(good), 2 * DELAY, ms(900)),
            (
                &[refusing],
                Err(ErrorKind::ConnectionRefused),
                none,
                ms(200),
            ),
            (&[deaf], Err(ErrorKind::TimedOut), ms(1900), ms(2500)),
            (
                &[deaf, refusing],
                Err(ErrorKind::TimedOut),
                ms(1900),
                ms(2500),
            ),
            (&[], Err(ErrorKind::Other), none, ms(200)),
        ] {
            let begun = Instant::now();
            let connected = connect(addresses).map_err(|error| error.kind());
            let took = begun.elapsed();
            assert_eq!(connected, due, "{addresses:?}, {deaf} is deaf, {took:?}");
            assert!((least..most).contains(&took), "{addresses:?}: {took:?}");
        }
    }

    #[cfg(feature = "smol")]
    #[test]
    fn the_first_address_that_answers_is_taken() {
        use ::smol::{Timer, block_on, future::FutureExt, net::TcpStream};
        hold(|addresses| {
            let connected = first(addresses, TcpStream::connect, || Timer::after(DELAY));
            let late = async {
                Timer::after(Duration::from_secs(2)).await;
                Err(ErrorKind::TimedOut.into())
            };
            block_on(connected.or(late))?.peer_addr()
        });
    }

    #[test]
    fn the_families_take_turns() {
        let of = |texts: &[&str]| -> Vec<SocketAddr> {
            let parsed = texts.iter().map(|text| text.parse().expect("an address"));
            parsed.collect()
        };
        for (looked_up, tried) in [
            (&[][..], &[][..]),
            (&["127.0.0.1:1"], &["127.0.0.1:1"]),
            (
                &[
                    "[::1]:1",
                    "[::2]:1",
                    "[::3]:1",
                    "127.0.0.1:1",
                    "127.0.0.2:1",
                ],
                &[
                    "[::1]:1",
                    "127.0.0.1:1",
                    "[::2]:1",
                    "127.0.0.2:1",
                    "[::3]:1",
                ],
            ),
            (
                &["127.0.0.1:1", "127.0.0.2:1", "[::1]:1"],
                &["127.0.0.1:1", "[::1]:1", "127.0.0.2:1"],
            ),
        ] {
            assert_eq!(in_turn(&of(looked_up)), of(tried), "{looked_up:?}");
        }
    }
}
