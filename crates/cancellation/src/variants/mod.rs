//! The variants, in reading order.

test_fixtures::variants! { crate::Cancellation:
    std_only = "a flag that sleepers wait on, deadlines on sockets, a thread a task";
    crossbeam = "select! of the work and a channel that closes, a thread a task";
    rayon = "a flag that is looked at between pieces, on a pool";
    tokio = "timeout_at around a JoinSet, which aborts what is left";
    tokio_token = "CancellationToken and TaskTracker: every task is asked to end";
    smol = "dropped tasks of an executor that ends with the job";
    async_std = "JoinHandle::cancel, since a dropped handle detaches", legacy;
    surf = "the same with surf's own pool", legacy;
}
