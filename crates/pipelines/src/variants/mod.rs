//! The variants, in reading order.

test_fixtures::variants! { crate::Pipelines:
    std_only = "std::sync::mpsc::sync_channel, threads";
    crossbeam = "a bounded crossbeam channel, threads";
    rayon = "a parallel iterator of chains; stages of tasks on crossbeam's channels";
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
        "statuses": "surf knows the registered statuses alone (http-types 2.12.0, src/status_code.rs)",
        "leaves_nothing": "async-std's global runtime stays until the process ends (async-std 1.13, src/rt/mod.rs)",
        "unframed_body": "surf reads no body without a length (async-h1 2.3.4, src/client/decode.rs), so such an answer is refused",
        "reset_unframed_body": "surf reads no body without a length (async-h1 2.3.4, src/client/decode.rs), so such an answer is refused",
        "https_truncated_unframed_body": "surf reads no body without a length (async-h1 2.3.4, src/client/decode.rs), so such an answer is refused",
    };
}
