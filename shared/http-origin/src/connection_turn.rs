//! A connection's turn: reading requests, answering them in order, and finding out that
//! the client has left.

use std::rc::Rc;

use crate::answer::{Answer, Progress};
use crate::clock::now_ns;
use crate::connection::{Connection, WaitsFor};
use crate::moved::Moved;
use crate::record::{End, Phase};
use crate::request::{Method, Refusal, Request};
use crate::script::{Manner, Script};
use crate::server::{READS, Server};

/// How long a client whose request was refused may continue to send before it is cut off.
const LINGER_NS: u64 = 1_000_000_000;
/// The origin's own page, which is neither recorded nor a sentence.
const RECORD: &str = "/record";

impl Server {
    /// Continues the answer, then serves what was asked meanwhile.
    pub(crate) fn go_on(&mut self, key: usize) {
        self.answer(key);
        let Some(connection) = self.connections.get(key) else {
            return;
        };
        if connection.has_input() && connection.has_room() && connection.answer.is_none()
        {
            self.requests(key, &[]);
        }
        let is_over = |c: &Connection| c.half_closed && c.answer.is_none();
        if self.connections.get(key).is_some_and(is_over) {
            // Half a request is left.
            return self.hung_up(key);
        }
        if self
            .connections
            .get(key)
            .is_some_and(|c| c.unread && c.has_room())
        {
            self.read(key, false);
        }
    }

    /// Reads the bytes that have arrived. `ended` says that the client has ended its
    /// side, so that the end must be looked for behind the data. A socket that is full
    /// again at once is read on in the next turn.
    pub(crate) fn read(&mut self, key: usize, ended: bool) {
        let mut received = std::mem::take(&mut self.received);
        let mut reads = 0;
        while let Some(connection) = self.connections.get_mut(key) {
            if reads == READS {
                if !self.unread.contains(&key) {
                    self.unread.push(key);
                }
                break;
            }
            reads += 1;
            connection.ended |= ended;
            connection.unread = !connection.has_room();
            if connection.unread || connection.half_closed {
                break;
            }
            let ended = connection.ended;
            match connection.socket.read(&mut received) {
                Moved::Blocked => break,
                Moved::Ended => {
                    self.half_closed(key);
                    break;
                }
                Moved::Lost => {
                    self.hung_up(key);
                    break;
                }
                Moved::Bytes(bytes) => {
                    self.requests(key, &received[..bytes]);
                    // A short read has emptied the socket; the next edge reports more.
                    if bytes < received.len() && !ended {
                        break;
                    }
                }
            }
        }
        self.received = received;
    }

    /// Takes the requests out of what was received, and answers them.
    fn requests(&mut self, key: usize, received: &[u8]) {
        let earlier = self.connections[key].take_input();
        let joined;
        let bytes = if earlier.is_empty() {
            received
        } else {
            joined = [&earlier, received].concat();
            &joined
        };
        let mut at = 0;
        while let Some(connection) = self.connections.get(key) {
            match connection.next_request(&bytes[at..]) {
                Ok(Some(request)) => {
                    at += request.len;
                    self.request(key, &request);
                }
                Ok(None) => break,
                Err(refusal) => {
                    self.refuse(key, refusal);
                    break;
                }
            }
        }
        if let Some(connection) = self.connections.get_mut(key) {
            connection.keep_input(&bytes[at..]);
        }
    }

    fn request(&mut self, key: usize, request: &Request<'_>) {
        let Request {
            method,
            path,
            manner,
            ..
        } = *request;
        let now = now_ns();
        let (exchange, script) = if path == RECORD && method != Method::Other {
            let text = serde_json::to_vec(&self.ledger.record());
            let text = text.expect("a record is made of strings and numbers");
            (None, Rc::new(Script::text(200, text, manner)))
        } else {
            let (name, script) = self.paths.look_up(path, manner, &mut self.ledger);
            let id = self.connections[key].id;
            self.changed = true;
            let exchange = Some(self.ledger.began(name, id, now));
            match method {
                Method::Get | Method::Head => (exchange, script),
                Method::Other => (exchange, Rc::new(Script::not_allowed(manner))),
            }
        };
        let head = method == Method::Head;
        let last = script.is_last || !manner.keep_alive;
        let answer = Answer::new(script, exchange, head, last);
        self.enqueue(key, answer, now);
    }

