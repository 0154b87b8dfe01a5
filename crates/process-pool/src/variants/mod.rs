//! Every variant, in reading order.

test_fixtures::variants! { crate::ProcessPool:
    std_only = "std::process, a socket pair and a thread a worker";
    tokio = "tokio::process, a task a worker on one thread";
}
