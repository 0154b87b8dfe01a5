//! The event loop: one thread that accepts, reads, answers and keeps time.
//!
//! Within a turn a request is read, answered with one write and noted in the ledger
//! before another socket is read. So a client that sends its next request upon the last
//! byte is never seen as two in flight.

use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::sync::Arc;

use rustix::net::SocketFlags;
use rustls::ServerConfig;
use slab::Slab;

use crate::clock::now_ns;
use crate::connection::{Connection, WaitsFor};
use crate::known_paths::KnownPaths;
use crate::ledger::Ledger;
use crate::poll::{Poller, Ready};
use crate::snapshots::Snapshots;
use crate::socket::Socket;
use crate::timers::{Timer, Timers};

/// The listener's key; connections have small ones.
const LISTENER: usize = usize::MAX / 2;
/// Bytes to one read.
const READ: usize = 64 * 1024;
/// Reads from one socket before the others, the clock and a stop have their turn.
pub(crate) const READS: usize = 16;
/// The time until accepting is tried again when descriptors have run out.
const RETRY_NS: u64 = 10_000_000;

/// Everything that the thread owns; dropping it closes every socket.
#[derive(Debug)]
pub(crate) struct Server {
    poller: Poller,
    listener: TcpListener,
    /// What clients are spoken to with; plain HTTP if there is none.
    tls: Option<Arc<ServerConfig>>,
    snapshots: Arc<Snapshots>,
    pub(crate) connections: Slab<Connection>,
    timers: Timers,
    /// Connections that continue once the others had their turn.
    pub(crate) yielded: Vec<usize>,
    /// Connections that had more to read than one turn takes; no edge will name them.
    pub(crate) unread: Vec<usize>,
    pub(crate) paths: KnownPaths,
    pub(crate) ledger: Ledger,
    /// Whether the ledger was written to in this turn.
    pub(crate) changed: bool,
    pub(crate) received: Vec<u8>,
    pub(crate) outgoing: Vec<u8>,
}

impl Server {
    pub(crate) fn new(
        listener: TcpListener,
        tls: Option<Arc<ServerConfig>>,
        poller: Poller,
        snapshots: Arc<Snapshots>,
    ) -> io::Result<Server> {
        listener.set_nonblocking(true)?;
        poller.add(&listener, LISTENER)?;
        Ok(Server {
            poller,
            listener,
            tls,
            snapshots,
            connections: Slab::new(),
            timers: Timers::default(),
            yielded: Vec::new(),
            unread: Vec::new(),
            paths: KnownPaths::new(),
            ledger: Ledger::new(),
            changed: false,
            received: vec![0; READ],
            outgoing: Vec::with_capacity(2 * READ),
        })
    }

    /// Serves until it is asked to stop.
    pub(crate) fn run(mut self) {
        while !self.snapshots.stopping() {
            let at_once = !self.yielded.is_empty() || !self.unread.is_empty();
            if self.poller.wait(self.timers.next(), at_once).is_err() {
                // Only a descriptor of the poller's own gone bad brings this about.
                break;
            }
            self.turn();
            self.snapshots.serve(&self.ledger, self.changed);
            self.changed = false;
        }
        self.connections.clear();
        self.snapshots.end(&self.ledger);
    }

    fn turn(&mut self) {
        let mut accepts = self.timers.next().is_some() && self.due();
        for key in std::mem::take(&mut self.yielded) {
            if self.waits(key, WaitsFor::Turn) {
                self.go_on(key);
            }
        }
        for key in std::mem::take(&mut self.unread) {
            if self.connections.contains(key) {
                self.read(key, false);
            }
        }
        let mut index = 0;
        while let Some(ready) = self.poller.ready(index) {
            index += 1;
            match ready.key {
                LISTENER => accepts = true,
                _ => self.on_ready(ready),
            }
        }
        // Last: a connection that was closed in this turn may still be named by one of its
        // events, which must not meet a new one by the same key.
        if accepts {
            self.accept();
        }
    }

    /// Continues what is due. Returns whether the listener is to be looked at again.
    fn due(&mut self) -> bool {
        let mut accepts = false;
        let now = now_ns();
        while let Some(timer) = self.timers.pop_due(now) {
            if timer.key == LISTENER {
                accepts = true;
                continue;
            }
            let Some(connection) = self.connections.get_mut(timer.key) else {
                continue;
            };
            if connection.id != timer.connection || connection.timer != timer.due {
                continue;
            }
            connection.timer = 0;
            match connection.waits_for {
                WaitsFor::End => self.close(timer.key),
                WaitsFor::Timer => self.go_on(timer.key),
                WaitsFor::Client | WaitsFor::Socket | WaitsFor::Turn => {}
            }
        }
        accepts
    }

    fn on_ready(&mut self, ready: Ready) {
        if ready.writable && self.waits(ready.key, WaitsFor::Socket) {
            self.go_on(ready.key);
        }
        if ready.readable && self.connections.contains(ready.key) {
            self.read(ready.key, ready.ended);
        }
        if ready.gone && self.connections.contains(ready.key) {
            self.hung_up(ready.key);
        }
    }

    fn waits(&self, key: usize, what: WaitsFor) -> bool {
        self.connections
            .get(key)
            .is_some_and(|connection| connection.waits_for == what)
    }

    fn accept(&mut self) {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        loop {
            let fd = match rustix::net::accept_with(&self.listener, flags) {
                Ok(fd) => fd,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                // The client closed the connection before it was accepted.
                Err(rustix::io::Errno::CONNABORTED | rustix::io::Errno::INTR) => continue,
                Err(_) => {
                    self.ledger.refused();
                    self.changed = true;
                    let due = now_ns() + RETRY_NS;
                    self.timers.push(Timer {
                        due,
                        connection: 0,
                        key: LISTENER,
                    });
                    return;
                }
            };
            let id = self.ledger.opened();
            self.changed = true;
            let socket = Socket::new(fd, self.tls.as_ref());
            let key = self.connections.insert(Connection::new(socket, id));
            if self.poller.add(&self.connections[key].socket, key).is_err() {
                self.close(key);
            }
        }
    }

    /// Sets the connection's timer, in place of any that it had.
    pub(crate) fn set_timer(&mut self, key: usize, due: u64) {
        let connections = &self.connections;
        self.timers.sweep(connections.len(), |timer| {
            let owner = connections.get(timer.key);
            timer.key == LISTENER
                || owner.is_some_and(|owner| {
                    owner.id == timer.connection && owner.timer == timer.due
                })
        });
        let connection = &mut self.connections[key];
        connection.timer = due;
        self.timers.push(Timer {
            due,
            connection: connection.id,
            key,
        });
    }

    /// Closes the socket and forgets the connection.
    pub(crate) fn close(&mut self, key: usize) {
        self.connections.remove(key);
        self.ledger.closed();
        self.changed = true;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.snapshots.abandon();
    }
}
