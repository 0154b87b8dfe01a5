//! Exchanges: a request is sent on a free connection, and its answer read.

use std::io::{ErrorKind, Read as _, Write as _};

use crate::clock::now_ns;
use crate::connection::State;
use crate::fault::Fault;
use crate::generator::{Generator, READ, READS};
use crate::report::Span;
use crate::tally::Asked;

impl Generator<'_> {
    /// Sends requests that are due while connections are free. Returns whether there were
    /// any.
    pub(crate) fn ask(&mut self, mut now: u64) -> bool {
        let mut any = false;
        while let Some(&key) = self.free.front() {
            let Some((number, due)) = self.schedule.take(now) else {
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
            self.send(key, Asked { number, due, start });
        }
        any
    }

    /// Sends a request on a connection that is free.
    pub(crate) fn send(&mut self, key: usize, asked: Asked) {
        let connection = &mut self.connections[key];
        connection.answer.clear();
        let target = &self.plan.target;
        target.request(asked.number, &mut connection.request);
        connection.state = State::Busy { asked, written: 0 };
        self.under_way += 1;
        self.write(key);
    }

    /// Writes what is left of the connection's request.
    pub(crate) fn write(&mut self, key: usize) {
        let connection = &mut self.connections[key];
        let (Some(stream), State::Busy { written, .. }) =
            (&mut connection.stream, &mut connection.state)
        else {
            return;
        };
        let request = &connection.request;
        while *written < request.len() {
            match stream.write(&request[*written..]) {
                Ok(bytes) => *written += bytes,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return self.failed(key, Fault::Reset, now_ns()),
            }
        }
    }

    /// Reads the bytes that have arrived; to the connection's end, if that was announced.
    /// A socket that is full again at once is read on in the next turn.
    pub(crate) fn read(&mut self, key: usize, ended: bool) {
        for _ in 0..READS {
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
                // It belongs to no request, since none was sent; some servers announce so
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
        if !self.unread.contains(&key) {
            self.unread.push(key);
        }
    }

    fn answered(&mut self, key: usize, now: u64) {
        let connection = &self.connections[key];
        let State::Busy { asked, written } = connection.state else {
            return;
        };
        let (answer, request) = (&connection.answer, &connection.request);
        let is_right = |is_right: fn(u64, &[u8]) -> bool| {
            let is_good = (200..300).contains(&answer.status);
            !is_good || is_right(asked.number, &answer.kept)
        };
        if !self.plan.is_right.is_none_or(is_right) {
            return self.failed(key, Fault::Wrong, now);
        }
        self.tally.answered(asked, now, answer.status, answer.body);
        if self.plan.spans {
            self.tally.spans.push(Span {
                number: asked.number,
                connection: key,
                due: asked.due,
                start: asked.start,
                end: now,
            });
        }
        self.under_way -= 1;
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
    pub(crate) fn failed(&mut self, key: usize, fault: Fault, now: u64) {
        let State::Busy { asked, .. } = self.connections[key].state else {
            return self.lost(key, now);
        };
        self.under_way -= 1;
        self.tally.failed(asked, now, fault);
        self.reopen(key, now);
    }

    pub(crate) fn set_free(&mut self, key: usize, now: u64) {
        self.connections[key].state = State::Free { since: now };
        self.free.push_back(key);
    }
}
