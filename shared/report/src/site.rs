//! Pages of the site that are no chapters of the book.

pub mod explorer;
pub mod source;
