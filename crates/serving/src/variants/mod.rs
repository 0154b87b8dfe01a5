//! The variants, in reading order.

pub use crate::parts::http1;

test_fixtures::variants! { crate::Serving:
    std_only = "a thread for each connection, requests parsed by httparse"
        + "../parts/http1.rs";
    crossbeam = "a pool of threads on one channel, requests parsed by httparse"
        + "../parts/http1.rs";
    tokio = "hyper, a task for each connection";
    tokio_current_thread = "the same, all on one thread";
    tokio_per_core = "the same on a runtime for each core";
    axum = "axum::serve and its graceful shutdown" on "tokio";
    smol = "hyper over smol's sockets, a task for each connection";
    async_std = "hyper over async-std's sockets, a task for each connection", legacy;
}
