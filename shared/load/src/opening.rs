//! Connections' opening: all of them before the first request, and again where one is lost.

use std::io::ErrorKind;

use crate::clock::{now_ns, ns};
use crate::connection::{State, open};
use crate::error::Error;
use crate::generator::Generator;
use crate::schedule::Schedule;
use crate::tally::{Asked, Tally};

/// Connections that are being opened at once: more than that, and a server with a short
/// backlog drops some, which are tried again a second later.
const MOST_OPENING: usize = 64;
/// The time until a connection that could not be opened is tried again.
const RETRY_NS: u64 = 100_000_000;
/// Room between the opening of the connections and the first request.
const HEAD_START_NS: u64 = 1_000_000;

impl Generator<'_> {
    /// Opens all connections before anything is due. No request is sent meanwhile.
    pub(crate) fn open_all(&mut self) -> Result<(), Error> {
        let wanted = self.plan.connections;
        let until = now_ns() + ns(self.plan.timeout);
        // Nothing is due while connections are opened.
        self.schedule = Schedule::of(self.plan, u64::MAX / 2);
        let mut next = 0;
        while self.free.len() < wanted && !self.stopped {
            while next < wanted && self.opening < MOST_OPENING {
                self.open(next, now_ns());
                next += 1;
            }
            if let Some(source) = self.refusal.take() {
                return Err(self.not_open(source));
            }
            if now_ns() >= until {
                let (address, open) = (self.plan.target.address, self.free.len());
                return Err(Error::Few {
                    address,
                    open,
                    wanted,
                });
            }
            self.wait(until)?;
            self.turn();
        }
        if self.plan.greets && !self.stopped {
            self.greet(until)?;
        }
        // A greeting that failed is a request that was lost.
        let errors = std::mem::take(&mut self.tally.errors);
        self.tally = Tally {
            errors,
            ..Tally::new()
        };
        let start = now_ns() + HEAD_START_NS;
        self.schedule = Schedule::of(self.plan, start);
        Ok(())
    }

    /// Sends a request on each connection, and waits for the answers.
    fn greet(&mut self, until: u64) -> Result<(), Error> {
        let now = now_ns();
        for key in std::mem::take(&mut self.free) {
            let asked = Asked {
                number: u64::MAX,
                due: now,
                start: now,
            };
            self.send(key, asked);
        }
        while self.under_way > 0 && !self.stopped {
            if now_ns() >= until {
                let (address, open) = (self.plan.target.address, self.free.len());
                let wanted = self.plan.connections;
                return Err(Error::Few {
                    address,
                    open,
                    wanted,
                });
            }
            self.wait(until)?;
            self.turn();
        }
        Ok(())
    }

    pub(crate) fn open(&mut self, key: usize, now: u64) {
        // The old socket is closed first, so that no more than the plan's are open.
        self.connections[key].stream = None;
        self.connections[key].answer.clear();
        let opened = open(self.plan.target.address).and_then(|stream| {
            self.poller.add(&stream, key)?;
            Ok(stream)
        });
        match opened {
            Ok(stream) => {
                self.opening += 1;
                let connection = &mut self.connections[key];
                connection.stream = Some(stream);
                connection.state = State::Opening { since: now };
            }
            Err(error) => self.could_not_open(key, error, now),
        }
    }

    pub(crate) fn could_not_open(&mut self, key: usize, error: std::io::Error, now: u64) {
        self.tally.unopened += 1;
        self.refusal = Some(error);
        let connection = &mut self.connections[key];
        connection.stream = None;
        connection.state = State::Closed {
            again: now + RETRY_NS,
        };
    }

    /// The server has closed a connection that was free: it is opened again, later if it
    /// has not carried an answer.
    pub(crate) fn lost(&mut self, key: usize, now: u64) {
        self.free.retain(|other| *other != key);
        match self.connections[key].answer.status {
            0 if !self.schedule.is_over(now) => {
                self.could_not_open(key, ErrorKind::ConnectionAborted.into(), now)
            }
            _ => self.reopen(key, now),
        }
    }

    /// Closes the connection, which is not free, and opens it again where a request may
    /// need it.
    pub(crate) fn reopen(&mut self, key: usize, now: u64) {
        if self.schedule.is_over(now) {
            self.connections[key].stream = None;
            self.connections[key].state = State::Closed { again: u64::MAX };
            return;
        }
        self.tally.reopened += 1;
        self.open(key, now);
    }

    fn not_open(&self, source: std::io::Error) -> Error {
        let (open, wanted) = (self.free.len(), self.plan.connections);
        let address = self.plan.target.address;
        let errno = rustix::io::Errno::from_io_error(&source);
        match errno {
            Some(rustix::io::Errno::MFILE | rustix::io::Errno::NFILE) => {
                Error::Descriptors { open, wanted }
            }
            _ if source.kind() == ErrorKind::ConnectionAborted => Error::Few {
                address,
                open,
                wanted,
            },
            _ => Error::Connect { address, source },
        }
    }
}
