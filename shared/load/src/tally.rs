//! The tally: what a run counts while it lasts.

use std::collections::BTreeMap;

use crate::fault::Fault;
use crate::report::Span;
use crate::times::Times;

/// Counts and distributions of one run.
#[derive(Debug)]
pub(crate) struct Tally {
    pub(crate) service: Times,
    pub(crate) response: Times,
    pub(crate) lateness: Times,
    pub(crate) answered: u64,
    pub(crate) errors: BTreeMap<Fault, u64>,
    pub(crate) statuses: BTreeMap<u16, u64>,
    pub(crate) unanswered: u64,
    /// Connections that were opened after the first ones.
    pub(crate) reopened: u64,
    /// Attempts to open a connection that failed.
    pub(crate) unopened: u64,
    pub(crate) received: u64,
    pub(crate) bodies: u64,
    /// Nanoseconds in which the generator had something to do.
    pub(crate) busy: u64,
    /// When the last request ended, in nanoseconds on the clock.
    pub(crate) last: u64,
    /// The exchanges, if they were asked for.
    pub(crate) spans: Vec<Span>,
}

/// A request that is under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    /// Its place in the order in which requests were taken, counted from 0.
    pub(crate) number: u64,
    /// When it was due, in nanoseconds on the clock.
    pub(crate) due: u64,
    /// When it was sent.
    pub(crate) start: u64,
}

impl Tally {
    pub(crate) fn new() -> Tally {
        Tally {
            service: Times::new(),
            response: Times::new(),
            lateness: Times::new(),
            answered: 0,
            errors: BTreeMap::new(),
            statuses: BTreeMap::new(),
            unanswered: 0,
            reopened: 0,
            unopened: 0,
            received: 0,
            bodies: 0,
            busy: 0,
            last: 0,
            spans: Vec::new(),
        }
    }

    /// Counts a whole answer. Only the times of 2xx answers are kept: a server that
    /// refuses quickly is not a quick one.
    pub(crate) fn answered(&mut self, asked: Asked, at: u64, status: u16, body: u64) {
        self.last = at;
        self.bodies += body;
        *self.statuses.entry(status).or_default() += 1;
        if (200..300).contains(&status) {
            self.answered += 1;
            self.waited(asked, at);
        } else {
            *self.errors.entry(Fault::Status).or_default() += 1;
        }
    }

    /// Counts a request that failed. One that timed out has its times kept: leaving them
    /// out would shorten the tail.
    pub(crate) fn failed(&mut self, asked: Asked, at: u64, fault: Fault) {
        self.last = at;
        *self.errors.entry(fault).or_default() += 1;
        if fault == Fault::TimedOut {
            self.waited(asked, at);
        }
    }

    /// Counts a request that was under way at the end. Its times so far are kept.
    pub(crate) fn unanswered(&mut self, asked: Asked, at: u64) {
        self.unanswered += 1;
        self.waited(asked, at);
    }

    /// Counts a request that was due at the end and not sent.
    pub(crate) fn unsent(&mut self, due: u64, at: u64) {
        self.unanswered += 1;
        self.response.record(at.saturating_sub(due));
    }

    fn waited(&mut self, asked: Asked, at: u64) {
        self.service.record(at.saturating_sub(asked.start));
        self.response.record(at.saturating_sub(asked.due));
    }
}
