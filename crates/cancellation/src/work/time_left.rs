//! What is left until a deadline, as a socket that blocks takes it.

use std::{
    io::{self, ErrorKind},
    time::{Duration, Instant},
};

/// How long a socket should wait before the next look at the clock. The system rounds its
/// time-outs up, the longer the more, by as much as an eighth; so it is asked for less.
pub(super) fn wait(deadline: Instant) -> io::Result<Duration> {
    let wait = left(deadline)? / 8 * 7;
    Ok(wait.max(Duration::from_micros(100)))
}

/// The time that is left; an error once there is none.
pub(super) fn left(deadline: Instant) -> io::Result<Duration> {
    match deadline.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(ErrorKind::TimedOut.into()),
        left => Ok(left),
    }
}
