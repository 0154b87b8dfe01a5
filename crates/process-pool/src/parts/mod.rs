//! What every pool of processes takes along: how tasks and answers look on the way, what a
//! place in the pool decides, where tasks wait, and the worker's side.
//!
//! Nothing here knows what a task is, or which runtime moves the bytes.

pub mod frame;
pub mod session;
pub mod waiting;
pub mod worker;
