//! An executor's threads blocked by what waits or computes: meanwhile no other task gets
//! its turn, and no timer goes off.
//!
//! In the wild: time-outs that fire late, health checks that fail while the processor idles,
//! latencies that are multiples of one slow call. tokio-console's warning `never-yielded`
//! finds it, and tokio's metrics of poll times show it; clippy's `disallowed_methods` knows
//! the calls that it is told of.

pub mod async_std;
pub mod rayon;
pub mod smol;
pub mod tokio;

use crate::Hazard;

pub(crate) const HAZARD: Hazard = Hazard::BlockedExecutor;
