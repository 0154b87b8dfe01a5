//! What the standard library has not, built by hand for several variants.

pub mod token;
