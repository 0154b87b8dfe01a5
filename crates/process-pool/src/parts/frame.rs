//! Frames: how tasks and replies look between two processes.
//!
//! Encoding and decoding touch no input or output: bytes go in, frames come out, and
//! each runtime moves the bytes with its own tools. A frame is a header of 20 bytes, its
//! numbers little-endian, and a payload:
//!
//! | bytes | what |
//! | --- | --- |
//! | 4 | magic, `ILPP` |
//! | 1 | version, 1 |
//! | 1 | kind: 1 task, 2 done, 3 panicked; between machines also 4 timed out, 5 worker lost, 6 refused |
//! | 2 | attempt, from 1 |
//! | 8 | the task's id |
//! | 4 | the payload's length, at most 16 MiB |

use std::{error, fmt};

/// What every frame begins with.
pub const MAGIC: [u8; 4] = *b"ILPP";
const VERSION: u8 = 1;
/// How many bytes are before a payload.
pub const HEADER: usize = 20;
/// The longest payload. A header that claims more is refused before a byte of it is read.
pub const LONGEST: usize = 16 << 20;

/// One message of either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What its payload is.
    pub kind: Kind,
    /// Which attempt at the task it belongs to.
    pub attempt: u16,
    /// The task that it is about.
    pub id: u64,
    /// As the kind says.
    pub payload: &'a [u8],
}

/// What a frame's payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To the worker: a task.
    Task = 1,
    /// From the worker: the result of the task.
    Done = 2,
    /// From the worker: the message of the panic that the task ended in.
    Panicked = 3,
    /// From a worker's machine: the worker was killed at the task's deadline.
    TimedOut = 4,
    /// From a worker's machine: the worker of the last attempt went away.
    WorkerLost = 5,
    /// The task or its answer can't be sent, and why.
    Refused = 6,
}

/// Why bytes are not frames. Nothing that follows them can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameError {
    /// They don't begin with the magic.
    Magic([u8; 4]),
    /// Another version of the protocol.
    Version(u8),
    /// No such kind.
    Kind(u8),
    /// Longer than a payload may be.
    Length(u32),
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FrameError::Magic(bytes) => {
                write!(f, "not a frame: it begins with {bytes:02x?}")
            }
            FrameError::Version(version) => write!(
                f,
                "a frame of version {version}; this program speaks version {VERSION}"
            ),
            FrameError::Kind(kind) => write!(f, "a frame of unknown kind {kind}"),
            FrameError::Length(length) => write!(
                f,
                "a frame that claims a payload of {length} bytes; the most is {LONGEST}"
            ),
        }
    }
}

impl error::Error for FrameError {}

impl Frame<'_> {
    /// Appends the frame's bytes. Its payload is at most [`LONGEST`].
    pub fn encode(&self, bytes: &mut Vec<u8>) {
        debug_assert!(self.payload.len() <= LONGEST);
        bytes.reserve(HEADER + self.payload.len());
        bytes.extend(MAGIC);
        bytes.extend([VERSION, self.kind as u8]);
        bytes.extend(self.attempt.to_le_bytes());
        bytes.extend(self.id.to_le_bytes());
        bytes.extend((self.payload.len() as u32).to_le_bytes());
        bytes.extend(self.payload);
    }
}

/// Finds the frames in bytes, wherever these were cut.
#[derive(Debug, Default)]
pub struct Decoder {
    bytes: Vec<u8>,
    /// Where the next frame begins; what lies before was handed out.
    at: usize,
}

impl Decoder {
    /// Takes bytes in. It never holds more than arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.at);
        self.at = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// How many bytes of memory it holds.
    pub fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// The next whole frame, if there is one.
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, FrameError> {
        let Some((header, rest)) = self.bytes[self.at..].split_first_chunk::<HEADER>()
        else {
            return Ok(None);
        };
        let [m0, m1, m2, m3, version, kind, a0, a1, rest_of_header @ ..] = *header;
        let [id @ .., l0, l1, l2, l3] = rest_of_header;
        if [m0, m1, m2, m3] != MAGIC {
            return Err(FrameError::Magic([m0, m1, m2, m3]));
        }
        if version != VERSION {
            return Err(FrameError::Version(version));
        }
        let kind = match kind {
            1 => Kind::Task,
            2 => Kind::Done,
            3 => Kind::Panicked,
            4 => Kind::TimedOut,
            5 => Kind::WorkerLost,
            6 => Kind::Refused,
            unknown => return Err(FrameError::Kind(unknown)),
        };
        let length = u32::from_le_bytes([l0, l1, l2, l3]);
        if length as usize > LONGEST {
            return Err(FrameError::Length(length));
        }
        let Some(payload) = rest.get(..length as usize) else {
            return Ok(None);
        };
        self.at += HEADER + payload.len();
        Ok(Some(Frame {
            kind,
            attempt: u16::from_le_bytes([a0, a1]),
            id: u64::from_le_bytes(id),
            payload,
        }))
    }
}
