//! Tasks and what comes of them, as values and as the payloads of frames.
//!
//! An id, an attempt and an outcome are all that the pool knows of a task. An engine that
//! hands tasks out across machines, acknowledges and redelivers them has the same three.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use test_fixtures::{Outcome, Span, record_span};

use crate::{
    Fault, FaultKind,
    frame::{Frame, FrameError, Kind},
};

/// How often a task is tried before it is set aside.
pub const ATTEMPTS: u16 = 2;
/// What a task that is `big` carries, each way.
pub const BALLAST: usize = 8 << 20;

/// One range to count, at one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its place in the input.
    pub id: usize,
    /// From 1.
    pub attempt: u16,
    /// The numbers to look at.
    pub range: Range<u64>,
    /// Whether to look at none of them.
    pub noop: bool,
    /// What is to go wrong.
    pub fault: Option<Fault>,
}

/// What a range came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// The range's first number.
    pub from: u64,
    /// The number after its last.
    pub until: u64,
    /// How many of them are prime.
    pub primes: u64,
    /// Bytes of ballast that came back whole.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub ballast: u64,
    /// The attempt that succeeded.
    pub attempt: u16,
    /// The process that counted.
    pub pid: u32,
}

/// What a worker reports of a task that it has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many primes it found.
    pub primes: u64,
    /// Its process id.
    pub pid: u32,
    /// When it began, on the clock that all processes share.
    pub start: u64,
    /// When it was done.
    pub end: u64,
}

impl Task {
    /// What goes wrong at this attempt.
    pub fn fault(&self) -> Option<FaultKind> {
        let fault = self.fault.as_ref()?;
        (fault.always || self.attempt == 1).then_some(fault.kind)
    }

    /// Appends the frame that gives the task to a worker.
    pub fn encode(&self, bytes: &mut Vec<u8>) {
        let mut payload = Vec::with_capacity(18);
        payload.extend(self.range.start.to_le_bytes());
        payload.extend(self.range.end.to_le_bytes());
        let fault = self.fault();
        payload.extend([u8::from(self.noop), fault.map_or(0, |kind| kind as u8)]);
        if fault == Some(FaultKind::Big) {
            payload.extend(ballast());
        }
        Frame {
            kind: Kind::Task,
            attempt: self.attempt,
            id: self.id as u64,
            payload: &payload,
        }
        .encode(bytes);
    }

    /// The task of a frame, and the ballast that it carries.
    pub fn decode<'a>(frame: &Frame<'a>) -> Result<(Self, &'a [u8]), FrameError> {
        if frame.kind != Kind::Task {
            return Err(FrameError::Kind(frame.kind as u8));
        }
        let (from, rest) = number(frame.payload)?;
        let (until, rest) = number(rest)?;
        let [noop, fault, ballast @ ..] = rest else {
            return Err(FrameError::Payload);
        };
        let kind = FaultKind::ALL
            .iter()
            .find(|(_, kind)| *kind as u8 == *fault);
        let task = Self {
            id: usize::try_from(frame.id).map_err(|_| FrameError::Payload)?,
            attempt: frame.attempt,
            range: from..until,
            noop: *noop != 0,
            fault: kind.map(|(_, kind)| Fault {
                task: None,
                kind: *kind,
                always: true,
            }),
        };
        Ok((task, ballast))
    }

    /// The outcome that a worker's frame tells of this task.
    ///
    /// Records the span that the worker measured.
    pub fn outcome(&self, frame: &Frame<'_>) -> Result<Outcome<Count>, FrameError> {
        if (frame.id, frame.attempt) != (self.id as u64, self.attempt) {
            return Err(FrameError::Payload);
        }
        match frame.kind {
            Kind::Done => {
                let (report, ballast) = Report::decode(frame.payload)?;
                record_span(Span {
                    task: format!("{}..{}", self.range.start, self.range.end),
                    lane: format!("worker {}", report.pid),
                    start: report.start,
                    end: report.end,
                    note: None,
                });
                Ok(Outcome::Ok(Count {
                    from: self.range.start,
                    until: self.range.end,
                    primes: report.primes,
                    ballast: whole(ballast),
                    attempt: self.attempt,
                    pid: report.pid,
                }))
            }
            Kind::Panicked => {
                let message = String::from_utf8_lossy(frame.payload);
                Ok(Outcome::Panicked(message.into_owned()))
            }
            Kind::Task => Err(FrameError::Kind(Kind::Task as u8)),
        }
    }
}

impl Report {
    /// Appends the frame that reports `task` as done.
    pub fn encode(&self, task: &Task, ballast: &[u8], bytes: &mut Vec<u8>) {
        let mut payload = Vec::with_capacity(28 + ballast.len());
        payload.extend(self.primes.to_le_bytes());
        payload.extend(self.start.to_le_bytes());
        payload.extend(self.end.to_le_bytes());
        payload.extend(self.pid.to_le_bytes());
        payload.extend(ballast);
        Frame {
            kind: Kind::Done,
            attempt: task.attempt,
            id: task.id as u64,
            payload: &payload,
        }
        .encode(bytes);
    }

    fn decode(payload: &[u8]) -> Result<(Self, &[u8]), FrameError> {
        let (primes, rest) = number(payload)?;
        let (start, rest) = number(rest)?;
        let (end, rest) = number(rest)?;
        let (pid, ballast) = rest.split_first_chunk().ok_or(FrameError::Payload)?;
        let report = Self {
            primes,
            pid: u32::from_le_bytes(*pid),
            start,
            end,
        };
        Ok((report, ballast))
    }
}

/// Bytes that differ from their neighbours, so that a shift or a gap is seen.
pub(crate) fn ballast() -> impl Iterator<Item = u8> {
    (0..BALLAST).map(|index| (index % 251) as u8)
}

/// How many bytes of ballast these are: all of them, or none if one is wrong.
pub(crate) fn whole(bytes: &[u8]) -> u64 {
    let same = bytes.iter().copied().eq(ballast());
    if same { bytes.len() as u64 } else { 0 }
}

fn number(bytes: &[u8]) -> Result<(u64, &[u8]), FrameError> {
    let (number, rest) = bytes.split_first_chunk().ok_or(FrameError::Payload)?;
    Ok((u64::from_le_bytes(*number), rest))
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}
