//! Answers: where one request stands in its script.

use std::rc::Rc;

use crate::clock::now_ns;
use crate::ledger::ExchangeId;
use crate::moved::Moved;
use crate::record::Phase;
use crate::script::{Script, Step};
use crate::segment::Segment;
use crate::socket::Socket;

/// Bytes to one write.
const WRITE: usize = 64 * 1024;
/// Writes in a row before the other connections have their turn.
const TURN: usize = 4;

/// The answer to one request.
#[derive(Debug)]
pub(crate) struct Answer {
    script: Rc<Script>,
    /// Its place in the ledger; `None` for what isn't recorded.
    pub(crate) exchange: Option<ExchangeId>,
    /// Whether the connection ends with it.
    pub(crate) last: bool,
    /// To a HEAD: segments of the body are left out.
    bodiless: bool,
    step: usize,
    /// Bytes of the current segment that were sent.
    offset: u64,
    /// When the current pause or drop is due; 0 before that is known.
    due: u64,
    /// When the first step began.
    begun: u64,
    /// When the current segment has lasted long enough; 0 before that is known.
    until: u64,
    wrote: bool,
    /// Bytes of the next segment that were sent ahead.
    ahead: u64,
}

/// How far an answer got before it has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Sent to its last byte.
    Done,
    /// Continues at this time on the clock.
    Wait(u64),
    /// Continues when the socket takes bytes again.
    Blocked,
    /// Continues when the other connections have had their turn.
    Yield,
    /// Never continues.
    Hang,
    /// The connection is to be ended with a FIN.
    Close,
    /// The connection is to be ended with an RST.
    Reset,
    /// The client has closed the connection.
    Lost,
}

impl Answer {
    pub(crate) fn new(
        script: Rc<Script>,
        exchange: Option<ExchangeId>,
        bodiless: bool,
        last: bool,
    ) -> Answer {
        Answer {
            script,
            exchange,
            last,
            bodiless,
            step: 0,
            offset: 0,
            due: 0,
            begun: 0,
            until: 0,
            wrote: false,
            ahead: 0,
        }
    }

    /// Sets the time from which the first pause counts.
    pub(crate) fn begin(&mut self, now: u64) {
        self.begun = now;
    }

    /// Takes steps until one has to wait. `buffer` is scratch space.
    pub(crate) fn advance(
        &mut self,
        socket: &mut Socket,
        buffer: &mut Vec<u8>,
    ) -> Progress {
        let script = Rc::clone(&self.script);
        let mut writes = 0;
        loop {
            let drip = match script.steps.get(self.step) {
                None => return Progress::Done,
                Some(Step::Close) => return Progress::Close,
                Some(Step::Reset) => return Progress::Reset,
                Some(Step::Hang) => return Progress::Hang,
                Some(Step::Pause(pause)) => {
                    if self.due == 0 {
                        let from = if self.step == 0 { self.begun } else { now_ns() };
                        self.due = from + pause.as_nanos() as u64;
                    }
                    if now_ns() < self.due {
                        return Progress::Wait(self.due);
                    }
                    self.next_step();
                    if let Some(Step::Send(_)) = script.steps.get(self.step) {
                        self.offset = std::mem::take(&mut self.ahead);
                    }
                    continue;
                }
                Some(Step::Send(segment)) => {
                    if self.skips(segment) || self.offset == segment.len() {
                        self.next_step();
                        continue;
                    }
                    if let Some(lasts) = segment.lasts() {
                        if self.until == 0 {
                            self.until = now_ns() + lasts.as_nanos() as u64;
                        }
                        if now_ns() >= self.until {
                            self.next_step();
                            continue;
                        }
                    }
                    segment.drip()
                }
            };
            if drip.is_some() {
                let now = now_ns();
                // The first drop leaves at once.
                self.due = if self.due == 0 { now } else { self.due };
                if now < self.due {
                    return Progress::Wait(self.due);
                }
            }
            if writes == TURN {
                return Progress::Yield;
            }
            writes += 1;
            self.fill(&script, buffer);
            match socket.write(buffer) {
                Moved::Ended | Moved::Lost => return Progress::Lost,
                Moved::Blocked => return Progress::Blocked,
                Moved::Bytes(sent) => {
                    self.wrote = true;
                    self.sent(&script, sent as u64);
                    if sent < buffer.len() {
                        return Progress::Blocked;
                    }
                    if let (Some(every), true) = (drip, self.due > 0) {
                        self.due += every.as_nanos() as u64;
                    }
                }
            }
        }
    }

