//! Sweeps: one model's job over a range of sizes, how each variant grows with them, where
//! one passes another, where one breaks, and at which rate its tail leaves the floor.

pub mod analysis;
pub mod crossing;
pub mod fit;
pub mod knee;
pub mod results;
