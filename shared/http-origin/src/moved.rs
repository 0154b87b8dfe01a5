//! The result of a read or a write, on a socket or in a session.

use std::io::{self, ErrorKind};

/// The result of one read or write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moved {
    /// This number of bytes passed, at least one.
    Bytes(usize),
    /// Nothing can pass now.
    Blocked,
    /// The client sends no more, and may still read: a FIN came.
    Ended,
    /// The client has hung up or reset the connection.
    Lost,
}

/// The result of a call, from what it returned.
pub(crate) fn moved(result: io::Result<usize>) -> Moved {
    match result {
        Ok(0) => Moved::Lost,
        Ok(bytes) => Moved::Bytes(bytes),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Moved::Blocked,
        Err(_) => Moved::Lost,
    }
}
