//! Timelines in characters, and as files that other programs open.

mod characters;
pub(crate) mod columns;
pub mod picture;
mod strip;
pub mod trace;
