//! A future that is always ready, before one that shares its budget.
//!
//! - A task has one budget for all that it joins: 128 steps a turn (tokio 1.54,
//!   src/task/coop/mod.rs, Budget). What `handling` has used up, `answering` has not: its
//!   channel has a message, and lets it wait.
//! - `join` of `futures` begins each turn with the first future, so that this is every turn.
//! - The cure is tokio's `join!`, which begins with another one each turn (tokio 1.54,
//!   src/macros/join.rs, Rotator). A task of its own would do, too; `biased;` would not.

// The lesson: everything below can be taken home.
// It needs futures-util (std), tokio (rt, sync).

use std::io;

use futures_util::future::join;
use tokio::{runtime::Builder, sync::mpsc};

/// Calls `handle` for each of `frames` frames, and beside that `answer` for one question.
/// All of them are there already. Returns how many frames were handled.
///
/// # Errors
/// The runtime can't be built.
pub fn serve(frames: u64, handle: impl Fn(), answer: impl Fn()) -> io::Result<u64> {
    let runtime = Builder::new_current_thread().build()?;
    runtime.block_on(async {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        for frame in 0..frames {
            sender.send(frame).map_err(io::Error::other)?;
        }
        drop(sender);
        let (asker, mut questions) = mpsc::unbounded_channel();
        asker.send(()).map_err(io::Error::other)?;
        let handling = async {
            let mut handled = 0;
            while receiver.recv().await.is_some() {
                handle();
                handled += 1;
            }
            handled
        };
        let answering = async {
            if questions.recv().await.is_some() {
                answer();
            }
        };
        let (handled, ()) = join(handling, answering).await;
        Ok(handled)
    })
}
