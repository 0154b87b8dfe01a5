//! The runtimes that variants are on.

/// Every runtime, in the order in which an overview shows them. Rows of the standard
/// library's threads and processes alone are on `std`.
pub const RUNTIMES: [&str; 7] = [
    "std",
    "crossbeam",
    "rayon",
    "tokio",
    "smol",
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
