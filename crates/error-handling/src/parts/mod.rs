//! What several lessons come with.

pub mod stop;
