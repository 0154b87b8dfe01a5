//! A server of one thread: while it handles one request, no other is answered.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use load::{Pace, Plan, Target};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::net::sockopt;

/// How a test ends.
pub(crate) type Outcome = Result<(), Box<dyn std::error::Error>>;
/// Why a quantile is missing.
pub(crate) const EMPTY: &str = "no times were kept";
/// A whole answer of three bytes.
pub(crate) const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";

/// What a request is answered with, and what becomes of its connection.
pub(crate) struct Reply {
    pub(crate) text: String,
    pub(crate) then: Then,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    Keep,
    Close,
    Reset,
}

pub(crate) fn reply(text: &str, then: Then) -> Reply {
    Reply {
        text: text.to_owned(),
        then,
    }
}

/// A running server; dropping it ends its thread and closes its sockets.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server on a free port. `handle` is called with each request's number,
    /// from 0, and blocks all others while it runs.
    pub(crate) fn start(mut handle: impl FnMut(u64) -> Reply + Send + 'static) -> Server {
        Server::start_by_client(move |number, _| handle(number))
    }

    /// The same, where `handle` is also called with the client's port.
    pub(crate) fn start_by_client(
        mut handle: impl FnMut(u64, u16) -> Reply + Send + 'static,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = std::thread::spawn(move || serve(&listener, &stopped, &mut handle));
        Server {
            address,
            stop,
            thread: Some(thread),
        }
    }

    /// A plan for this server whose generator may be as late as a busy machine makes it.
    pub(crate) fn plan(&self, pace: Pace, duration: u64, connections: usize) -> Plan {
        let url = format!("http://{}/", self.address);
        let mut plan = Plan::new(Target::parse(&url, false).expect("it is loopback"));
        plan.pace = pace;
        plan.duration = Duration::from_millis(duration);
        plan.connections = connections;
        plan.late = Duration::from_millis(100);
        plan
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        // It wakes up by a connection.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let outcome = thread.join();
            assert!(std::thread::panicking() || outcome.is_ok());
        }
    }
}

fn serve(
    listener: &TcpListener,
    stop: &AtomicBool,
    handle: &mut dyn FnMut(u64, u16) -> Reply,
) {
    let mut clients: Vec<TcpStream> = Vec::new();
    let mut number = 0;
    while !stop.load(Ordering::Acquire) {
        let mut fds = vec![PollFd::new(listener, PollFlags::IN)];
        fds.extend(clients.iter().map(|c| PollFd::new(c, PollFlags::IN)));
        poll(&mut fds, None).expect("all descriptors are open");
        let ready: Vec<bool> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
        let mut ready = ready.into_iter();
        let accepts = ready.next().expect("one for each descriptor");
        clients.retain_mut(|client| {
            !ready.next().expect("one for each descriptor")
                || answer(client, &mut number, handle)
        });
        if accepts {
            clients.push(listener.accept().expect("a client waits").0);
        }
    }
}

/// Reads one request, which comes in one piece on loopback, and answers it. Returns
/// whether the connection is kept.
fn answer(
    client: &mut TcpStream,
    number: &mut u64,
    handle: &mut dyn FnMut(u64, u16) -> Reply,
) -> bool {
    let mut request = [0; 1024];
    let Ok(bytes @ 1..) = client.read(&mut request) else {
        return false;
    };
    assert!(request[..bytes].ends_with(b"\r\n\r\n"));
    let port = client.peer_addr().map_or(0, |address| address.port());
    let reply = handle(*number, port);
    *number += 1;
    // A client that has given up is its own affair.
    let _ = client.write_all(reply.text.as_bytes());
    if reply.then == Then::Reset {
        sockopt::set_socket_linger(&*client, Some(Duration::ZERO))
            .expect("the socket is open");
    }
    reply.then == Then::Keep
}
