//! The variants, in reading order.

test_fixtures::variants! { crate::Semaphores:
    std_only = "as many threads as permits, on one queue", except {
        "odd_number": "ureq takes +28 for the size of a chunk, as from_str_radix does (ureq-proto 0.7.1, src/chunk.rs, read_size)",
    };
    condvar = "a semaphore from Mutex and Condvar, a thread for each item" on "std"
        + "condvar/semaphore.rs", except {
        "odd_number": "ureq takes +28 for the size of a chunk, as from_str_radix does (ureq-proto 0.7.1, src/chunk.rs, read_size)",
    };
    crossbeam = "as many threads as permits, on one channel", except {
        "odd_number": "ureq takes +28 for the size of a chunk, as from_str_radix does (ureq-proto 0.7.1, src/chunk.rs, read_size)",
    };
    rayon = "a pool as wide as the permits", except {
        "odd_number": "ureq takes +28 for the size of a chunk, as from_str_radix does (ureq-proto 0.7.1, src/chunk.rs, read_size)",
    };
    tokio = "tokio::sync::Semaphore, a task for each item", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    tokio_block_on = "the same, with the loop left to block_on", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    tokio_current_thread = "the same, all on one thread", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    tokio_per_core = "the same on a runtime for each core", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    buffer_unordered = "a stream that polls so many futures at once, on tokio" on "tokio", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    buffer_unordered_block_on = "the same, polled by block_on itself" on "tokio", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    smol = "async_lock::Semaphore, a task for each item", except {
        "leaves_nothing": "the reactor is the process's: its thread and descriptors stay until it ends (async-io 2.6, src/driver.rs)",
    };
    smol_one_thread = "the same, all on one thread", except {
        "leaves_nothing": "the reactor is the process's: its thread and descriptors stay until it ends (async-io 2.6, src/driver.rs)",
    };
    compio = "async_lock::Semaphore, a task and a connection for each item, all on one thread and io_uring";
    async_std = "async_lock::Semaphore, a task for each item", legacy, except {
        "leaves_nothing": "async-std's global runtime stays until the process ends (async-std 1.13, src/rt/mod.rs)",
    };
    surf = "the same, with surf for a client and a connection for each request", legacy, except {
        "odd_status": "surf knows the registered statuses alone, no HTTP/1.0, and no head that isn't ASCII (http-types 2.12.0, src/status_code.rs; async-h1 2.3.4, src/client/decode.rs)",
        "odd_interim": "surf takes an interim answer for the answer (async-h1 2.3.4, src/client/decode.rs), so it is refused",
        "odd_head": "surf takes no head that isn't ASCII (http-types 2.12.0, src/headers/headers.rs, insert)",
        "odd_length": "surf takes the last of two lengths that differ (async-h1 2.3.4, src/client/decode.rs)",
        "odd_coding": "surf knows chunked in small letters alone (async-h1 2.3.4, src/client/decode.rs)",
        "odd_chunks": "surf takes no extension of a chunk (async-h1 2.3.4, src/chunked/decoder.rs)",
        "odd_number": "surf takes +40 for a length, as str::parse does (async-h1 2.3.4, src/client/decode.rs)",
        "odd_bodiless": "surf reads a body of 204 and 304 if their headers announce one (async-h1 2.3.4, src/client/decode.rs)",
        "odd_silent": "surf takes an interim answer for the answer (async-h1 2.3.4, src/client/decode.rs), so it waits for no other",
        "statuses": "surf knows the registered statuses alone (http-types 2.12.0, src/status_code.rs)",
        "leaves_nothing": "async-std's global runtime stays until the process ends (async-std 1.13, src/rt/mod.rs)",
        "unframed_body": "surf reads no body without a length (async-h1 2.3.4, src/client/decode.rs), so such an answer is refused",
        "reset_unframed_body": "surf reads no body without a length (async-h1 2.3.4, src/client/decode.rs), so such an answer is refused",
        "https_truncated_unframed_body": "surf reads no body without a length (async-h1 2.3.4, src/client/decode.rs), so such an answer is refused",
    };
}