    /// Sends the next byte ahead of its time. Returns false if there is none, or the
    /// client has closed the connection.
    pub(crate) fn probe(&mut self, socket: &mut Socket) -> bool {
        let mut steps = self.script.steps.iter().enumerate().skip(self.step);
        let next = steps.find(|(_, step)| !matches!(step, Step::Pause(_)));
        let Some((index, Step::Send(segment))) = next else {
            return false;
        };
        let is_begun = index == self.step;
        let offset = if is_begun { self.offset } else { self.ahead };
        if self.skips(segment) || offset == segment.len() {
            return false;
        }
        let mut byte = Vec::with_capacity(1);
        segment.append(offset, offset + 1, 1, &mut byte);
        match socket.write(&byte) {
            Moved::Bytes(_) if is_begun => self.offset += 1,
            Moved::Bytes(_) => self.ahead += 1,
            Moved::Blocked => {}
            Moved::Ended | Moved::Lost => return false,
        }
        true
    }

    /// What the client was waiting for, if it hangs up now.
    pub(crate) fn phase(&self) -> Phase {
        match self.script.steps.get(self.step) {
            Some(Step::Send(segment)) if !segment.is_body() => Phase::SendingHead,
            Some(Step::Send(_)) => Phase::SendingBody,
            _ if self.wrote => Phase::SendingBody,
            _ => Phase::Pausing,
        }
    }

    /// The status, if its line was begun.
    pub(crate) fn status(&self) -> Option<u16> {
        self.script.status.filter(|_| self.wrote)
    }

    /// Bytes of the body that were written to the socket.
    pub(crate) fn body_bytes(&self) -> u64 {
        if self.bodiless {
            return 0;
        }
        let steps = self.script.steps.iter().enumerate().take(self.step + 1);
        let sent = steps.map(|(index, step)| match step {
            Step::Send(segment) if index < self.step => segment.body_bytes(segment.len()),
            Step::Send(segment) => segment.body_bytes(self.offset),
            _ => 0,
        });
        sent.sum()
    }

    /// Collects what may be sent at once, across segments.
    fn fill(&self, script: &Script, buffer: &mut Vec<u8>) {
        buffer.clear();
        let mut offset = self.offset;
        for (index, step) in script.steps.iter().enumerate().skip(self.step) {
            let Step::Send(segment) = step else { return };
            if self.skips(segment) {
                continue;
            }
            if index > self.step && segment.drip().is_some() {
                return;
            }
            let end = segment.drop_end(offset);
            segment.append(offset, end, WRITE, buffer);
            if end < segment.len() || buffer.len() >= WRITE {
                return;
            }
            offset = 0;
        }
    }

    /// Moves on by `bytes`, across segments.
    fn sent(&mut self, script: &Script, mut bytes: u64) {
        while let Some(Step::Send(segment)) = script.steps.get(self.step) {
            if !self.skips(segment) {
                let taken = bytes.min(segment.len() - self.offset);
                self.offset += taken;
                bytes -= taken;
                if self.offset < segment.len() {
                    return;
                }
            }
            self.next_step();
        }
    }

    fn skips(&self, segment: &Segment) -> bool {
        self.bodiless && segment.is_body()
    }

    fn next_step(&mut self) {
        self.step += 1;
        self.offset = 0;
        self.due = 0;
        self.until = 0;
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener, TcpStream};
    use std::os::fd::OwnedFd;
    use std::time::Duration;

    use super::*;

    /// How many bytes of an endless answer a client receives that reads all that comes.
    fn endless(most: u64, lasts: Duration) -> std::io::Result<u64> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let mut client = TcpStream::connect(listener.local_addr()?)?;
        let stream = listener.accept()?.0;
        stream.set_nonblocking(true)?;
        let mut socket = Socket::new(OwnedFd::from(stream), None);
        let reads =
            std::thread::spawn(move || std::io::copy(&mut client, &mut std::io::sink()));
        let segment = Segment::endless(b"abc".to_vec(), most, lasts);
        let script = Script {
            steps: vec![Step::Send(segment), Step::Close],
            status: None,
            is_last: false,
        };
        let mut answer = Answer::new(Rc::new(script), None, false, false);
        while answer.advance(&mut socket, &mut Vec::new()) != Progress::Close {
            std::thread::yield_now();
        }
        drop(socket);
        reads.join().expect("it only reads")
    }

    #[test]
    fn an_endless_answer_is_bounded_by_bytes_and_by_time() {
        let bytes = endless(3 << 20, Duration::from_secs(60));
        assert_eq!(bytes.expect("loopback"), 3 << 20);
        let bytes = endless(u64::MAX / 2, Duration::from_millis(20));
        assert!((1..1 << 40).contains(&bytes.expect("loopback")));
    }
}
