//! The variants, in reading order.

pub use crate::parts::{first_address, yielding, yielding_half, yielding_socket};

test_fixtures::variants! { crate::Gather:
    std_only = "a thread for each item, HTTP/1.1 by hand on bare sockets"
        + "std_only/http1.rs" + "std_only/timed.rs";
    crossbeam = "threads on a channel, one for each item up to 256, ureq", except {
        "all_at_once": "each item that blocks takes a thread, and it starts 256 at most",
        "reset_body": "ureq takes a reset in a body for the end of the connection, so it is truncated (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "reset_unframed_body": "ureq takes a reset in a body for the end of the connection, and so for the end of a body without a length (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "https_truncated_unframed_body": "ureq takes the end of a connection for the end of a body without a length, with close_notify or without (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "reset_chunked_body": "ureq takes a reset in a body for the end of the connection, so it is truncated (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "reset_body_without_length": "ureq takes a reset in a body for the end of the connection, so it is a success (ureq 3.5.2, src/run.rs, BodyHandler::do_read)",
        "odd_number": "ureq takes +28 for the size of a chunk, as from_str_radix does (ureq-proto 0.7.1, src/chunk.rs, read_size)",
    };
    tokio = "a task for each item, reqwest", except {
        "endless_and_busy": "hyper reads 400 KiB at once, and tokio stops a task after 128 reads: until all is parsed no timer has its turn, and reqwest has no setting for it (tokio 1.54, src/task/coop/mod.rs; hyper 1.12, src/proto/h1/io.rs)",
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    tokio_current_thread = "the same, all on one thread", except {
        "endless_and_busy": "hyper reads 400 KiB at once, and tokio stops a task after 128 reads: until all is parsed no timer has its turn, and reqwest has no setting for it (tokio 1.54, src/task/coop/mod.rs; hyper 1.12, src/proto/h1/io.rs)",
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    tokio_hyper = "a task for each item with a connection of its own, hyper by hand"
        + "../parts/first_address.rs" + "../parts/yielding.rs", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    tokio_hyper_block_on = "the same, with the loop left to block_on"
        + "../parts/first_address.rs" + "../parts/yielding.rs", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    tokio_hyper_current_thread = "the same, all on one thread"
        + "../parts/first_address.rs" + "../parts/yielding.rs", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    tokio_hyper_per_core = "the same on a runtime for each core"
        + "../parts/first_address.rs" + "../parts/yielding.rs", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    join_all = "the same in one task: futures-util's join_all" on "tokio"
        + "../parts/first_address.rs" + "../parts/yielding.rs", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    futures_concurrency = "the same in one task: a Vec's join, by futures-concurrency" on "tokio"
        + "../parts/first_address.rs" + "../parts/yielding.rs", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    smol = "a task for each item with a connection of its own, hyper by hand"
        + "../parts/first_address.rs" + "../parts/yielding_socket.rs", except {
        "leaves_nothing": "the reactor is the process's: its thread and descriptors stay until it ends (async-io 2.6, src/driver.rs)",
    };
    smol_one_thread = "the same, all on one thread"
        + "../parts/first_address.rs" + "../parts/yielding_socket.rs", except {
        "leaves_nothing": "the reactor is the process's: its thread and descriptors stay until it ends (async-io 2.6, src/driver.rs)",
    };
    compio = "a task for each item with a connection of its own, all on one thread and io_uring"
        + "../parts/first_address.rs" + "../parts/yielding_half.rs";
    compio_polling = "the same on epoll, compio's fallback"
        + "../parts/first_address.rs" + "../parts/yielding_half.rs";
    async_std = "a task for each item with a connection of its own, hyper by hand"
        + "../parts/first_address.rs" + "../parts/yielding_socket.rs", legacy, except {
        "leaves_nothing": "async-std's global runtime stays until the process ends (async-std 1.13, src/rt/mod.rs)",
    };
    surf = "a task for each item with a connection of its own, surf", legacy, except {
        "leaves_nothing": "async-std's global runtime stays until the process ends (async-std 1.13, src/rt/mod.rs)",
        "truncated_body": "surf takes a body shorter than its Content-Length for a whole one, since a Take ends without an error (async-h1 2.3.4, src/client/decode.rs, take)",
        "unframed_body": "surf takes a body without a length for an empty one (async-h1 2.3.4, src/client/decode.rs)",
        "reset_unframed_body": "surf takes a body without a length for an empty one (async-h1 2.3.4, src/client/decode.rs)",
        "https_truncated_unframed_body": "surf takes a body without a length for an empty one (async-h1 2.3.4, src/client/decode.rs)",
        "http_1_0": "surf speaks HTTP/1.1 only (async-h1 2.3.4, src/client/decode.rs, version)",
        "body_without_length": "surf takes a body without a length for an empty one (async-h1 2.3.4, src/client/decode.rs)",
        "reset_body_without_length": "surf takes a body without a length for an empty one (async-h1 2.3.4, src/client/decode.rs)",
        "statuses": "surf knows the registered statuses alone (http-types 2.12.0, src/status_code.rs)",
        "endless_and_busy": "surf takes an interim answer for the answer (async-h1 2.3.4, src/client/decode.rs)",
        "endless_bodies": "surf takes a body without a length for an empty one (async-h1 2.3.4, src/client/decode.rs)",
        "odd_status": "surf knows the registered statuses alone, no HTTP/1.0, and no head that isn't ASCII (http-types 2.12.0, src/status_code.rs; async-h1 2.3.4, src/client/decode.rs)",
        "odd_interim": "surf takes an interim answer for the answer (async-h1 2.3.4, src/client/decode.rs)",
        "odd_head": "surf takes no head that isn't ASCII (http-types 2.12.0, src/headers/headers.rs, insert)",
        "odd_length": "surf takes the last of two lengths that differ (async-h1 2.3.4, src/client/decode.rs)",
        "odd_coding": "surf knows chunked in small letters alone (async-h1 2.3.4, src/client/decode.rs)",
        "odd_chunks": "surf takes no extension of a chunk (async-h1 2.3.4, src/chunked/decoder.rs)",
        "odd_number": "surf takes +40 for a length, as str::parse does (async-h1 2.3.4, src/client/decode.rs)",
        "odd_bodiless": "surf reads a body of 204 and 304 if their headers announce one (async-h1 2.3.4, src/client/decode.rs)",
        "odd_end": "surf takes a body without a length for an empty one (async-h1 2.3.4, src/client/decode.rs)",
        "odd_silent": "surf takes an interim answer for the answer (async-h1 2.3.4, src/client/decode.rs)",
    };
}
