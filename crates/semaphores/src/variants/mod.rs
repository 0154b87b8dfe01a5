//! The variants, in reading order.

test_fixtures::variants! { crate::Semaphores:
    std_only = "a semaphore from Mutex and Condvar, a thread a request, ureq";
    crossbeam = "a bounded channel of tokens, a thread a request, ureq";
    rayon = "a pool as wide as the permits, ureq";
    tokio = "tokio::sync::Semaphore, a task a request, reqwest";
    buffer_unordered = "a stream that polls so many futures at once, on tokio, reqwest";
    smol = "async_lock::Semaphore, a task a request, hyper";
    async_std = "async_lock::Semaphore, a task a request, hyper", legacy;
    surf = "async_lock::Semaphore, a task a request, surf's own pool", legacy;
}
