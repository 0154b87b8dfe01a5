//! The generator: one thread that sends what is due, reads what comes and keeps time.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::os::fd::BorrowedFd;

use crate::clock::{now_ns, ns};
use crate::connection::{Connection, State, is_open};
use crate::error::Error;
use crate::fault::Fault;
use crate::plan::Plan;
use crate::poll::{Poller, Ready};
use crate::schedule::Schedule;
use crate::tally::Tally;

/// Bytes to one read.
pub(crate) const READ: usize = 64 * 1024;
/// Reads from one socket before the others, the clock and the signals have their turn.
pub(crate) const READS: usize = 16;
/// The times between two looks at what took too long.
const SWEEP_NS: (u64, u64) = (1_000_000, 50_000_000);

/// Everything that the thread owns; dropping it closes every socket.
#[derive(Debug)]
pub(crate) struct Generator<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) poller: Poller,
    pub(crate) ready: Vec<Ready>,
    pub(crate) connections: Vec<Connection>,
    /// The connections that are free, the one that has been so longest in front.
    pub(crate) free: VecDeque<usize>,
    /// Connections that are being opened.
    pub(crate) opening: usize,
    /// Requests under way.
    pub(crate) under_way: usize,
    pub(crate) received: Vec<u8>,
    /// Connections that had more to read than one turn takes; no edge will name them.
    pub(crate) unread: Vec<usize>,
    /// What the last connection that could not be opened failed with.
    pub(crate) refusal: Option<std::io::Error>,
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
            under_way: 0,
            received: vec![0; READ],
            unread: Vec::new(),
            refusal: None,
            schedule: Schedule::of(plan, now_ns()),
            tally: Tally::new(),
            stopped: false,
        })
    }

    /// Offers the load until it is over, and what is left has been answered or given up.
    /// Calls `at_end` once the last request was sent. Returns when all was over, in
    /// nanoseconds on the clock.
    pub(crate) fn drive(&mut self, at_end: impl FnOnce()) -> Result<u64, Error> {
        let mut at_end = Some(at_end);
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
            let is_ready = !self.ready.is_empty() || !self.unread.is_empty();
            let worked = is_ready | self.ask(began);
            self.turn();
            let now = now_ns();
            if worked {
                self.tally.busy += now - began;
            }
            if now >= sweep {
                self.sweep(now);
                sweep = now + between;
            }
            let is_over = self.schedule.is_over(now);
            if let Some(at_end) = at_end.take_if(|_| is_over) {
                at_end();
            }
            let is_answered = is_over && self.under_way == 0;
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

    pub(crate) fn wait(&mut self, deadline: u64) -> Result<(), Error> {
        let deadline = if self.unread.is_empty() { deadline } else { 0 };
        self.stopped |= self.poller.wait(deadline, &mut self.ready)?;
        Ok(())
    }

    /// Reads on where the last turn stopped, and handles what the last wait found ready.
    pub(crate) fn turn(&mut self) {
        for key in std::mem::take(&mut self.unread) {
            let state = self.connections[key].state;
            if matches!(state, State::Busy { .. } | State::Free { .. }) {
                // The end may have been announced with the data.
                self.read(key, true);
            }
        }
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
                if ready.writable && written < connection.request.len() {
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

    /// Gives up requests and openings that took too long, and opens again the connections
    /// that failed.
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
}
