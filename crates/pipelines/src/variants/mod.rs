//! The variants, in reading order.

test_fixtures::variants! { crate::Pipelines:
    std_only = "std::sync::mpsc::sync_channel, threads", except {
        "reset_body": "ureq takes a reset in a body for the end of the connection, so it is truncated (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "reset_unframed_body": "ureq takes a reset in a body for the end of the connection, and so for the end of a body without a length (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "https_truncated_unframed_body": "ureq takes the end of a connection for the end of a body without a length, with close_notify or without (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
    };
    crossbeam = "a bounded crossbeam channel, threads", except {
        "reset_body": "ureq takes a reset in a body for the end of the connection, so it is truncated (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "reset_unframed_body": "ureq takes a reset in a body for the end of the connection, and so for the end of a body without a length (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "https_truncated_unframed_body": "ureq takes the end of a connection for the end of a body without a length, with close_notify or without (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
    };
    rayon = "a parallel iterator of chains; stages of tasks on crossbeam's channels", except {
        "reset_body": "ureq takes a reset in a body for the end of the connection, so it is truncated (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "reset_unframed_body": "ureq takes a reset in a body for the end of the connection, and so for the end of a body without a length (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "https_truncated_unframed_body": "ureq takes the end of a connection for the end of a body without a length, with close_notify or without (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
    };
    tokio = "tokio::sync::mpsc, tasks and spawn_blocking", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    stream = "buffer_unordered after buffer_unordered, on tokio", except {
        "slow_last_stage": "a full buffer polls nothing, so nothing runs ahead to fill the queue before a slow stage (futures-util 0.3.34, src/stream/stream/buffer_unordered.rs, poll_next)",
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    smol = "async-channel, tasks and unblock", except {
        "leaves_nothing": "the reactor is the process's: its thread and descriptors stay until it ends (async-io 2.6, driver)",
    };
    async_std = "async-channel, tasks and spawn_blocking", legacy, except {
        "leaves_nothing": "async-std's global runtime stays until the process ends (async-std 1.13, src/rt/mod.rs)",
    };
    surf = "the same, with surf for a client, its pool off", legacy, except {
        "leaves_nothing": "async-std's global runtime stays until the process ends (async-std 1.13, src/rt/mod.rs)",
        "truncated_body": "surf takes a body shorter than its Content-Length for a whole one (async-h1 2.3.4, src/client/decode.rs: Take ends without an error)",
        "unframed_body": "surf takes a body without a length for an empty one (async-h1 2.3.4, src/client/decode.rs)",
        "reset_unframed_body": "surf takes a body without a length for an empty one (async-h1 2.3.4, src/client/decode.rs)",
        "https_truncated_unframed_body": "surf takes a body without a length for an empty one (async-h1 2.3.4, src/client/decode.rs)",
        "some_fail_for_good": "surf takes a body shorter than its Content-Length for a whole one (async-h1 2.3.4, src/client/decode.rs: Take ends without an error)",
    };
}
