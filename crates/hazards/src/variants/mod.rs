//! The hazards on every runtime: each file lists what concerns its runtime and what doesn't,
//! and the pieces themselves are in `src/pieces`, a folder a hazard.

use crate::runtime::Runtime;

test_fixtures::variants! { crate::Hazards:
    std_only = "threads, channels and locks of the standard library"
        + "../pieces/lost_update/std_only.rs"
        + "../pieces/two_locks/std_only.rs"
        + "../pieces/oversubscribed/std_only.rs"
        + "../pieces/leaked_sender/std_only.rs";
    crossbeam = "crossbeam-channel and AtomicCell on plain threads"
        + "../pieces/lost_update/crossbeam.rs"
        + "../pieces/oversubscribed/crossbeam.rs"
        + "../pieces/leaked_sender/crossbeam.rs";
    rayon = "parallel iterators and join on a pool"
        + "../pieces/lost_update/rayon.rs"
        + "../pieces/two_locks/rayon.rs"
        + "../pieces/blocked_executor/rayon.rs"
        + "../pieces/join_under_lock/rayon.rs"
        + "../pieces/oversubscribed/rayon.rs";
    tokio = "tasks on a pool of threads; join!, select! and fair locks"
        + "../pieces/lost_update/tokio.rs"
        + "../pieces/two_locks/tokio.rs"
        + "../pieces/blocked_executor/tokio.rs"
        + "../pieces/guard_across_await/tokio.rs"
        + "../pieces/oversubscribed/tokio.rs"
        + "../pieces/leaked_sender/tokio.rs"
        + "../pieces/cancelled_read/tokio.rs"
        + "../pieces/futurelock/tokio.rs";
    smol = "tasks on an executor that threads run"
        + "../pieces/lost_update/smol.rs"
        + "../pieces/two_locks/smol.rs"
        + "../pieces/blocked_executor/smol.rs"
        + "../pieces/guard_across_await/smol.rs"
        + "../pieces/oversubscribed/smol.rs"
        + "../pieces/leaked_sender/smol.rs"
        + "../pieces/cancelled_read/smol.rs"
        + "../pieces/futurelock/smol.rs";
    async_std = "tasks on the process's one executor"
        + "../pieces/lost_update/async_std.rs"
        + "../pieces/two_locks/async_std.rs"
        + "../pieces/blocked_executor/async_std.rs"
        + "../pieces/guard_across_await/async_std.rs"
        + "../pieces/oversubscribed/async_std.rs"
        + "../pieces/leaked_sender/async_std.rs"
        + "../pieces/cancelled_read/async_std.rs"
        + "../pieces/futurelock/async_std.rs", legacy;
}

/// What concerns each of them, in the same order.
pub(crate) const RUNTIMES: &[&Runtime] = &[
    &std_only::RUNTIME,
    &crossbeam::RUNTIME,
    &rayon::RUNTIME,
    &tokio::RUNTIME,
    &smol::RUNTIME,
    &async_std::RUNTIME,
];

/// What concerns the variant of that name.
pub(crate) fn named(name: &str) -> Option<&'static Runtime> {
    RUNTIMES
        .iter()
        .find(|runtime| runtime.name == name)
        .copied()
}
