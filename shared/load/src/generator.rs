//! The generator: one thread that sends what is due, reads what comes and keeps time.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::fd::BorrowedFd;

use crate::clock::{now_ns, ns};
use crate::connection::{Connection, State, is_open, open};
use crate::error::Error;
use crate::fault::Fault;
use crate::plan::Plan;
use crate::poll::{Poller, Ready};
use crate::schedule::Schedule;
use crate::tally::{Asked, Tally};

/// Bytes to one read.
const READ: usize = 64 * 1024;
/// Connections that are being opened at once: more than that, and a server with a short
/// backlog drops some, which are tried again a second later.
const MOST_OPENING: usize = 64;
/// The time until a connection that could not be opened is tried again.
const RETRY_NS: u64 = 100_000_000;
/// The times between two looks at what took too long.
const SWEEP_NS: (u64, u64) = (1_000_000, 50_000_000);
/// Room between the opening of the connections and the first request.
const HEAD_START_NS: u64 = 1_000_000;

/// Everything that the thread owns; dropping it closes every socket.
#[derive(Debug)]
pub(crate) struct Generator<'a> {
    plan: &'a Plan,
    poller: Poller,
    ready: Vec<Ready>,
    connections: Vec<Connection>,
    /// The connections that are free, the one that has been so longest in front.
    free: VecDeque<usize>,
    /// Connections that are being opened.
    opening: usize,
    /// Requests under way.
    busy: usize,
    received: Vec<u8>,
    /// What the last connection that could not be opened failed with.
    refusal: Option<std::io::Error>,
    pub(crate) schedule: Schedule,
    pub(crate) tally: Tally,
    /// Whether the run was ended from outside.
    pub(crate) stopped: bool,
}

