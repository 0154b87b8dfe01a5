//! A lock's guard held across an await on one thread: whoever wants the lock next blocks
//! the only thread that could bring the guard's end.
//!
//! rustc refuses it where tasks may change threads, since the guard is not `Send`; on one
//! thread nothing stands in the way. In the wild: the process freezes whole, timers and
//! Ctrl-C handlers with it, and its one stack ends in a futex under `Mutex::lock`.
//! `clippy::await_holding_lock` finds it, and each failing piece here expects it to: where
//! clippy no longer did, the build would fail.

pub mod async_std;
pub mod smol;
pub mod tokio;

use crate::Hazard;

pub(crate) const HAZARD: Hazard = Hazard::GuardAcrossAwait;
