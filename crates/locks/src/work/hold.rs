//! Work to hold a lock for: rounds of computing, since a look at the clock takes longer
//! than many a lock is held.

use std::hint::black_box;

/// This many steps of a xorshift generator (Marsaglia, Xorshift RNGs, 2003). Each needs the
/// result of the one before it and takes six dependent operations, about two nanoseconds.
#[inline(never)]
pub(crate) fn compute(rounds: u64) {
    let mut state = black_box(1_u64);
    for _ in 0..rounds {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    black_box(state);
}