    /// Answers what is no request, and listens no more.
    fn refuse(&mut self, key: usize, refusal: Refusal) {
        self.ledger.malformed();
        self.changed = true;
        let manner = Manner {
            keep_alive: false,
            old: false,
        };
        let text = refusal.text.as_bytes().to_vec();
        let script = Rc::new(Script::text(refusal.status, text, manner));
        self.enqueue(key, Answer::new(script, None, false, true), now_ns());
    }

    fn enqueue(&mut self, key: usize, mut answer: Answer, now: u64) {
        let connection = &mut self.connections[key];
        connection.deaf |= answer.last;
        if connection.answer.is_some() {
            connection.queue.push_back(answer);
            return;
        }
        answer.begin(now);
        connection.answer = Some(answer);
        self.answer(key);
    }

    /// Answers until the connection has to wait, or has nothing to answer.
    fn answer(&mut self, key: usize) {
        loop {
            let connection = &mut self.connections[key];
            let Some(answer) = &mut connection.answer else {
                connection.waits_for = WaitsFor::Client;
                return;
            };
            match answer.advance(&mut connection.socket, &mut self.outgoing) {
                Progress::Done => {
                    if !self.answered(key) {
                        return;
                    }
                }
                Progress::Wait(due) => {
                    connection.waits_for = WaitsFor::Timer;
                    return self.set_timer(key, due);
                }
                Progress::Blocked => {
                    connection.waits_for = WaitsFor::Socket;
                    return;
                }
                Progress::Yield => {
                    connection.waits_for = WaitsFor::Turn;
                    return self.yielded.push(key);
                }
                Progress::Hang => {
                    connection.waits_for = WaitsFor::Client;
                    return;
                }
                Progress::Close => return self.cut(key),
                Progress::Reset => {
                    connection.socket.reset_on_drop();
                    return self.cut(key);
                }
                Progress::Lost => return self.hung_up(key),
            }
        }
    }

    /// Notes a whole answer and moves on to the next; false if there is none to come.
    fn answered(&mut self, key: usize) -> bool {
        let connection = &mut self.connections[key];
        let Some(answer) = connection.answer.take() else {
            return true;
        };
        note(self, &answer, End::Answered);
        let connection = &mut self.connections[key];
        let is_over = connection.queue.is_empty() && !connection.has_input();
        let is_last = connection.half_closed && is_over;
        if !answer.last && !is_last {
            connection.answer = connection.queue.pop_front();
            if let Some(next) = &mut connection.answer {
                next.begin(now_ns());
            }
            return true;
        }
        if answer.exchange.is_some() {
            connection.socket.farewell();
            self.close(key);
        } else {
            connection.socket.end();
            connection.waits_for = WaitsFor::End;
            self.set_timer(key, now_ns() + LINGER_NS);
        }
        false
    }

    /// Ends the connection as the path asked for.
    fn cut(&mut self, key: usize) {
        self.end(key, |_| End::Cut);
    }

    /// The client asks no more. Only a write shows whether it still reads: if it has
    /// closed its socket, the next byte brings an RST. So an answer that waits for its
    /// time sends one byte ahead.
    fn half_closed(&mut self, key: usize) {
        let connection = &mut self.connections[key];
        connection.half_closed = true;
        let asked = match (&mut connection.answer, connection.waits_for) {
            // `/hang`, or nothing that was asked.
            (None, _) | (_, WaitsFor::Client) => false,
            (Some(answer), WaitsFor::Timer) => answer.probe(&mut connection.socket),
            (Some(_), WaitsFor::Socket | WaitsFor::Turn | WaitsFor::End) => true,
        };
        if !asked {
            self.hung_up(key);
        }
    }

    /// The client has left.
    pub(crate) fn hung_up(&mut self, key: usize) {
        self.end(key, |answer| End::HungUp(answer.phase()));
    }

    fn end(&mut self, key: usize, end: impl Fn(&Answer) -> End) {
        let connection = &mut self.connections[key];
        let answer = connection.answer.take();
        let queue = std::mem::take(&mut connection.queue);
        if let Some(answer) = answer {
            note(self, &answer, end(&answer));
        }
        for answer in queue {
            note(self, &answer, End::HungUp(Phase::Queued));
        }
        self.close(key);
    }
}

fn note(server: &mut Server, answer: &Answer, end: End) {
    server.changed = true;
    if let Some(exchange) = answer.exchange {
        let (status, bytes) = (answer.status(), answer.body_bytes());
        server.ledger.ended(exchange, now_ns(), end, status, bytes);
    }
}
