//! The variants, in reading order.

test_fixtures::variants! { crate::AsyncIo:
    std_only = "a thread a request, HTTP/1.1 by hand on bare sockets";
    crossbeam = "workers on a channel, one a URL up to 256, ureq";
    tokio = "a task a request, reqwest";
    tokio_hyper = "a task a request with a connection of its own, hyper by hand";
    smol = "a task a request with a connection of its own, hyper by hand";
    async_std = "a task a request with a connection of its own, hyper by hand", legacy;
    surf = "a task a request, surf's own pool", legacy;
}
