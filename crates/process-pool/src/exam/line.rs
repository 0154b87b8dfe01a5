//! A long line to a server, on this machine: each byte arrives later by half of a round
//! trip, each way; none is lost, and none comes out of order.
//!
//! The delay limits no bandwidth: whatever is on the line is kept in memory.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc::{Receiver, Sender, channel},
    },
    thread::{self, JoinHandle, Scope},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use async_nats::ServerAddr;
use test_fixtures::Misuse;

/// Bytes that are read at once.
const PIECE: usize = 1 << 16;
/// How long the server may take to accept a connection.
const CONNECTED_WITHIN: Duration = Duration::from_secs(5);
/// How long to wait where the machine has no more connections or threads.
const PAUSE: Duration = Duration::from_millis(10);

/// A listener whose connections lead to a server. Dropping it closes them all.
#[derive(Debug)]
pub struct Line {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    is_over: AtomicBool,
    /// Both ends of every connection, for as long as its threads have them.
    sockets: Mutex<Vec<Weak<TcpStream>>>,
}

impl Line {
    /// A line to `server` and back, which takes `round_trip`.
    ///
    /// # Errors
    /// There is no port or no thread for it.
    pub fn to(server: SocketAddr, round_trip: Duration) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let accepting = {
            let shared = Arc::clone(&shared);
            let accept = move || accept(&listener, server, round_trip / 2, &shared);
            thread::Builder::new().spawn(accept)?
        };
        Ok(Self {
            address,
            shared,
            accepting: Some(accepting),
        })
    }

    /// A line to the NATS server at this address, and the server's address by way of it.
    ///
    /// # Errors
    /// The address can't be resolved, or its certificate would not be for this machine.
    pub fn to_url(url: &str, round_trip: Duration) -> Result<(Self, String)> {
        let address: ServerAddr = url.parse()?;
        if address.tls_required() {
            let why = "--delay: a line has no certificate: use nats://, without TLS";
            return Err(Misuse(why.to_owned()).into());
        }
        let (host, port) = (address.host(), address.port());
        let server = (host, port).to_socket_addrs()?.next();
        let server = server.with_context(|| format!("{host} has no address"))?;
        let line = Self::to(server, round_trip)?;
        let user = match (address.username(), address.password()) {
            (None, _) => String::new(),
            (Some(token), None) => format!("{token}@"),
            (Some(user), Some(password)) => format!("{user}:{password}@"),
        };
        let url = format!("nats://{user}{}", line.address);
        Ok((line, url))
    }

    /// Where it begins.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Breaks all connections, with what is on the line. Returns how many there were. New
    /// ones can be made.
    pub fn cut(&self) -> usize {
        self.shared.cut() / 2
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Relaxed);
        // Wakes the thread that accepts.
        drop(TcpStream::connect(self.address));
        if let Some(accepting) = self.accepting.take() {
            // A panic of it was reported when it happened.
            drop(accepting.join());
        }
    }
}

impl Shared {
    fn sockets(&self) -> MutexGuard<'_, Vec<Weak<TcpStream>>> {
        self.sockets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes all sockets; how many there were.
    fn cut(&self) -> usize {
        let mut sockets = self.sockets();
        let open = sockets.drain(..).filter_map(|socket| socket.upgrade());
        // Fails only if it is closed.
        open.map(|socket| drop(socket.shutdown(Shutdown::Both)))
            .count()
    }
}

/// Takes connections until the line is over, and then waits until all have ended.
fn accept(listener: &TcpListener, server: SocketAddr, delay: Duration, shared: &Shared) {
    thread::scope(|scope| {
        for client in listener.incoming() {
            if shared.is_over.load(Relaxed) {
                break;
            }
            // One that can't be led on is closed, as on any line.
            if client
                .and_then(|client| lead_on(scope, client, server, delay, shared))
                .is_err()
            {
                thread::sleep(PAUSE);
            }
        }
        shared.cut();
    });
}

/// Connects to the server for a client, and carries bytes both ways.
fn lead_on<'scope>(
    scope: &'scope Scope<'scope, '_>,
    client: TcpStream,
    server: SocketAddr,
    delay: Duration,
    shared: &Shared,
) -> io::Result<()> {
    let server = TcpStream::connect_timeout(&server, CONNECTED_WITHIN)?;
    let ends = [Arc::new(client), Arc::new(server)];
    {
        let mut sockets = shared.sockets();
        sockets.retain(|socket| socket.strong_count() > 0);
        for socket in &ends {
            socket.set_nodelay(true)?;
            sockets.push(Arc::downgrade(socket));
        }
    }
    let [client, server] = &ends;
    for (from, to) in [(client, server), (server, client)] {
        let (from, to) = (Arc::clone(from), Arc::clone(to));
        let (sender, receiver) = channel();
        let read = move || read(&from, &sender, delay);
        thread::Builder::new().spawn_scoped(scope, read)?;
        let write = move || write(&to, &receiver);
        thread::Builder::new().spawn_scoped(scope, write)?;
    }
    Ok(())
}

