//! The variants, in reading order.

test_fixtures::variants! { crate::Semaphores:
    std_only = "a semaphore from Mutex and Condvar, a thread a request, ureq", except {
        "reset_body": "ureq takes a reset in a body for the end of the connection, so it is truncated (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "reset_unframed_body": "ureq takes a reset in a body for the end of the connection, and so for the end of a body without a length (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "https_truncated_unframed_body": "ureq takes the end of a connection for the end of a body without a length, with close_notify or without (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
    };
    crossbeam = "a bounded channel of tokens, a thread a request, ureq", except {
        "reset_body": "ureq takes a reset in a body for the end of the connection, so it is truncated (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "reset_unframed_body": "ureq takes a reset in a body for the end of the connection, and so for the end of a body without a length (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "https_truncated_unframed_body": "ureq takes the end of a connection for the end of a body without a length, with close_notify or without (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
    };
    rayon = "a pool as wide as the permits, ureq", except {
        "reset_body": "ureq takes a reset in a body for the end of the connection, so it is truncated (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "reset_unframed_body": "ureq takes a reset in a body for the end of the connection, and so for the end of a body without a length (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "https_truncated_unframed_body": "ureq takes the end of a connection for the end of a body without a length, with close_notify or without (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
    };
    tokio = "tokio::sync::Semaphore, a task a request, reqwest", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
        "ten_times_the_items": "every task is spawned at once and waits for its permit, and a finished one keeps its memory until its handle is awaited: here tasks are the cost",
    };
    buffer_unordered = "a stream that polls so many futures at once, on tokio, reqwest", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    tokio_hyper = "a connection for each permit, all on one thread, tokio and hyper by hand", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    smol = "async_lock::Semaphore, a task a request, hyper", except {
        "ten_times_the_items": "every task is spawned at once and waits for its permit, and a finished one keeps its memory until its handle is awaited: here tasks are the cost",
        "leaves_nothing": "smol's global executor and reactor stay until the process ends (smol 2.0, spawn; async-io 2.6, driver)",
    };
    async_std = "async_lock::Semaphore, a task a request, hyper", legacy, except {
        "ten_times_the_items": "every task is spawned at once and waits for its permit, and a finished one keeps its memory until its handle is awaited: here tasks are the cost",
        "leaves_nothing": "async-std's global runtime stays until the process ends (async-std 1.13, src/rt/mod.rs)",
    };
    surf = "async_lock::Semaphore, a task a request, surf's own pool", legacy, except {
        "ten_times_the_items": "every task is spawned at once and waits for its permit, and a finished one keeps its memory until its handle is awaited: here tasks are the cost",
        "leaves_nothing": "async-std's global runtime stays until the process ends (async-std 1.13, src/rt/mod.rs)",
        "permits_whole_again": "surf puts a connection whose request was given up back into its pool, and the next request on it waits for that answer (http-client 6.5.3, src/h1/tcp.rs)",
        "peak_reaches_limit": "surf keeps at most 50 connections to a host by default, and the rest wait inside it; Config::set_max_connections_per_host lifts that (http-client 6.5.3, src/config.rs)",
        "truncated_body": "surf takes a body shorter than its Content-Length for a whole one (async-h1 2.3.4, src/client/decode.rs: Take ends without an error)",
        "unframed_body": "surf takes a body without a length for an empty one (async-h1 2.3.4, src/client/decode.rs)",
        "reset_unframed_body": "surf takes a body without a length for an empty one (async-h1 2.3.4, src/client/decode.rs)",
        "https_truncated_unframed_body": "surf takes a body without a length for an empty one (async-h1 2.3.4, src/client/decode.rs)",
    };
}
