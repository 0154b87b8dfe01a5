//! What the request that a thread is busy with wants of its connection.
//!
//! ureq hands a connection to one request at a time, which is made and read on one thread.
//! Of a request a connection learns its bytes and nothing else; so what it has to know
//! beside them is the thread's.

use std::{cell::Cell, time::Instant};

#[derive(Clone, Copy, Debug, Default)]
struct Request {
    until: Option<Instant>,
    /// Whether it was sent on a connection that had served another.
    is_reused: bool,
    /// Whether a byte of its answer has come.
    is_answered: bool,
}

thread_local! {
    static REQUEST: Cell<Request> = const {
        Cell::new(Request { until: None, is_reused: false, is_answered: false })
    };
}

/// Does `work`, and lets no connection that it uses on this thread wait for longer than
/// until then. Returns as well whether the last of its connections had served another
/// request before, and brought nothing in answer to this one.
pub(super) fn limited<T>(until: Option<Instant>, work: impl FnOnce() -> T) -> (T, bool) {
    let request = Request {
        until,
        ..Request::default()
    };
    let before = REQUEST.replace(request);
    let done = work();
    let Request {
        is_reused,
        is_answered,
        ..
    } = REQUEST.replace(before);
    (done, is_reused && !is_answered)
}

/// Until when a connection may wait.
pub(super) fn until() -> Option<Instant> {
    REQUEST.get().until
}

/// The request is sent.
pub(super) fn asks(is_reused: bool) {
    let request = REQUEST.get();
    REQUEST.set(Request {
        is_reused,
        is_answered: false,
        ..request
    });
}

/// A byte of its answer has come.
pub(super) fn hears() {
    let request = REQUEST.get();
    REQUEST.set(Request {
        is_answered: true,
        ..request
    });
}
