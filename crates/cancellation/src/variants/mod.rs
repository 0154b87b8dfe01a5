//! The variants, in reading order.

pub use crate::parts::token;

test_fixtures::variants! { crate::Cancellation:
    std_only = "a token that sleepers wait on, a thread for each task" + "../parts/token.rs", except {
        "odd_numbers": "ureq reads the size of a chunk as Rust reads a number, with a sign (ureq-proto 0.7.1, src/chunk.rs, read_size)",
    };
    crossbeam = "select! over the work and a channel that closes, a thread for each task", except {
        "odd_numbers": "ureq reads the size of a chunk as Rust reads a number, with a sign (ureq-proto 0.7.1, src/chunk.rs, read_size)",
    };
    rayon = "a token that is looked at in the queue, on a pool"
        another_job "only as many tasks begun as it has threads" + "../parts/token.rs", except {
        "odd_numbers": "ureq reads the size of a chunk as Rust reads a number, with a sign (ureq-proto 0.7.1, src/chunk.rs, read_size)",
    };
    tokio = "timeout_at around a JoinQueue, which aborts what is left", except {
        "leaves_nothing": "tokio's signal handling is the process's until it ends: a pair of sockets (tokio 1.54, src/signal/registry.rs, globals)",
    };
    tokio_token = "CancellationToken: every task is asked to end", except {
        "leaves_nothing": "tokio's signal handling is the process's until it ends: a pair of sockets (tokio 1.54, src/signal/registry.rs, globals)",
    };
    smol = "Task::cancel, and a channel that closes when all futures have been dropped", except {
        "leaves_nothing": "the reactor is the process's until it ends: a thread and its descriptors (async-io 2.6, src/driver.rs)",
    };
    compio = "a handle that is dropped cancels its task, all on one thread and io_uring";
    async_std = "JoinHandle::cancel, since a dropped handle detaches its task", legacy, except {
        "leaves_nothing": "async-std's global runtime stays until the process ends (async-std 1.13, src/rt/mod.rs)",
    };
    surf = "JoinHandle::cancel around surf's client; the rest is async_std's", legacy, except {
        "leaves_nothing": "async-std's global runtime stays until the process ends (async-std 1.13, src/rt/mod.rs)",
        "cancelled_reading_head": "surf connects and waits for the head in one call, and says nothing in between (http-client 6.5.3, src/h1/mod.rs, send)",
        "odd_status": "http-types knows registered statuses alone (http-types 2.12.0, src/status_code.rs)",
        "odd_interim": "surf takes an interim answer for the answer (async-h1 2.3.4, src/client/decode.rs)",
        "silent_answers": "surf takes an interim answer for the answer (async-h1 2.3.4, src/client/decode.rs)",
        "odd_headers": "surf takes no header that isn't UTF-8 (async-h1 2.3.4, src/client/decode.rs)",
        "odd_lengths": "surf reads the last of two lengths, and one with a sign (async-h1 2.3.4, src/client/decode.rs)",
        "odd_codings": "surf takes no coding but `chunked`, in small letters (async-h1 2.3.4, src/client/decode.rs)",
        "odd_chunks": "surf takes no extension of a chunk (async-h1 2.3.4, src/chunked/decoder.rs)",
        "odd_numbers": "surf reads a length as Rust reads a number, with a sign (async-h1 2.3.4, src/client/decode.rs)",
        "odd_bodies": "surf reads a body where a status can have none (async-h1 2.3.4, src/client/decode.rs)",
        "odd_locations": "surf panics at a header that isn't ASCII (http-types 2.12.0, src/headers/header_value.rs)",
    };
}
