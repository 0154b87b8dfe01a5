//! A `select!` whose first branch is always ready.
//!
//! - `biased` polls in the order of the lines, and takes the first that is ready: while there
//!   are frames, the branch with the stop is not polled.
//! - The budget is no help. A task that has used it up yields, and then begins with the first
//!   line again (tokio 1.54, src/macros/select.rs, poll_budget_available).
//! - The cure leaves the order to chance, as `select!` does by itself. To name the stop first
//!   would do, too.

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
                biased;
                Some(_) = receiver.recv() => {
                    handle();
                    handled += 1;
                }
                () = &mut stop => break Ok(handled),
            }
        }
    })
}
