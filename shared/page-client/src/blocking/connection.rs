//! Connections as ureq takes them: a socket that keeps to the request's limits, and above
//! TLS a look at how the request fares.

use std::{
    fmt,
    io::{self, ErrorKind, Read, Write},
    net::{Shutdown, TcpStream},
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use rustix::net::sockopt;
use ureq::{
    Error, Timeout,
    unversioned::transport::{
        Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, ShutdownHandle,
        Transport,
    },
};

use super::{connect::connect, request};

/// Opens sockets. It comes first.
#[derive(Debug)]
pub(super) struct Sockets;

impl Connector for Sockets {
    type Out = Socket;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _: Option<()>,
    ) -> Result<Option<Socket>, Error> {
        let stream = connect(&details.addrs, request::until()).map_err(timed_out)?;
        stream.set_nodelay(true)?;
        let stream = Arc::new(Stream(stream));
        let handle: Weak<dyn ShutdownHandle> =
            Weak::<Stream>::clone(&Arc::downgrade(&stream));
        (details.register_shutdown)(handle)?;
        let config = details.config;
        Ok(Some(Socket {
            stream,
            buffers: LazyBuffers::new(
                config.input_buffer_size(),
                config.output_buffer_size(),
            ),
        }))
    }
}

/// A socket that is given up once it is shut down from elsewhere: its close is an RST. After
/// a FIN alone, a server that waits for room to send waits for its next probe, which may be
/// seconds away.
struct Stream(TcpStream);

impl ShutdownHandle for Stream {
    fn shutdown(&self) {
        // They fail only on a connection that has ended.
        let _ = sockopt::set_socket_linger(&self.0, Some(Duration::ZERO));
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

/// A socket with ureq's buffers. ureq's own has them, too, and a time-out for a phase.
pub(super) struct Socket {
    /// Shut down from elsewhere, where the client is.
    stream: Arc<Stream>,
    buffers: LazyBuffers,
}

/// How long a socket may block from here on. The system rounds its time-outs up, the longer
/// the more, by as much as an eighth; so it is asked for less, and again.
fn wait() -> io::Result<Option<Duration>> {
    let Some(until) = request::until() else {
        return Ok(None);
    };
    match until.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(ErrorKind::TimedOut.into()),
        left => Ok(Some((left / 8 * 7).max(Duration::from_micros(100)))),
    }
}

fn write_all(mut stream: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        stream.set_write_timeout(wait()?)?;
        match stream.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(written) => bytes = &bytes[written..],
            Err(error) if is_early(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

impl Transport for Socket {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), Error> {
        let output = &self.buffers.output()[..amount];
        write_all(&self.stream.0, output).map_err(timed_out)
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
        loop {
            self.stream.0.set_read_timeout(wait().map_err(timed_out)?)?;
            let room = self.buffers.input_append_buf();
            match (&self.stream.0).read(room) {
                Ok(read) => {
                    self.buffers.input_appended(read);
                    return Ok(read > 0);
                }
                Err(error) if is_early(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Nothing can be read: neither the end nor unexpected bytes.
    fn is_open(&mut self) -> bool {
        let stream = &self.stream.0;
        let looked = stream.set_nonblocking(true).and_then(|()| {
            let read = (&self.stream.0).read(&mut [0]);
            stream.set_nonblocking(false)?;
            read
        });
        looked.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a socket to {:?}", self.stream.0.peer_addr())
    }
}

fn is_early(error: &io::Error) -> bool {
    use ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}

/// The error as ureq has it.
pub(super) fn timed_out(error: io::Error) -> Error {
    match error.kind() {
        ErrorKind::TimedOut => Error::Timeout(Timeout::Global),
        _ => error.into(),
    }
}

/// The last link of the chain: it calls this for every new connection, and watches it.
pub(super) struct Watching<F>(pub(super) F);

impl<In, F> Connector<In> for Watching<F>
where
    In: Transport,
    F: Fn() + Send + Sync + 'static,
{
    type Out = Watched<In>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Watched<In>>, Error> {
        let watched = chained.map(|connection| {
            (self.0)();
            Watched {
                connection,
                requests: 0,
                is_answered: true,
            }
        });
        Ok(watched)
    }
}

impl<F> fmt::Debug for Watching<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watching")
    }
}

/// A connection that notes whether a request was the first on it, and whether it was
/// answered.
#[derive(Debug)]
pub(super) struct Watched<T> {
    connection: T,
    requests: usize,
    /// Whether a byte has come since the latest was begun, or none was.
    is_answered: bool,
}

/// A connection that was cut is no end of a body. Neither a reset is an end, nor an end
/// of TLS without its `close_notify`. ureq takes these errors for an end (ureq 3.5,
/// src/run.rs, BodyHandler::do_read). It passes on an error that it doesn't know.
fn cut(error: Error) -> Error {
    use ErrorKind::{ConnectionAborted, ConnectionReset, UnexpectedEof};
    match error {
        Error::Io(error) => match error.kind() {
            ConnectionAborted | ConnectionReset | UnexpectedEof => {
                io::Error::other(error).into()
            }
            _ => error.into(),
        },
        error => error,
    }
}

impl<T: Transport> Transport for Watched<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.connection.buffers()
    }

    fn transmit_output(&mut self, amount: usize, next: NextTimeout) -> Result<(), Error> {
        // A long head takes more than one write, but nothing comes between.
        self.requests += usize::from(self.is_answered);
        self.is_answered = false;
        request::asks(self.requests > 1);
        self.connection.transmit_output(amount, next)
    }

    fn await_input(&mut self, next: NextTimeout) -> Result<bool, Error> {
        // To read into no room gives nothing, which ureq takes for the end.
        let input = self.connection.buffers();
        if input.input_append_buf().is_empty() {
            let room = input.input().len() >> 10;
            let why = format!("a head or a line of more than {room} KiB");
            return Err(io::Error::new(ErrorKind::InvalidData, why).into());
        }
        let has_come = self.connection.await_input(next).map_err(cut)?;
        if has_come {
            self.is_answered = true;
            request::hears();
        }
        Ok(has_come)
    }

    fn is_open(&mut self) -> bool {
        self.connection.is_open()
    }

    fn is_tls(&self) -> bool {
        self.connection.is_tls()
    }
}
