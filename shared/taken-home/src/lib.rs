//! Every lesson, taken home: what stands below `// The lesson` in each variant's file, in a
//! package that depends on nothing of this workspace.
//!
//! `build.rs` takes them out of `crates/*/src`, as `compare take` prints them. That they
//! compile here is half of the test; `tests/` runs each on an example that is none of ours.

include!(concat!(env!("OUT_DIR"), "/lib.rs"));
