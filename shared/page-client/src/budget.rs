//! How much a stream reads before the others have their turn.
//!
//! A task whose peer always has more to send never waits. The futures beside it, its
//! time-out for instance, are then never polled. So after this much was read in a row a
//! stream returns `Pending` and wakes its task. The task ends its turn, and is polled
//! again when the others had theirs.
//!
//! tokio's sockets do the like, and count reads (tokio 1.54, src/task/coop/mod.rs,
//! Budget). Each of hyper's reads may be 400 KiB (hyper 1.12, src/proto/h1/io.rs,
//! DEFAULT_MAX_BUFFER_SIZE). So 128 of them are parsed before any timer is looked at.
//! smol and async-std leave it to the task.

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
