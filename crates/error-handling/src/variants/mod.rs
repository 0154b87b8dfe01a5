//! Every outcome in order, with its causes, on every runtime.

test_fixtures::variants! { crate::ErrorHandling:
    std_only = "threads that catch panics, and a flag that wakes those who wait";
    crossbeam = "a channel of tasks, one of outcomes, and one that closes to stop";
    rayon = "into a partition to collect, into a Result to fail fast";
    tokio = "JoinSet, a task a task; JoinError has the panic";
    try_join = "try_join_all: futures in one task, dropped at the first error";
    smol = "a task a task on an executor of our own; `cancel` gives back what was done";
    async_std = "a task a task, and `JoinHandle::cancel`", legacy;
}
