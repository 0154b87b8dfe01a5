//! Figures in documents, written from kept results instead of by hand.
//!
//! A [`kept::Kept`] is a comparison or a sweep without its samples, small enough to be in
//! the repository. A [`document`] is Markdown with markers, each of which names a figure or
//! a table; [`figures::Figures`] evaluates them. A document can also have functions of the
//! workspace, the lines that differ between two of them, and timelines.

mod block;
pub mod document;
pub mod figures;
pub mod kept;
pub mod lesson;
mod place;
pub mod recorded;
mod typed;
