//! The book's own snippets, compiled: each Rust block of a page of `docs/src` is a test of
//! this package's documentation.
//!
//! What a page includes from a file is compiled where that file is; its block is marked
//! `ignore`.

#![cfg(doctest)]

#[doc = include_str!("../../../docs/src/introduction.md")]
mod introduction {}
