//! What differs between two sources: found here once, and drawn by the terminal and the page.

mod between;
pub mod columns;
mod line;
pub(crate) mod patch;
mod section;

pub use between::{Change, Difference, Marks};
pub use section::{Cut, Sections};
