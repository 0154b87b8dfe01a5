//! Rounds of trials, and their analysis: statistics, noise, and the results as they are
//! kept. There are results of a comparison, of a sweep, of several machines, and of two
//! sittings.
//!
//! A model is known here by what any model can do ([`model::AnyModel`]), and none by name.

pub mod change;
pub mod foreign;
pub mod host;
mod independent;
pub mod latency;
pub mod looks;
pub mod merge;
#[cfg(any(test, feature = "mock"))]
pub mod mock;
pub mod model;
mod noise;
pub mod progress;
pub mod read;
mod requirement;
pub mod results;
pub mod rounds;
pub mod seen;
#[cfg(test)]
mod simulation;
pub mod source;
pub mod standing;
pub mod statistics;
pub mod summary;
pub mod sweep;
pub mod timeline;
