//! Every variant, in reading order.

pub use crate::parts::{frame, session, waiting, worker};

test_fixtures::variants! { crate::ProcessPool:
    std_only = "std::process, a socket pair and a thread for each worker"
        + "../parts/frame.rs" + "../parts/session.rs" + "../parts/waiting.rs" + "../parts/worker.rs";
    crossbeam = "the same threads around one channel of tasks, for all workers"
        + "../parts/frame.rs" + "../parts/session.rs" + "../parts/worker.rs";
    tokio = "tokio::process, a task for each worker on one thread"
        + "../parts/frame.rs" + "../parts/session.rs" + "../parts/waiting.rs" + "../parts/worker.rs", except {
        "leaves_nothing": "tokio's signal handling is the process's until it ends: a pair of sockets (tokio 1.54, src/signal/registry.rs, globals)",
    };
    smol = "smol::process, a task for each worker on one thread"
        + "../parts/frame.rs" + "../parts/session.rs" + "../parts/waiting.rs" + "../parts/worker.rs", except {
        "leaves_nothing": "the reactor is the process's: its thread and descriptors stay until it ends (async-io 2.6, src/driver.rs)",
    };
    async_std = "async_std::process, a task for each worker on one thread"
        + "../parts/frame.rs" + "../parts/session.rs" + "../parts/waiting.rs" + "../parts/worker.rs", legacy, except {
        "leaves_nothing": "the runtime, the reactor and the reaper are the process's until it ends: three threads, three descriptors (async-std 1.13, src/rt/mod.rs; async-io 2.6, src/driver.rs; async-process 2.5, src/lib.rs, start_driver_thread)",
    };
    procspawn = "procspawn::Pool, a thread that calls for each worker"
        on "std" + "../parts/frame.rs" + "../parts/session.rs", except {
        "corrupt_magic": "its channel is ipc-channel's own: nothing of ours can be corrupt in it",
        "huge_length": "its channel is ipc-channel's own: nothing of ours can be corrupt in it",
        "short_frame": "its channel is ipc-channel's own: nothing of ours can be cut short in it",
        "corrupt_always": "its channel is ipc-channel's own: nothing of ours can be corrupt in it",
    };
    nats = "a NATS JetStream work queue between the pool and its workers"
        on "tokio" + "../parts/frame.rs" + "../parts/session.rs" + "../parts/worker.rs"
        + "nats/place.rs" + "nats/run.rs", except {
        "leaves_nothing": "tokio's signal handling is the process's until it ends: a pair of sockets (tokio 1.54, src/signal/registry.rs, globals)",
    };
    rayon = "par_iter: threads of one process, to show what processes cost"
        another_job "threads instead of processes", except {
        "worker_killed_once": "SIGKILL ends the program: a thread has no process of its own to lose",
        "worker_killed_always": "SIGKILL ends the program: a thread has no process of its own to lose",
        "loss_is_noticed": "SIGKILL ends the program: a thread has no process of its own to lose",
        "every_worker_killed": "SIGKILL ends the program: a thread has no process of its own to lose",
        "worker_exits": "std::process::exit ends the program, from whatever thread",
        "worker_aborts": "std::process::abort ends the program, from whatever thread",
        "corrupt_magic": "nothing is sent, so nothing is corrupt and nothing tried again",
        "huge_length": "nothing is sent, so nothing is corrupt and nothing tried again",
        "short_frame": "nothing is sent, so nothing is cut short and nothing tried again",
        "corrupt_always": "nothing is sent, so nothing is corrupt",
        "stopped_past_deadline": "a thread can't be killed, so rayon has no deadlines; SIGSTOP stops the program",
        "deadline_is_true": "a thread can't be killed, so rayon has no deadlines; SIGSTOP stops the program",
    };
}
