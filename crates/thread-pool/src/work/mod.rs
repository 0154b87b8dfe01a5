//! What is done to one item: its file is downloaded.

mod download;

pub use download::Downloads;
