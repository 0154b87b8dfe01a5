//! Timelines in characters, and as files that other programs open.

mod characters;
mod columns;
pub(crate) mod extent;
pub mod picture;
mod strip;
pub mod trace;
