//! Connections: sockets that carry one request at a time.

use std::io;
use std::net::{SocketAddr, TcpStream};

use rustix::io::Errno;
use rustix::net::{
    AddressFamily, SocketFlags, SocketType, connect, socket_with, sockopt,
};

use crate::answer::Answer;
use crate::tally::Asked;

/// One of the plan's connections, open or not.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) stream: Option<TcpStream>,
    pub(crate) state: State,
    pub(crate) answer: Answer,
    /// The bytes of the request that is under way.
    pub(crate) request: Vec<u8>,
}

/// What a connection is doing. Times are nanoseconds on the clock.
#[derive(Clone, Copy, Debug)]
pub(crate) enum State {
    /// It could not be opened, and is tried again later.
    Closed {
        again: u64,
    },
    Opening {
        since: u64,
    },
    Free {
        since: u64,
    },
    /// This many bytes of its request were written.
    Busy {
        asked: Asked,
        written: usize,
    },
}

impl Connection {
    pub(crate) fn new() -> Connection {
        Connection {
            stream: None,
            state: State::Closed { again: 0 },
            answer: Answer::new(),
            request: Vec::new(),
        }
    }
}

/// Begins to open a connection. It is open when its socket becomes writable and
/// [`is_open`] agrees.
pub(crate) fn open(address: SocketAddr) -> io::Result<TcpStream> {
    let family = match address {
        SocketAddr::V4(_) => AddressFamily::INET,
        SocketAddr::V6(_) => AddressFamily::INET6,
    };
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = socket_with(family, SocketType::STREAM, flags, None)?;
    sockopt::set_tcp_nodelay(&socket, true)?;
    match connect(&socket, &address) {
        Ok(()) | Err(Errno::INPROGRESS) => Ok(TcpStream::from(socket)),
        Err(error) => Err(error.into()),
    }
}

/// Whether the connection was opened, once its socket is writable.
pub(crate) fn is_open(stream: &TcpStream) -> io::Result<()> {
    Ok(sockopt::socket_error(stream)??)
}
