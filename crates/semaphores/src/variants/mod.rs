//! The variants, in reading order.

test_fixtures::variants! { crate::Semaphores:
    std_only = "as many threads as permits, on one queue", except {
        "reset_body": "ureq takes a reset in a body for the end of the connection, so it is truncated (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "reset_unframed_body": "ureq takes a reset in a body for the end of the connection, and so for the end of a body without a length (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "https_truncated_unframed_body": "ureq takes the end of a connection for the end of a body without a length, with close_notify or without (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
    };
    condvar = "a semaphore from Mutex and Condvar, a thread for each item"
        + "condvar/semaphore.rs", except {
        "reset_body": "ureq takes a reset in a body for the end of the connection, so it is truncated (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "reset_unframed_body": "ureq takes a reset in a body for the end of the connection, and so for the end of a body without a length (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "https_truncated_unframed_body": "ureq takes the end of a connection for the end of a body without a length, with close_notify or without (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
    };
    crossbeam = "as many threads as permits, on one channel", except {
        "reset_body": "ureq takes a reset in a body for the end of the connection, so it is truncated (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "reset_unframed_body": "ureq takes a reset in a body for the end of the connection, and so for the end of a body without a length (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "https_truncated_unframed_body": "ureq takes the end of a connection for the end of a body without a length, with close_notify or without (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
    };
    rayon = "a pool as wide as the permits", except {
        "reset_body": "ureq takes a reset in a body for the end of the connection, so it is truncated (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "reset_unframed_body": "ureq takes a reset in a body for the end of the connection, and so for the end of a body without a length (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "https_truncated_unframed_body": "ureq takes the end of a connection for the end of a body without a length, with close_notify or without (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
    };
    tokio = "tokio::sync::Semaphore, a task for each item", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
        "ten_times_the_items": "a task that has ended keeps its memory until it is joined, which is after the last was spawned",
    };
    tokio_current_thread = "the same, all on one thread", except {
        "ten_times_the_items": "a task that has ended keeps its memory until it is joined, which is after the last was spawned",
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    buffer_unordered = "a stream that polls so many futures at once, on tokio", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    smol = "async_lock::Semaphore, a task for each item", except {
        "ten_times_the_items": "a task that has ended keeps its memory until it is joined, which is after the last was spawned",
        "leaves_nothing": "the reactor is the process's: its thread and descriptors stay until it ends (async-io 2.6, driver)",
    };
    async_std = "async_lock::Semaphore, a task for each item", legacy, except {
        "ten_times_the_items": "a task that has ended keeps its memory until it is joined, which is after the last was spawned",
        "leaves_nothing": "async-std's global runtime stays until the process ends (async-std 1.13, src/rt/mod.rs)",
    };
    surf = "the same, with surf for a client and a connection for each request", legacy, except {
        "ten_times_the_items": "a task that has ended keeps its memory until it is joined, which is after the last was spawned",
        "leaves_nothing": "async-std's global runtime stays until the process ends (async-std 1.13, src/rt/mod.rs)",
        "truncated_body": "surf takes a body shorter than its Content-Length for a whole one (async-h1 2.3.4, src/client/decode.rs: Take ends without an error)",
        "unframed_body": "surf takes a body without a length for an empty one (async-h1 2.3.4, src/client/decode.rs)",
        "reset_unframed_body": "surf takes a body without a length for an empty one (async-h1 2.3.4, src/client/decode.rs)",
        "https_truncated_unframed_body": "surf takes a body without a length for an empty one (async-h1 2.3.4, src/client/decode.rs)",
    };
}
