//! The variants, in reading order.

test_fixtures::variants! { crate::ThreadPool:
    std_only = "scoped threads that share one bounded queue, ureq";
    crossbeam = "scoped threads that share one bounded channel, ureq";
    rayon = "a pool that pulls from an iterator, ureq";
    tokio = "spawn_blocking, as many in a JoinSet as threads, ureq";
    smol = "unblock, as many in a FuturesUnordered as threads, ureq";
    async_std = "spawn_blocking, as many in a FuturesUnordered as threads, ureq", legacy;
}
