//! rayon's join under a lock: a thread that waits for a stolen half takes other work
//! meanwhile, and that work wants the lock which the thread itself holds.
//!
//! In the wild: a pool that stops for good under load, never in a test of one request. Its
//! stack is unlike any other: the same closure twice, once in `lock` and further down in
//! `join`, with `wait_until_cold` and `execute` between them. rayon's issue 592 describes
//! it; no lint finds it, `deadlock_detection` of `parking_lot` does.

pub mod rayon;

use crate::Hazard;

pub(crate) const HAZARD: Hazard = Hazard::JoinUnderLock;
