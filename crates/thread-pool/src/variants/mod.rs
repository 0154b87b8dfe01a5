//! The variants, in reading order.

test_fixtures::variants! { crate::ThreadPool:
    std_only = "threads of a scope that share one bounded queue"
        + "std_only/queue.rs", except {
        "odd_number": "ureq takes +28 for the size of a chunk, as from_str_radix does (ureq-proto 0.7.1, src/chunk.rs, read_size)",
    };
    crossbeam = "threads of a scope that share one bounded channel", except {
        "odd_number": "ureq takes +28 for the size of a chunk, as from_str_radix does (ureq-proto 0.7.1, src/chunk.rs, read_size)",
    };
    rayon = "a pool on which each item is spawned", except {
        "odd_number": "ureq takes +28 for the size of a chunk, as from_str_radix does (ureq-proto 0.7.1, src/chunk.rs, read_size)",
    };
    tokio = "spawn_blocking, as many in a JoinMap as threads", except {
        "odd_number": "ureq takes +28 for the size of a chunk, as from_str_radix does (ureq-proto 0.7.1, src/chunk.rs, read_size)",
    };
    smol = "unblock, as many in a FuturesUnordered as threads", except {
        "odd_number": "ureq takes +28 for the size of a chunk, as from_str_radix does (ureq-proto 0.7.1, src/chunk.rs, read_size)",
        "leaves_nothing": "the blocking pool is the process's: its threads stay until it ends (blocking 1.7, src/lib.rs, main_loop)",
    };
    async_std = "spawn_blocking, as many in a FuturesUnordered as threads", legacy, except {
        "odd_number": "ureq takes +28 for the size of a chunk, as from_str_radix does (ureq-proto 0.7.1, src/chunk.rs, read_size)",
        "leaves_nothing": "async-std's global runtime stays until the process ends (async-std 1.13, src/rt/mod.rs)",
    };
}
