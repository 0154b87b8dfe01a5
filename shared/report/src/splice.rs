//! Figures in documents, written from kept results instead of by hand.
//!
//! A [`kept::Kept`] is a comparison or a sweep without its samples, small enough to be in
//! the repository. A [`document`] is Markdown with markers, each of which names a figure or
//! a table; [`figures::Figures`] evaluates them.

mod block;
pub mod document;
pub mod figures;
pub mod kept;
mod place;
mod typed;
