//! Leaving async-std and surf: their items beside what takes their place, and one program
//! on its way from async-std to smol and to tokio.
//!
//! `docs/src/leaving-async-std.md` and `docs/src/leaving-surf.md` are made from it. Both
//! packages are discontinued, and nothing else depends on this one.

pub mod echo;
pub mod http;
pub mod items;
pub mod service;
