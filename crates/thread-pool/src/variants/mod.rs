//! The variants, in reading order.

test_fixtures::variants! { crate::ThreadPool:
    std_only = "threads of a scope that share one bounded queue"
        + "std_only/queue.rs", except {
        "reset_body": "ureq takes a reset in a body for the end of the connection, so it is truncated (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "reset_unframed_body": "ureq takes a reset in a body for the end of the connection, and so for the end of a body without a length (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "https_truncated_unframed_body": "ureq takes the end of a connection for the end of a body without a length, with close_notify or without (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
    };
    crossbeam = "threads of a scope that share one bounded channel", except {
        "reset_body": "ureq takes a reset in a body for the end of the connection, so it is truncated (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "reset_unframed_body": "ureq takes a reset in a body for the end of the connection, and so for the end of a body without a length (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "https_truncated_unframed_body": "ureq takes the end of a connection for the end of a body without a length, with close_notify or without (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
    };
    rayon = "a pool on which each item is spawned", except {
        "reset_body": "ureq takes a reset in a body for the end of the connection, so it is truncated (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "reset_unframed_body": "ureq takes a reset in a body for the end of the connection, and so for the end of a body without a length (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "https_truncated_unframed_body": "ureq takes the end of a connection for the end of a body without a length, with close_notify or without (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
    };
    tokio = "spawn_blocking, as many in a JoinMap as threads", except {
        "reset_body": "ureq takes a reset in a body for the end of the connection, so it is truncated (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "reset_unframed_body": "ureq takes a reset in a body for the end of the connection, and so for the end of a body without a length (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "https_truncated_unframed_body": "ureq takes the end of a connection for the end of a body without a length, with close_notify or without (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
    };
    smol = "unblock, as many in a FuturesUnordered as threads", except {
        "reset_body": "ureq takes a reset in a body for the end of the connection, so it is truncated (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "reset_unframed_body": "ureq takes a reset in a body for the end of the connection, and so for the end of a body without a length (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "https_truncated_unframed_body": "ureq takes the end of a connection for the end of a body without a length, with close_notify or without (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "leaves_nothing": "async-io's reactor and its thread stay until the process ends, and so do the blocking pool's threads (async-io 2.6, driver; blocking 1.7, src/lib.rs)",
    };
    async_std = "spawn_blocking, as many in a FuturesUnordered as threads", legacy, except {
        "reset_body": "ureq takes a reset in a body for the end of the connection, so it is truncated (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "reset_unframed_body": "ureq takes a reset in a body for the end of the connection, and so for the end of a body without a length (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "https_truncated_unframed_body": "ureq takes the end of a connection for the end of a body without a length, with close_notify or without (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "leaves_nothing": "async-std's global runtime stays until the process ends (async-std 1.13, src/rt/mod.rs)",
    };
}
