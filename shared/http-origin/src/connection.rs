//! Connections: one client's socket, what it has asked and what it is being answered.

use std::collections::VecDeque;

use crate::answer::Answer;
use crate::request::{self, Refusal, Request};
use crate::socket::Socket;

/// Requests that may wait behind the one being answered; beyond, nothing more is read.
const MOST_QUEUED: usize = 64;

/// One accepted connection. Dropping it closes the socket.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) socket: Socket,
    /// Its number in the order of accepting, which is never used again.
    pub(crate) id: u64,
    /// What is being answered; the queue is empty if nothing is.
    pub(crate) answer: Option<Answer>,
    pub(crate) queue: VecDeque<Answer>,
    /// Bytes that were read and are no whole request yet, or wait for room in the queue.
    input: Vec<u8>,
    /// When it wants its turn, in nanoseconds on the clock; 0 for never.
    pub(crate) timer: u64,
    pub(crate) waits_for: WaitsFor,
    /// Whether bytes may lie in the socket that an edge has already announced.
    pub(crate) unread: bool,
    /// Whether the requests are over: what still comes is thrown away.
    pub(crate) deaf: bool,
    /// Whether a FIN lies behind what is unread.
    pub(crate) ended: bool,
    /// Whether the FIN was read: what was asked is answered, and then it is over.
    pub(crate) half_closed: bool,
}

/// What makes a connection continue its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WaitsFor {
    /// A request; or nothing, as after `/hang`.
    Client,
    /// Room in the socket.
    Socket,
    /// The other connections' turns.
    Turn,
    /// Its timer.
    Timer,
    /// The end of what the client still sends, or its timer: the answer is out and a FIN
    /// behind it, but closing now would send an RST that overtakes them.
    End,
}

impl Connection {
    pub(crate) fn new(socket: Socket, id: u64) -> Connection {
        Connection {
            socket,
            id,
            answer: None,
            queue: VecDeque::new(),
            input: Vec::new(),
            timer: 0,
            waits_for: WaitsFor::Client,
            unread: false,
            deaf: false,
            ended: false,
            half_closed: false,
        }
    }

    pub(crate) fn has_room(&self) -> bool {
        self.queue.len() < MOST_QUEUED
    }

    /// Takes what is left of earlier input, to be read together with what came now.
    pub(crate) fn take_input(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.input)
    }

    pub(crate) fn keep_input(&mut self, bytes: &[u8]) {
        if !self.deaf {
            self.input.extend_from_slice(bytes);
        }
    }

    pub(crate) fn has_input(&self) -> bool {
        !self.input.is_empty()
    }

    /// The next request in `bytes`, if one is there whole and there is room for it.
    pub(crate) fn next_request<'a>(
        &self,
        bytes: &'a [u8],
    ) -> Result<Option<Request<'a>>, Refusal> {
        if bytes.is_empty() || self.deaf || !self.has_room() {
            return Ok(None);
        }
        request::parse(bytes)
    }
}
