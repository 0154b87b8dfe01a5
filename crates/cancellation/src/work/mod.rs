//! What is done in one task: it sleeps, fetches, computes, blocks its thread or waits for a
//! process. Each kind of work is a future of the runtime, or a closure for a thread.
//!
//! A [`Task`] goes with the code that does it, and notes what becomes of it.

pub mod async_std;
pub mod compio;
mod fetch;
mod fetch_blocking;
mod journal;
mod outcomes;
mod pieces;
mod process;
pub mod smol;
pub mod surf;
mod task;
pub mod tokio;
mod yielding;

pub use fetch_blocking::Fetches;
pub use journal::Journal;
pub(crate) use journal::{Entry, entries};
pub use outcomes::{Ended, Outcomes, Phase};
pub use process::REAPED_WITHIN;
pub(crate) use process::serve;
pub use task::{Done, Task, Tasks};
