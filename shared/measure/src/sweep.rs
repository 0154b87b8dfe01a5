//! Sweeps: one model's job over a range of sizes, how each variant grows with them, where
//! one passes another, and where one breaks.

pub mod analysis;
pub mod crossing;
pub mod fit;
pub mod results;
