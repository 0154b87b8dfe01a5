//! A `read_exact` that a select cancels half-way: the bytes that it had read go with its
//! future, and the next one starts in the middle of a frame.
//!
//! In the wild: a protocol that loses its step after a tick, a ping or a shut-down check,
//! with lengths and magics that are wrong from there on, mostly on slow links. No lint finds
//! it; tokio's documentation says of each method whether it is cancel safe.

pub mod async_std;
pub mod smol;
pub mod tokio;

use crate::Hazard;

pub(crate) const HAZARD: Hazard = Hazard::CancelledRead;
