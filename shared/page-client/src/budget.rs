//! How much a stream reads before the others have their turn.
//!
//! A task whose peer always has more to send never waits, and what stands beside it, its
//! time-out for instance, is never polled. So after so much that was read in a row a stream
//! says that there is nothing, and that it is to be asked again: the task comes to its end,
//! and back when the others had their turn.
//!
//! tokio's sockets do the like, and count reads (tokio 1.54, src/task/coop/mod.rs, Budget):
//! 128 of hyper's, which may be 400 KiB each (hyper 1.12, src/proto/h1/io.rs,
//! DEFAULT_MAX_BUFFER_SIZE), are parsed before any timer is looked at. smol and async-std
//! leave it to the task.

use std::task::{Context, Poll};

/// Bytes that may be read in a row, and at once. They may be hundreds of interim answers,
/// or thousands of chunks, so it is not the reading that takes its time.
pub const BYTES: usize = 16 * 1024;
/// Reads in a row, however little each is.
const READS: u8 = 64;

/// What was read in a row.
#[derive(Debug, Default)]
pub struct Budget {
    bytes: usize,
    reads: u8,
}

impl Budget {
    /// Ready while there is some left. Else the task is woken, and has all of it then.
    pub fn poll_left(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.bytes < BYTES && self.reads < READS {
            return Poll::Ready(());
        }
        *self = Self::default();
        context.waker().wake_by_ref();
        Poll::Pending
    }

    /// Notes a read: its bytes, if it found any.
    pub fn spend(&mut self, bytes: Option<usize>) {
        match bytes {
            Some(bytes) => {
                self.bytes = self.bytes.saturating_add(bytes);
                self.reads += 1;
            }
            None => *self = Self::default(),
        }
    }
}
