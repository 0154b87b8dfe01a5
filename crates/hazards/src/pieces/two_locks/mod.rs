//! Two locks taken in two orders: each of two holds what the other waits for.
//!
//! In the wild: requests that never end, no processor time, and stacks that end in `lock`
//! above a frame that holds another guard; with tasks, not even that. loom finds it in a
//! model, `deadlock_detection` of `parking_lot` names the threads, tokio-console shows who
//! waits for which of tokio's locks. ThreadSanitizer watches the order of pthread's locks,
//! and std's on Linux are none.

pub mod async_std;
pub mod rayon;
pub mod smol;
pub mod std_only;
pub mod tokio;

use crate::Hazard;

pub(crate) const HAZARD: Hazard = Hazard::TwoLocks;
