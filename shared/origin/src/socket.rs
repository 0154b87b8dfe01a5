//! The one place where bytes pass between the origin and a client.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::net::sockopt;

/// A client's connection, non-blocking. Dropping it sends a FIN, or an RST if bytes of the
/// client's lie unread.
#[derive(Debug)]
pub(crate) struct Socket(TcpStream);

/// What came of one read or write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moved {
    /// So many bytes passed, at least one.
    Bytes(usize),
    /// Nothing can pass now.
    Blocked,
    /// The client has hung up or reset the connection.
    Lost,
}

impl Socket {
    /// Takes over an accepted, non-blocking socket.
    pub(crate) fn new(fd: OwnedFd) -> Socket {
        let stream = TcpStream::from(fd);
        // Only latency is lost where it can't be set.
        let _ = stream.set_nodelay(true);
        Socket(stream)
    }

    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Moved {
        moved(self.0.read(buffer))
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Moved {
        moved(self.0.write(bytes))
    }

    /// Makes the drop send an RST.
    pub(crate) fn reset_on_drop(&self) {
        // It fails only on a connection that is gone, where nothing can be sent anyway.
        let _ = sockopt::set_socket_linger(&self.0, Some(Duration::ZERO));
    }

    /// Sends a FIN and still takes what the client sends.
    pub(crate) fn end(&self) {
        // As above: on a connection that is gone there is nothing to end.
        let _ = self.0.shutdown(Shutdown::Write);
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

fn moved(result: io::Result<usize>) -> Moved {
    match result {
        Ok(0) => Moved::Lost,
        Ok(bytes) => Moved::Bytes(bytes),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Moved::Blocked,
        Err(_) => Moved::Lost,
    }
}
