//! A socket that blocks, to the first of a name's addresses that answers.

use std::{
    io::{self, ErrorKind},
    net::{SocketAddr, TcpStream},
    os::fd::OwnedFd,
    time::Instant,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    net::{AddressFamily, SocketFlags, SocketType, socket_with, sockopt::socket_error},
};

use crate::addresses::{DELAY, in_turn};

/// Connects to one of these addresses, and waits no longer than until then.
///
/// # Errors
/// `TimedOut`; or why the last of them that had an answer refused.
pub(super) fn connect(
    addresses: &[SocketAddr],
    until: Option<Instant>,
) -> io::Result<TcpStream> {
    let mut waiting = in_turn(addresses).into_iter();
    let mut begun = Vec::new();
    let mut why = io::Error::other("the host has no address");
    loop {
        match waiting.next().map(begin) {
            Some(Ok(socket)) => begun.push(socket),
            Some(Err(error)) => why = error,
            None if begun.is_empty() => return Err(why),
            None => {}
        }
        // One that fails is followed by the next at once.
        let mut next = (waiting.len() > 0).then(|| Instant::now() + DELAY);
        while !begun.is_empty() {
            if until.is_some_and(|until| until <= Instant::now()) {
                return Err(ErrorKind::TimedOut.into());
            }
            if next.is_some_and(|next| next <= Instant::now()) {
                break;
            }
            let Some(ended) = wait(&begun, earlier(next, until))? else {
                continue;
            };
            let socket = begun.swap_remove(ended);
            match socket_error(&socket)? {
                Ok(()) => {
                    let stream = TcpStream::from(socket);
                    stream.set_nonblocking(false)?;
                    return Ok(stream);
                }
                Err(error) => {
                    why = error.into();
                    if next.take().is_some() {
                        break;
                    }
                }
            }
        }
    }
}

/// A socket that is being connected.
fn begin(address: SocketAddr) -> io::Result<OwnedFd> {
    let family = match address {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = socket_with(family, SocketType::STREAM, flags, None)?;
    match rustix::net::connect(&socket, &address) {
        Ok(()) | Err(Errno::INPROGRESS | Errno::INTR) => Ok(socket),
        Err(error) => Err(error.into()),
    }
}

/// Waits until one of these sockets is connected, or failed, and returns its place; `None`
/// if it was too late first.
fn wait(begun: &[OwnedFd], until: Option<Instant>) -> io::Result<Option<usize>> {
    let poll_fd = |socket| PollFd::new(socket, PollFlags::OUT);
    let mut polled: Vec<_> = begun.iter().map(poll_fd).collect();
    let left = until.map(|until| {
        let left = until.saturating_duration_since(Instant::now());
        Timespec::try_from(left).unwrap_or(Timespec {
            tv_sec: i64::MAX,
            tv_nsec: 0,
        })
    });
    match poll(&mut polled, left.as_ref()) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(polled.iter().position(|one| !one.revents().is_empty()))
}

fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        _ => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_first_address_that_answers_is_taken() {
        crate::addresses::tests::hold(|addresses| {
            let until = Instant::now() + Duration::from_secs(2);
            connect(addresses, Some(until))?.peer_addr()
        });
    }
}
