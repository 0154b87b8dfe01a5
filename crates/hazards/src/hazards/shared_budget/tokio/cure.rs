//! A `join!` that begins each turn with another future.

// The lesson: everything below can be taken home.
// It needs tokio (macros, rt, sync).

use std::io;

use tokio::{join, runtime::Builder, sync::mpsc};

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
        let (handled, ()) = join!(handling, answering);
        Ok(handled)
    })
}
