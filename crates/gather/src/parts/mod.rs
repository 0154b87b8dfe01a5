//! What several lessons come with.

pub mod yielding;