impl<'a> Generator<'a> {
    pub(crate) fn new(
        plan: &'a Plan,
        stop: Option<BorrowedFd<'_>>,
    ) -> Result<Generator<'a>, Error> {
        let poller = Poller::new()?;
        if let Some(stop) = stop {
            poller.add_stop(stop)?;
        }
        let connections = (0..plan.connections).map(|_| Connection::new());
        Ok(Generator {
            plan,
            poller,
            ready: Vec::new(),
            connections: connections.collect(),
            free: VecDeque::with_capacity(plan.connections),
            opening: 0,
            busy: 0,
            received: vec![0; READ],
            refusal: None,
            schedule: Schedule::new(now_ns(), plan.pace, plan.duration),
            tally: Tally::new(),
            stopped: false,
        })
    }

    /// Opens all connections before anything is due. No request is sent meanwhile.
    pub(crate) fn open_all(&mut self) -> Result<(), Error> {
        let wanted = self.plan.connections;
        let until = now_ns() + ns(self.plan.timeout);
        // Nothing is due while connections are opened.
        self.schedule = Schedule::new(u64::MAX / 2, self.plan.pace, self.plan.duration);
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
        self.tally = Tally::new();
        let start = now_ns() + HEAD_START_NS;
        self.schedule = Schedule::new(start, self.plan.pace, self.plan.duration);
        Ok(())
    }

    /// Offers the load until it is over, and what is left has been answered or given up.
    /// Returns when that was, in nanoseconds on the clock.
    pub(crate) fn drive(&mut self) -> Result<u64, Error> {
        let start = self.schedule.start;
        while now_ns() < start && !self.stopped {
            self.wait(start)?;
            self.turn();
        }
        let least = ns(self.plan.timeout) / 16;
        let between = least.clamp(SWEEP_NS.0, SWEEP_NS.1);
        let give_up = self.schedule.end.saturating_add(ns(self.plan.grace));
        let mut sweep = start + between;
        loop {
            let began = now_ns();
            let worked = !self.ready.is_empty() | self.ask(began);
            self.turn();
            let now = now_ns();
            if worked {
                self.tally.busy += now - began;
            }
            if now >= sweep {
                self.sweep(now);
                sweep = now + between;
            }
            let is_answered = self.schedule.is_over(now) && self.busy == 0;
            if self.stopped || is_answered || now >= give_up {
                return Ok(now);
            }
            let next = match self.free.is_empty() {
                true => None,
                false => self.schedule.next(now),
            };
            // A closed loop ends where nothing is ready and nothing else is due.
            let end = if now < self.schedule.end {
                self.schedule.end
            } else {
                give_up
            };
            self.wait(next.unwrap_or(end).min(sweep).min(end))?;
        }
    }

    /// Counts what is under way or waits, at the end.
    pub(crate) fn count_unanswered(&mut self, now: u64) {
        for connection in &self.connections {
            if let State::Busy { asked, .. } = connection.state {
                self.tally.unanswered(asked, now);
            }
        }
        for number in self.schedule.taken..self.schedule.due_by(now) {
            let due = self.schedule.due(number, now);
            self.tally.unsent(due, now);
        }
    }

    fn wait(&mut self, deadline: u64) -> Result<(), Error> {
        self.stopped |= self.poller.wait(deadline, &mut self.ready)?;
        Ok(())
    }

    /// Handles what the last wait found ready.
    fn turn(&mut self) {
        let mut ready = std::mem::take(&mut self.ready);
        for ready in ready.drain(..) {
            self.on_ready(ready);
        }
        self.ready = ready;
    }

    fn on_ready(&mut self, ready: Ready) {
        let connection = &mut self.connections[ready.key];
        let Some(stream) = &connection.stream else {
            return;
        };
        match connection.state {
            State::Closed { .. } => return,
            State::Opening { .. } if !ready.writable => return,
            State::Opening { .. } => {
                let opened = is_open(stream);
                self.opening -= 1;
                match opened {
                    Ok(()) => self.set_free(ready.key, now_ns()),
                    Err(error) => return self.could_not_open(ready.key, error, now_ns()),
                }
            }
            State::Free { .. } => {}
            State::Busy { written, .. } => {
                if ready.writable && written < self.plan.target.request.len() {
                    self.write(ready.key);
                }
            }
        }
        if ready.readable {
            self.read(ready.key, ready.ended);
        }
        if !self.free.is_empty() {
            self.ask(now_ns());
        }
    }

    /// Sends requests that are due while connections are free. Returns whether there were
    /// any.
    fn ask(&mut self, mut now: u64) -> bool {
        let mut any = false;
        while let Some(&key) = self.free.front() {
            let Some(due) = self.schedule.take(now) else {
                break;
            };
            self.free.pop_front();
            any = true;
            let start = now_ns();
            now = start;
            let connection = &mut self.connections[key];
            // A request that waited for a connection could be sent when one became free.
            if let (State::Free { since }, true) =
                (connection.state, self.schedule.is_open())
            {
                let could = due.max(since);
                self.tally.lateness.record(start.saturating_sub(could));
            }
            // In a closed loop a request is due when it is sent.
            let due = if self.schedule.is_open() { due } else { start };
            let asked = Asked { due, start };
            connection.answer.clear();
            connection.state = State::Busy { asked, written: 0 };
            self.busy += 1;
            self.write(key);
        }
        any
    }

    /// Writes what is left of the connection's request.
    fn write(&mut self, key: usize) {
        let connection = &mut self.connections[key];
        let (Some(stream), State::Busy { written, .. }) =
            (&mut connection.stream, &mut connection.state)
        else {
            return;
        };
        let request = &self.plan.target.request;
        while *written < request.len() {
            match stream.write(&request[*written..]) {
                Ok(bytes) => *written += bytes,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return self.failed(key, Fault::Reset, now_ns()),
            }
        }
    }

    /// Reads what is there; to the connection's end, if that was announced.
    fn read(&mut self, key: usize, ended: bool) {
        loop {
            let connection = &mut self.connections[key];
            let Some(stream) = &mut connection.stream else {
                return;
            };
            let read = stream.read(&mut self.received);
            let now = now_ns();
            let bytes = match read {
                Ok(0) => return self.ended(key, now),
                Ok(bytes) => bytes,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return self.failed(key, Fault::Reset, now),
            };
            self.tally.received += bytes as u64;
            let State::Busy { .. } = connection.state else {
                // Nobody asked, so it belongs to no request; some servers announce so
                // that they close a connection.
                return self.lost(key, now);
            };
            match connection.answer.feed(&self.received[..bytes]) {
                Ok(true) => self.answered(key, now),
                Ok(false) => {}
                Err(fault) => return self.failed(key, fault, now),
            }
            // A short read has emptied the socket, and what comes next is announced. An
            // answer may have been the connection's last, and a new one opens.
            let opens = !matches!(
                self.connections[key].state,
                State::Busy { .. } | State::Free { .. }
            );
            if opens || (bytes < READ && !ended) {
                return;
            }
        }
    }

    fn answered(&mut self, key: usize, now: u64) {
        let connection = &self.connections[key];
        let State::Busy { asked, written } = connection.state else {
            return;
        };
        let (answer, request) = (&connection.answer, &self.plan.target.request);
        self.tally.answered(asked, now, answer.status, answer.body);
        self.busy -= 1;
        // An answer that came before its question was written leaves half a question.
        if answer.keep_alive && written == request.len() {
            self.set_free(key, now);
        } else {
            self.connections[key].state = State::Closed { again: now };
            self.reopen(key, now);
        }
    }

    /// The server has ended the connection.
    fn ended(&mut self, key: usize, now: u64) {
        let connection = &mut self.connections[key];
        let State::Busy { .. } = connection.state else {
            return self.lost(key, now);
        };
        match connection.answer.end() {
            Ok(()) => self.answered(key, now),
            Err(fault) => self.failed(key, fault, now),
        }
    }

    /// Counts the connection's request as failed, if it has one, and opens it again.
    fn failed(&mut self, key: usize, fault: Fault, now: u64) {
        let State::Busy { asked, .. } = self.connections[key].state else {
            return self.lost(key, now);
        };
        self.busy -= 1;
        self.tally.failed(asked, now, fault);
        self.reopen(key, now);
    }

    fn set_free(&mut self, key: usize, now: u64) {
        self.connections[key].state = State::Free { since: now };
        self.free.push_back(key);
    }

    /// The server has closed a connection that was free: it is opened again, later if it
    /// has not carried an answer.
    fn lost(&mut self, key: usize, now: u64) {
        self.free.retain(|other| *other != key);
        match self.connections[key].answer.status {
            0 => self.could_not_open(key, ErrorKind::ConnectionAborted.into(), now),
            _ => self.reopen(key, now),
        }
    }

    /// Closes the connection, which is not free, and opens it again.
    fn reopen(&mut self, key: usize, now: u64) {
        self.tally.reopened += 1;
        self.open(key, now);
    }

    fn open(&mut self, key: usize, now: u64) {
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

    fn could_not_open(&mut self, key: usize, error: std::io::Error, now: u64) {
        self.tally.unopened += 1;
        self.refusal = Some(error);
        let connection = &mut self.connections[key];
        connection.stream = None;
        connection.state = State::Closed {
            again: now + RETRY_NS,
        };
    }

    /// Gives up what took too long, and tries again what could not be opened.
    fn sweep(&mut self, now: u64) {
        let timeout = ns(self.plan.timeout);
        for key in 0..self.connections.len() {
            match self.connections[key].state {
                State::Busy { asked, .. } if now >= asked.start + timeout => {
                    self.failed(key, Fault::TimedOut, now);
                }
                State::Opening { since } if now >= since + timeout => {
                    self.opening -= 1;
                    let error = ErrorKind::TimedOut.into();
                    self.could_not_open(key, error, now);
                }
                State::Closed { again } if now >= again => self.reopen(key, now),
                State::Busy { .. }
                | State::Opening { .. }
                | State::Closed { .. }
                | State::Free { .. } => {}
            }
        }
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
