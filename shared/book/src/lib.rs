//! The book's own snippets, compiled: each Rust block of a page of `docs/src` is a test of
//! this package's documentation.
//!
//! What a page includes from a file is compiled where that file is; its block is marked
//! `ignore`.

#![cfg(doctest)]

#[doc = include_str!("../../../docs/src/introduction.md")]
mod introduction {}

mod from_python {
    #[doc = include_str!("../../../docs/src/from-python/asyncio.md")]
    mod asyncio {}

    #[doc = include_str!("../../../docs/src/from-python/concurrent-futures.md")]
    mod concurrent_futures {}

    #[doc = include_str!("../../../docs/src/from-python/contextvars.md")]
    mod contextvars {}

    #[doc = include_str!("../../../docs/src/from-python/multiprocessing.md")]
    mod multiprocessing {}

    #[doc = include_str!("../../../docs/src/from-python/packages.md")]
    mod packages {}

    #[doc = include_str!("../../../docs/src/from-python/queue.md")]
    mod queue {}

    #[doc = include_str!("../../../docs/src/from-python/signal.md")]
    mod signal {}

    #[doc = include_str!("../../../docs/src/from-python/subprocess.md")]
    mod subprocess {}

    #[doc = include_str!("../../../docs/src/from-python/threading.md")]
    mod threading {}
}
#[doc = include_str!("../../../docs/src/cancel-safety.md")]
mod cancel_safety {}
#[doc = include_str!("../../../docs/src/choosing.md")]
mod choosing {}
#[doc = include_str!("../../../docs/src/symptoms.md")]
mod symptoms {}
#[doc = include_str!("../../../docs/src/reading-rust.md")]
mod reading_rust {}

#[doc = include_str!("../../../docs/src/learn/gather.md")]
mod gather {}

#[doc = include_str!("../../../docs/src/learn/semaphores.md")]
mod semaphores {}

#[doc = include_str!("../../../docs/src/learn/thread-pool.md")]
mod thread_pool {}

#[doc = include_str!("../../../docs/src/learn/locks.md")]
mod locks {}

#[doc = include_str!("../../../docs/src/learn/shared-memory.md")]
mod shared_memory {}

#[doc = include_str!("../../../docs/src/learn/error-handling.md")]
mod error_handling {}

#[doc = include_str!("../../../docs/src/learn/cancellation.md")]
mod cancellation {}

#[doc = include_str!("../../../docs/src/learn/pipelines.md")]
mod pipelines {}

#[doc = include_str!("../../../docs/src/learn/serving.md")]
mod serving {}
