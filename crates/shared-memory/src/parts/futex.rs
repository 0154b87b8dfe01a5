//! Sleeping on a word of memory, until another thread or process wakes the sleeper.

use std::sync::atomic::AtomicU32;

use rustix::thread::futex::{self, Flags};

/// How often to look again before it is worth a system call to sleep: some microseconds.
pub const SPINS: usize = 100;

/// Not `FUTEX_PRIVATE`: the other side may be another process.
const FLAGS: Flags = Flags::empty();

/// Sleeps until woken, unless the word is no longer what it was.
pub fn wait(word: &AtomicU32, value: u32) {
    // Whether it was woken, interrupted, or the word had changed: the caller looks again.
    let _ = futex::wait(word, FLAGS, value, None);
}

/// Wakes the one who sleeps, if there is one.
pub fn wake(word: &AtomicU32) {
    futex::wake(word, FLAGS, 1).expect("the word is mapped");
}
