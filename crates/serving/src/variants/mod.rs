//! The variants, in reading order.

pub use crate::parts::http1;

test_fixtures::variants! { crate::Serving:
    std_only = "a thread for each connection, requests parsed by httparse"
        + "../parts/http1.rs", except {
        "grace_is_kept": "a thread can't be stopped, so a handler that was begun runs to its end (std::thread)",
    };
    crossbeam = "a pool of threads on one channel, requests parsed by httparse"
        + "../parts/http1.rs", except {
        "grace_is_kept": "a thread can't be stopped, so a handler that was begun runs to its end (std::thread)",
    };
    tokio = "hyper, a task for each connection", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    tokio_current_thread = "the same, all on one thread", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    tokio_per_core = "the same on a runtime for each core", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    axum = "axum::serve and its graceful shutdown" on "tokio", except {
        "loses_nothing": "it asks its connection for the stop and for something to read in random order, and hyper closes an idle one unread (axum 0.8.9, src/serve/mod.rs, handle_connection)",
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    smol = "hyper over smol's sockets, a task for each connection", except {
        "leaves_nothing": "the reactor is the process's: its thread and descriptors stay until it ends (async-io 2.6, src/driver.rs)",
    };
    compio = "hyper over compio's sockets, a task for each connection, all on one thread and io_uring";
    compio_per_core = "the same on a runtime and a ring for each core";
    async_std = "hyper over async-std's sockets, a task for each connection", legacy, except {
        "leaves_nothing": "async-std's global runtime stays until the process ends (async-std 1.13, src/rt/mod.rs)",
    };
}
