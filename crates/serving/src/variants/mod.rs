//! The variants, in reading order.

pub use crate::parts::http1;

test_fixtures::variants! { crate::Serving:
    std_only = "a thread for each connection, requests parsed by httparse"
        + "../parts/http1.rs";
    tokio = "hyper, a task for each connection";
    smol = "hyper over smol's sockets, a task for each connection";
}
