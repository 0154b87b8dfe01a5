//! A server on loopback whose answers are written by hand: what no origin would send.

use std::{
    fmt, io,
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// How long a connection waits before it looks whether the server is to end.
const LOOK: Duration = Duration::from_millis(50);
/// How long an answer without an end lasts, if no client ends it.
const MOST: Duration = Duration::from_secs(6);

/// A request as the server saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The path.
    pub path: String,
    /// The place of its connection among all that were accepted.
    pub connection: usize,
    /// How many requests the connection had carried before.
    pub before: usize,
}

/// What a server does once it has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It waits for the next request.
    Keep,
    /// It closes the connection.
    Close,
}

/// A server that answers by hand. Dropping it ends every connection.
pub struct RawServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// Joined by the drop, which takes it.
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    is_over: AtomicBool,
    asked: Mutex<Vec<Asked>>,
}

/// The connection on which an answer is written.
pub struct Client<'a> {
    stream: TcpStream,
    shared: &'a Shared,
}

impl RawServer {
    /// Starts a server on a free port of 127.0.0.1. `answer` writes the answer to each
    /// request; an error closes the connection.
    ///
    /// # Errors
    /// The system has no port or no thread left.
    pub fn start<F>(answer: F) -> io::Result<Self>
    where
        F: Fn(&Asked, &mut Client<'_>) -> io::Result<Then> + Send + Sync + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            is_over: AtomicBool::new(false),
            asked: Mutex::new(Vec::new()),
        });
        let server = Arc::clone(&shared);
        let serve = move || server.serve(&listener, &answer);
        let thread = thread::Builder::new().name("raw server".to_owned());
        Ok(Self {
            address,
            shared,
            thread: Some(thread.spawn(serve)?),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The requests that it has seen, in the order in which they came.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared.lock().clone()
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Asked>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    fn serve<F>(&self, listener: &TcpListener, answer: &F)
    where
        F: Fn(&Asked, &mut Client<'_>) -> io::Result<Then> + Sync,
    {
        thread::scope(|scope| {
            for (connection, stream) in listener.incoming().enumerate() {
                if self.is_over() {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let talk = move || self.talk(connection, stream, answer);
                // Where no thread is to be had the connection is closed.
                drop(thread::Builder::new().spawn_scoped(scope, talk));
            }
        });
    }

    /// Answers what one connection asks for, until that ends.
    fn talk<F>(&self, connection: usize, stream: TcpStream, answer: &F) -> io::Result<()>
    where
        F: Fn(&Asked, &mut Client<'_>) -> io::Result<Then>,
    {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(LOOK))?;
        stream.set_write_timeout(Some(LOOK))?;
        let mut requests = BufReader::new(stream.try_clone()?);
        let mut client = Client {
            stream,
            shared: self,
        };
        for before in 0.. {
            let Some(path) = self.request(&mut requests)? else {
                break;
            };
            let asked = Asked {
                path,
                connection,
                before,
            };
            self.lock().push(asked.clone());
            if answer(&asked, &mut client)? == Then::Close {
                break;
            }
        }
        Ok(())
    }

    /// The path of the next request; `None` at the end of the connection.
    fn request(&self, requests: &mut impl BufRead) -> io::Result<Option<String>> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match requests.read_until(b'\n', &mut head) {
                Ok(0) => return Ok(None),
                Ok(_) => {}
                Err(error) if is_early(&error) && !self.is_over() => {}
                Err(error) => return Err(error),
            }
        }
        let head = String::from_utf8_lossy(&head);
        let path = head.split(' ').nth(1).unwrap_or_default();
        Ok(Some(path.to_owned()))
    }
}

impl Client<'_> {
    /// Sends these bytes.
    ///
    /// # Errors
    /// The client has left, or the server is to end.
    pub fn send(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.stream.write(bytes) {
                Ok(sent) => bytes = &bytes[sent..],
                Err(error) if is_early(&error) && !self.shared.is_over() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Sends these bytes again and again, until the client leaves.
    ///
    /// # Errors
    /// It has left, or the server is to end. There is no other way out but by time.
    pub fn send_without_end(&mut self, bytes: &[u8]) -> io::Result<()> {
        let many = bytes.repeat((64 * 1024_usize).div_ceil(bytes.len()));
        let begun = Instant::now();
        while begun.elapsed() < MOST {
            self.send(&many)?;
        }
        Ok(())
    }
}

/// An address that never answers: a listener that accepts no connection, and has no room
/// for more.
#[derive(Debug)]
pub struct Deaf {
    listener: TcpListener,
    /// Those that fill it.
    _waiting: Vec<TcpStream>,
}

impl Deaf {
    /// One on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// The system has no port left, or accepts every connection.
    pub fn start() -> io::Result<Self> {
        Self::start_on((Ipv4Addr::LOCALHOST, 0).into())
    }

    /// One at this address.
    ///
    /// # Errors
    /// It is taken, or the system accepts every connection.
    pub fn start_on(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        rustix::net::listen(&listener, 0)?;
        let address = listener.local_addr()?;
        let mut waiting = Vec::new();
        for _ in 0..16 {
            match TcpStream::connect_timeout(&address, LOOK * 2) {
                Ok(stream) => waiting.push(stream),
                Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                    return Ok(Self {
                        listener,
                        _waiting: waiting,
                    });
                }
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other("it has room for everybody"))
    }

    /// The address at which no server answers.
    ///
    /// # Errors
    /// The system does not report it.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Drop for RawServer {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        // Wakes it, if it waits for a connection.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            // A panic of an answer has been reported by the panic hook.
            drop(thread.join());
        }
    }
}

impl fmt::Debug for RawServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a raw server on {}", self.address)
    }
}

impl fmt::Debug for Client<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a client at {:?}", self.stream.peer_addr())
    }
}

fn is_early(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}
