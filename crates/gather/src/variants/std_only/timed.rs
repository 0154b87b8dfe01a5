//! A socket that gives up at a deadline: what `TcpStream` lacks, whose time-outs are for
//! one read or one write.
//!
//! A server that sends a byte now and then keeps every single read short and the whole
//! endless. So each read and each write gets only what is left of the time.
//!
//! A call that has a time-out is not resumed after the process was stopped and continued: it
//! fails with `Interrupted` (signal(7)), and is tried again here.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

/// How long an address is waited for if there is another (RFC 8305, 5).
const PAUSE: Duration = Duration::from_millis(250);

/// A connection of which no call returns much later than the deadline. A call that it cuts
/// short fails with what the system calls that, `WouldBlock` or `TimedOut`; one that comes
/// later, with `TimedOut`.
#[derive(Debug)]
pub struct TimedStream {
    stream: TcpStream,
    deadline: Instant,
}

impl TimedStream {
    /// Connects to the first of these addresses that answers. One that leads nowhere takes no
    /// longer than `PAUSE` of those behind it.
    pub fn connect(addresses: &[SocketAddr], deadline: Instant) -> io::Result<Self> {
        let mut failed = io::Error::new(ErrorKind::NotFound, "the host has no address");
        for (index, address) in addresses.iter().enumerate() {
            let left = left(deadline)?;
            let limit = match index + 1 == addresses.len() {
                true => left,
                false => left.min(PAUSE),
            };
            match TcpStream::connect_timeout(address, limit) {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    return Ok(Self { stream, deadline });
                }
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }
}

impl Read for TimedStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.stream.set_read_timeout(Some(left(self.deadline)?))?;
            match self.stream.read(buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }
}

impl Write for TimedStream {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        loop {
            self.stream.set_write_timeout(Some(left(self.deadline)?))?;
            match self.stream.write(buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// What is left of the time; never zero, which would mean for ever.
fn left(deadline: Instant) -> io::Result<Duration> {
    match deadline.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(ErrorKind::TimedOut.into()),
        left => Ok(left),
    }
}
