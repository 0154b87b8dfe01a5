//! The variants, in reading order.

test_fixtures::variants! { crate::Pipelines:
    std_only = "std::sync::mpsc::sync_channel, threads", except {
        "odd_number": "ureq takes +28 for the size of a chunk, as from_str_radix does (ureq-proto 0.7.1, src/chunk.rs, read_size)",
    };
    crossbeam = "a bounded crossbeam channel, threads", except {
        "odd_number": "ureq takes +28 for the size of a chunk, as from_str_radix does (ureq-proto 0.7.1, src/chunk.rs, read_size)",
    };
    rayon = "a parallel iterator of chains; stages of tasks on crossbeam's channels", except {
        "odd_number": "ureq takes +28 for the size of a chunk, as from_str_radix does (ureq-proto 0.7.1, src/chunk.rs, read_size)",
    };
    tokio = "tokio::sync::mpsc, tasks and spawn_blocking", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    flume = "a flume channel, tasks and spawn_blocking" on "tokio", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    crossfire = "a crossfire channel, tasks and spawn_blocking" on "tokio", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    kanal = "a kanal channel, tasks and spawn_blocking" on "tokio", except {
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    stream = "buffer_unordered after buffer_unordered, on tokio" on "tokio", except {
        "slow_last_stage": "a full buffer polls nothing, so nothing runs ahead to fill the queue before a slow stage (futures-util 0.3.34, src/stream/stream/buffer_unordered.rs, poll_next)",
        "leaves_nothing": "a runtime of a tokio that was built with signals keeps their socket pair until the process ends (tokio 1.54, src/signal/registry.rs)",
    };
    smol = "async-channel, tasks and unblock", except {
        "leaves_nothing": "the reactor is the process's: its thread and descriptors stay until it ends (async-io 2.6, src/driver.rs)",
    };
    compio = "flume's bounded channel, tasks on one thread and io_uring, its client's pool off";
    async_std = "async-channel, tasks and spawn_blocking", legacy, except {
        "leaves_nothing": "async-std's global runtime stays until the process ends (async-std 1.13, src/rt/mod.rs)",
    };
    surf = "the same, with surf for a client, its pool off", legacy, except {
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
