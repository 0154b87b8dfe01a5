//! A channel that never closes: the receiver's loop ends when the last Sender is gone, and
//! one lives on where nobody sends.
//!
//! In the wild: all work is done, and the program doesn't end; its stack is in `recv`, and
//! in a dump of tasks there is one that waits for a channel with no sender at work. No lint
//! finds it; tokio-console shows the task that idles, and a review asks of each clone who
//! drops it.

pub mod async_std;
pub mod crossbeam;
pub mod smol;
pub mod std_only;
pub mod tokio;

use crate::Hazard;

pub(crate) const HAZARD: Hazard = Hazard::LeakedSender;
