//! A TLS session over a client's socket: the same reads and writes, with records between.
//!
//! It ends as the socket does. Only a farewell shows the client that nothing is missing.
//! A connection that is cut has none, so a truncated answer stays truncated.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::{ServerConfig, ServerConnection};

use crate::moved::{Moved, moved};

#[derive(Debug)]
pub(crate) struct Session {
    tls: ServerConnection,
    /// Bytes of the caller's that are encrypted in records, and not yet written to the
    /// socket whole.
    owed: usize,
}

impl Session {
    pub(crate) fn new(config: &Arc<ServerConfig>) -> Session {
        let tls = ServerConnection::new(Arc::clone(config));
        let mut tls = tls.expect("a config without a fragment size is accepted");
        // The caller bounds the bytes of one write.
        tls.set_buffer_limit(None);
        Session { tls, owed: 0 }
    }

    /// Reads until the buffer is full or the socket empty: a short read means here too
    /// that the next edge reports more.
    pub(crate) fn read(&mut self, stream: &mut TcpStream, buffer: &mut [u8]) -> Moved {
        let mut filled = 0;
        while filled < buffer.len() {
            let end = match moved(self.tls.reader().read(&mut buffer[filled..])) {
                Moved::Bytes(bytes) => {
                    filled += bytes;
                    continue;
                }
                Moved::Ended | Moved::Lost => Moved::Lost,
                Moved::Blocked => match self.receive(stream) {
                    Moved::Bytes(_) => continue,
                    end => end,
                },
            };
            if filled == 0 {
                return end;
            }
            break;
        }
        Moved::Bytes(filled)
    }

    /// Takes records from the socket, and answers those that are the session's own.
    fn receive(&mut self, stream: &mut TcpStream) -> Moved {
        let received = moved(self.tls.read_tls(stream));
        if received == Moved::Blocked {
            return Moved::Blocked;
        }
        let sound = self.tls.process_new_packets().is_ok();
        // A handshake's next message, or the alert that names the error. A fresh socket
        // has room for all of a handshake; what is left of it is sent with the next read
        // or write.
        match self.flush(stream) {
            Moved::Bytes(_) | Moved::Blocked if sound => received,
            _ => Moved::Lost,
        }
    }

    /// Writes all of `bytes` or, where the socket is full, none yet. Then the caller must
    /// call again with the same bytes.
    pub(crate) fn write(&mut self, stream: &mut TcpStream, bytes: &[u8]) -> Moved {
        if self.owed == 0 {
            let taken = self.tls.writer().write(bytes);
            self.owed = taken.expect("a buffer without a limit takes everything");
        }
        match self.flush(stream) {
            Moved::Bytes(_) => Moved::Bytes(std::mem::take(&mut self.owed)),
            other => other,
        }
    }

    /// Signals to the client that this was all.
    pub(crate) fn farewell(&mut self, stream: &mut TcpStream) {
        self.tls.send_close_notify();
        // The connection is closed next; a client that has left misses nothing.
        let _ = self.flush(stream);
    }

    /// Sends records until none are left, which is `Bytes`, or the socket takes no more.
    fn flush(&mut self, stream: &mut TcpStream) -> Moved {
        while self.tls.wants_write() {
            match moved(self.tls.write_tls(stream)) {
                Moved::Bytes(_) => {}
                other => return other,
            }
        }
        Moved::Bytes(0)
    }
}
