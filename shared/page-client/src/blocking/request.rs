//! What the request that a thread is busy with needs of its connection.
//!
//! ureq uses a connection for one request at a time, and makes and reads the request on
//! one thread. A connection sees nothing of a request but its bytes. So what it has to
//! know beside them is kept in the thread.

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

/// Does `work`. The connections that it uses on this thread wait no longer than `until`.
/// Returns as well whether the last of them had served another request before, and
/// received no byte in answer to this one.
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