/// Bytes, and when they arrive. None of them are the end.
type Due = (Instant, Vec<u8>);

fn read(mut from: &TcpStream, sender: &Sender<Due>, delay: Duration) {
    let mut piece = vec![0; PIECE];
    loop {
        // A connection that breaks has ended for the other side, too.
        let count = from.read(&mut piece).unwrap_or(0);
        let due = Instant::now() + delay;
        if sender.send((due, piece[..count].to_vec())).is_err() || count == 0 {
            return;
        }
    }
}

fn write(mut to: &TcpStream, receiver: &Receiver<Due>) {
    for (due, bytes) in receiver {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if bytes.is_empty() || to.write_all(&bytes).is_err() {
            break;
        }
    }
    // Fails only if it is closed.
    drop(to.shutdown(Shutdown::Write));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> (TcpListener, SocketAddr) {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = server.local_addr().expect("an address");
        (server, address)
    }

    #[test]
    fn all_arrives_in_order_and_as_late_as_it_should() {
        let (server, address) = server();
        let round_trip = Duration::from_millis(60);
        let line = Line::to(address, round_trip).expect("a line");
        let sent: Vec<u8> = (0..1 << 18).map(|at: u32| (at % 251) as u8).collect();
        thread::scope(|scope| {
            let (began, arrived) = channel();
            scope.spawn(move || {
                let (mut client, _) = server.accept().expect("a client");
                let mut received = Vec::new();
                client.read_to_end(&mut received).expect("it ends");
                began.send(Instant::now()).expect("it is waited for");
                client.write_all(&received).expect("it is read");
            });
            let mut client = TcpStream::connect(line.address()).expect("it is there");
            let start = Instant::now();
            client.write_all(&sent).expect("it is read");
            client.shutdown(Shutdown::Write).expect("it is open");
            let mut back = Vec::new();
            client.read_to_end(&mut back).expect("it ends");
            let arrived = arrived.recv().expect("it has arrived");
            assert!(back == sent, "{} bytes of {}", back.len(), sent.len());
            for (way, took) in [("there", arrived - start), ("back", arrived.elapsed())] {
                assert!(took >= round_trip / 2, "{way}: {took:?}");
            }
        });
    }

    #[test]
    fn it_ends_with_connections_that_are_open() {
        let (server, address) = server();
        let line = Line::to(address, Duration::from_millis(2)).expect("a line");
        let mut client = TcpStream::connect(line.address()).expect("it is there");
        let accepted = server.accept().expect("a client");
        drop(line);
        assert_eq!(client.read(&mut [0]).unwrap_or(0), 0);
        drop(accepted);
    }

    #[test]
    fn it_is_cut_and_leads_on() {
        let (server, address) = server();
        let line = Line::to(address, Duration::from_millis(600)).expect("a line");
        let mut first = TcpStream::connect(line.address()).expect("it is there");
        let (mut accepted, _) = server.accept().expect("a client");
        accepted.write_all(b"lost").expect("it is open");
        // Both ends are known once the server has it.
        while line.cut() == 0 {
            thread::yield_now();
        }
        assert_eq!(first.read(&mut [0]).unwrap_or(0), 0);
        let _second = TcpStream::connect(line.address()).expect("it is there still");
        server.accept().expect("another client");
    }

    #[test]
    fn an_address_keeps_its_user() {
        let (_server, address) = server();
        let port = address.port();
        let zero = Duration::ZERO;
        for (user, url) in [
            ("", format!("nats://127.0.0.1:{port}")),
            ("a:b%40c@", format!("nats://a:b%40c@localhost:{port}")),
            ("token@", format!("nats://token@127.0.0.1:{port}")),
        ] {
            let (line, by_way) = Line::to_url(&url, zero).expect("a line");
            assert_eq!(by_way, format!("nats://{user}{}", line.address()));
        }
        let refused = Line::to_url("tls://127.0.0.1", zero).expect_err("no TLS");
        assert!(refused.to_string().contains("--delay"), "{refused}");
    }
}
