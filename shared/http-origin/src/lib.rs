//! The origin: an HTTP/1.1 server whose answers are what the path asks for, and which
//! keeps a record of what it saw.
//!
//! A path is a sentence of steps ([`GRAMMAR`]): `/after/20ms/bytes/1024` is an honest
//! answer, `/bytes/4096/reset/1000` a fault. [`expected`] returns what an honest client
//! must see, [`Origin::record`] what its requests looked like from here.
//!
//! ```
//! use std::io::{Read, Write};
//!
//! let origin = http_origin::Origin::start()?;
//! let mut client = std::net::TcpStream::connect(origin.address())?;
//! client.write_all(b"GET /bytes/5 HTTP/1.0\r\n\r\n")?;
//! let mut answer = String::new();
//! client.read_to_string(&mut answer)?;
//! assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"));
//! assert_eq!(origin.record().hits("/bytes/5"), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It is one thread on epoll, so it runs on Linux only, as the rest of the workspace's
//! measuring does.
#![forbid(unsafe_code)]

mod answer;
mod body;
mod certificate;
mod clock;
mod connection;
mod connection_turn;
mod expected;
mod grammar;
mod known_paths;
mod ledger;
mod moved;
mod odd;
mod paged_list;
mod poll;
mod reader;
mod record;
mod request;
mod script;
mod segment;
mod sentence;
mod server;
mod session;
mod snapshots;
mod socket;
mod timers;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

pub use certificate::{Authority, Certificate};
pub use clock::now_ns;
pub use expected::{Expected, Fault, digest, expected, is_own};
pub use grammar::{GRAMMAR, GrammarError};
pub use odd::{Due, Kind, ODD, Odd};
pub use record::{End, Exchange, Phase, Record};
pub use sentence::{Content, Drip, Ending, Framing, Refusals, Sentence};

use poll::Poller;
use rustls::ServerConfig;
use server::Server;
use snapshots::Snapshots;

/// A running origin. Dropping it stops the thread, joins it and closes every socket.
#[derive(Debug)]
pub struct Origin {
    address: SocketAddr,
    /// `http` or `https`.
    scheme: &'static str,
    snapshots: Arc<Snapshots>,
    /// Joined by the drop, which takes it.
    thread: Option<JoinHandle<()>>,
}

/// Why an origin did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is taken, not this machine's, or not allowed.
    #[error("can't listen on {address}: {source}; {}", advice(source))]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// The system's error.
        source: io::Error,
    },
    /// The system has no descriptors or threads left.
    #[error("can't start the origin's thread and poller: {0}")]
    Start(#[from] io::Error),
    /// The system has no randomness for a key.
    #[error("can't make a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
}

impl Origin {
    /// Starts an origin on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// [`Error`], where the system has run out of ports, descriptors or threads.
    pub fn start() -> Result<Origin, Error> {
        Origin::start_on(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
    }

    /// Starts an origin on `address`; port 0 is any free one. An address that an origin
    /// has just left can be taken at once (`SO_REUSEADDR`).
    ///
    /// # Errors
    /// [`Error::Listen`], where the address can't be had; otherwise as [`Origin::start`].
    pub fn start_on(address: SocketAddr) -> Result<Origin, Error> {
        Origin::serve(address, None)
    }

    /// Starts an origin that speaks https on `address`, and shows this certificate, which
    /// `authority` signs.
    ///
    /// # Errors
    /// As [`Origin::start_on`]; [`Error::Certificate`], where no certificate can be made.
    pub fn start_tls(
        address: SocketAddr,
        authority: &Authority,
        certificate: Certificate,
    ) -> Result<Origin, Error> {
        let tls = authority.server(certificate, address.ip())?;
        Origin::serve(address, Some(tls))
    }

    fn serve(
        address: SocketAddr,
        tls: Option<Arc<ServerConfig>>,
    ) -> Result<Origin, Error> {
        let scheme = if tls.is_some() { "https" } else { "http" };
        let listen = |source| Error::Listen { address, source };
        let listener = TcpListener::bind(address).map_err(listen)?;
        // The standard library's 128 overflow when a thousand clients come at once, and
        // each that is dropped comes again a second later.
        rustix::net::listen(&listener, BACKLOG).map_err(io::Error::from)?;
        let address = listener.local_addr()?;
        let (poller, waker) = Poller::new()?;
        let snapshots = Arc::new(Snapshots::new(waker));
        // A server holds what only its own thread may touch, so it is made there.
        let (started, made) = std::sync::mpsc::channel();
        let loops = Arc::clone(&snapshots);
        let serve = move || match Server::new(listener, tls, poller, loops) {
            Ok(server) => {
                // The receiver waits for this word, unless its thread has panicked.
                let _ = started.send(Ok(()));
                server.run();
            }
            Err(error) => drop(started.send(Err(error))),
        };
        let thread = std::thread::Builder::new()
            .name("origin".to_owned())
            .spawn(serve)?;
        let origin = Origin {
            address,
            scheme,
            snapshots,
            thread: Some(thread),
        };
        made.recv()
            .expect("the origin's thread says how it started")?;
        Ok(origin)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a path: `http://127.0.0.1:PORT` and the path, or `https://`.
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// What it has seen until now.
    pub fn record(&self) -> Record {
        self.snapshots.record()
    }

    /// Waits until the record satisfies `condition`, which is asked when the record has
    /// changed, a few thousand times a second at most. False if `limit` passes first.
    pub fn wait_for(&self, limit: Duration, condition: impl Fn(&Record) -> bool) -> bool {
        self.snapshots.wait_for(limit, condition)
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.snapshots.stop();
        if let Some(thread) = self.thread.take() {
            // The panic hook has reported a panic of the loop; no caller is left to
            // return it to.
            let _ = thread.join();
        }
    }
}

/// Connections that may wait to be accepted; the system may allow fewer.
const BACKLOG: i32 = 4096;

/// What to do about an address that can't be had.
fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrInUse => "stop the program that uses it, or take port 0",
        io::ErrorKind::PermissionDenied => "take a port above 1023",
        _ => "take an address of this machine, such as 127.0.0.1:0",
    }
}
