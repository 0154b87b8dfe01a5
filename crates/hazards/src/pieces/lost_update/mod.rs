//! A lost update: a load and a store where an add belongs.
//!
//! Each step is atomic, the three together are not: what another adds between the load and
//! the store is overwritten. rustc refuses the race on plain memory, not the one on values.
//!
//! In the wild: totals that are a little too small, under load only. loom and shuttle find
//! it; ThreadSanitizer doesn't, since no access is a data race.

pub mod async_std;
pub mod crossbeam;
pub mod rayon;
pub mod smol;
pub mod std_only;
pub mod tokio;

use crate::Hazard;

pub(crate) const HAZARD: Hazard = Hazard::LostUpdate;
