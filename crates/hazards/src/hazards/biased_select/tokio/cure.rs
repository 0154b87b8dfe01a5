//! A `select!` that draws which branch it polls first.

// The lesson: everything below can be taken home.
// It needs tokio (macros, rt, sync, time).

use std::{io, pin::pin, time::Duration};

use tokio::{runtime::Builder, select, sync::mpsc, time::sleep};

/// Calls `handle` for each of `frames` frames, all of which are there already, and stops
/// after `limit`. Returns how many were handled.
///
/// # Errors
/// The runtime can't be built.
pub fn handle_until(limit: Duration, frames: u64, handle: impl Fn()) -> io::Result<u64> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        for frame in 0..frames {
            sender.send(frame).map_err(io::Error::other)?;
        }
        drop(sender);
        let mut stop = pin!(sleep(limit));
        let mut handled = 0;
        loop {
            select! {
                Some(_) = receiver.recv() => {
                    handle();
                    handled += 1;
                }
                () = &mut stop => break Ok(handled),
            }
        }
    })
}
