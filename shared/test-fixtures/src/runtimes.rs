//! The runtimes that variants are on.

/// What rows are on that have plain threads or processes, and no runtime. Some of them use
/// a package beside the standard library, such as parking_lot.
pub const NO_RUNTIME: &str = "std";

/// Every runtime, in the order in which an overview shows them.
pub const RUNTIMES: [&str; 8] = [
    NO_RUNTIME,
    "crossbeam",
    "rayon",
    "tokio",
    "smol",
    "compio",
    "async_std",
    "surf",
];

/// The runtime that a name begins with: `tokio` of `tokio_current_thread`.
pub fn runtime_of(name: &str) -> Option<&'static str> {
    let begins = |runtime: &&&str| {
        let rest = name.strip_prefix(**runtime);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    };
    RUNTIMES.iter().find(begins).copied()
}
