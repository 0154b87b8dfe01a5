//! The one place where bytes pass between the origin and a client.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use rustix::net::sockopt;
use rustls::ServerConfig;

use crate::moved::{Moved, moved};
use crate::session::Session;

/// A client's connection, non-blocking. Dropping it sends a FIN, or an RST if bytes of the
/// client's lie unread.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    /// What stands between for https; boxed, so that plain connections stay small.
    session: Option<Box<Session>>,
}

impl Socket {
    /// Takes over an accepted, non-blocking socket; with TLS on it, if so configured.
    pub(crate) fn new(fd: OwnedFd, tls: Option<&Arc<ServerConfig>>) -> Socket {
        let stream = TcpStream::from(fd);
        // Only latency is lost where it can't be set.
        let _ = stream.set_nodelay(true);
        let session = tls.map(|config| Box::new(Session::new(config)));
        Socket { stream, session }
    }

    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Moved {
        match &mut self.session {
            None => match self.stream.read(buffer) {
                Ok(0) => Moved::Ended,
                read => moved(read),
            },
            Some(session) => session.read(&mut self.stream, buffer),
        }
    }

    /// After `Blocked`, what is written next must begin with the same bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Moved {
        match &mut self.session {
            None => moved(self.stream.write(bytes)),
            Some(session) => session.write(&mut self.stream, bytes),
        }
    }

    /// Makes the drop send an RST.
    pub(crate) fn reset_on_drop(&self) {
        // It fails only on a connection that is closed, where nothing can be sent anyway.
        let _ = sockopt::set_socket_linger(&self.stream, Some(Duration::ZERO));
    }

    /// Signals to the client, where the protocol can, that nothing was left out.
    pub(crate) fn farewell(&mut self) {
        if let Some(session) = &mut self.session {
            session.farewell(&mut self.stream);
        }
    }

    /// Sends a FIN and still takes what the client sends.
    pub(crate) fn end(&mut self) {
        self.farewell();
        // As above: on a connection that is closed there is nothing to end.
        let _ = self.stream.shutdown(Shutdown::Write);
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}
