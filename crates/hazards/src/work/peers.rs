//! Peers that hang up on who does not answer in time.

use std::{
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    thread,
    time::{Duration, Instant},
};

use super::record::note_hang_up;

/// How many answers each peer waits for: the first is done while the second is in the
/// middle.
const ANSWERS: [u8; 2] = [1, 8];
/// How long a peer takes before it asks again.
const THINKING: Duration = Duration::from_millis(3);

/// How many peers there are.
pub(crate) const PEERS: u64 = ANSWERS.len() as u64;

/// Starts the peers, each in a thread that ends when its socket's other end is dropped, or
/// before. Returns the other ends.
pub(crate) fn peers(patience: Duration) -> io::Result<Vec<UnixStream>> {
    let start = |answers| {
        let (mine, other) = UnixStream::pair()?;
        mine.set_read_timeout(Some(patience))?;
        thread::Builder::new().spawn(move || {
            // The socket is there until this is noted.
            if ask(&mine, answers, patience).is_err() {
                note_hang_up();
            }
        })?;
        Ok(other)
    };
    ANSWERS.into_iter().map(start).collect()
}

/// Asks so often, and ends with a zero.
///
/// # Errors
/// An answer did not come in time, or this thread was away when it came.
fn ask(mut other: &UnixStream, answers: u8, patience: Duration) -> io::Result<()> {
    for left in (1..=answers).rev() {
        let asked = Instant::now();
        other.write_all(&[left])?;
        other.read_exact(&mut [0])?;
        if asked.elapsed() >= patience {
            return Err(io::ErrorKind::TimedOut.into());
        }
        thread::sleep(THINKING);
    }
    other.write_all(&[0])
}
