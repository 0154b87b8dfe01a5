//! What the ring is made of. Its tests put loom's in their place.

pub(crate) use std::{
    hint::spin_loop,
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
};

/// How often to look again before it is worth a system call to sleep: some microseconds.
pub(crate) const SPINS: usize = 100;

/// Sleeping on a word of memory. Not `FUTEX_PRIVATE`: the other side is another process.
pub(crate) mod futex {
    use std::sync::atomic::AtomicU32;

    use rustix::thread::futex::{self, Flags};

    /// Sleeps until woken, unless the word is no longer what it was.
    pub(crate) fn wait(word: &AtomicU32, value: u32) {
        // Whether it was woken, interrupted, or the word had changed: the caller looks again.
        let _ = futex::wait(word, Flags::empty(), value, None);
    }

    /// Wakes the one who sleeps, if there is one.
    pub(crate) fn wake(word: &AtomicU32) {
        futex::wake(word, Flags::empty(), 1).expect("the word is mapped");
    }
}
