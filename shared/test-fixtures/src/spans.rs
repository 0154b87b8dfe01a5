//! Spans: what piece of work was done when, on which thread of which process.
//!
//! The work is instrumented, not the variants: the function that every variant calls for
//! one piece of work wraps itself in [`span`]. Unless spans were asked for, that costs
//! one load of a flag.

use std::sync::{Mutex, OnceLock, PoisonError};

use rustix::time::{ClockId, clock_gettime};

use crate::protocol::{SPANS, Span};

static WANTED: OnceLock<bool> = OnceLock::new();
static RECORDED: Mutex<Vec<Span>> = Mutex::new(Vec::new());

/// Nanoseconds of the system's monotonic clock, which all processes share.
pub fn monotonic_nanos() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

/// Whether this trial was asked for spans.
pub fn spans_wanted() -> bool {
    *WANTED.get_or_init(|| std::env::var_os(SPANS).is_some())
}

/// Does one piece of work and records its span, if spans were asked for.
pub fn span<T>(task: impl FnOnce() -> String, work: impl FnOnce() -> T) -> T {
    if !spans_wanted() {
        return work();
    }
    let start = monotonic_nanos();
    let result = work();
    let end = monotonic_nanos();
    let thread = std::thread::current();
    let lane = match thread.name() {
        Some(name) => name.to_owned(),
        None => format!("{:?}", thread.id()),
    };
    lock().push(Span {
        task: task(),
        lane,
        start,
        end,
        note: None,
    });
    result
}

/// Records a span that was measured elsewhere, by a worker process for instance. It is
/// made only if spans were asked for.
pub fn record_span(span: impl FnOnce() -> Span) {
    if spans_wanted() {
        let span = span();
        lock().push(span);
    }
}

/// Takes every span recorded so far.
pub fn take_spans() -> Vec<Span> {
    std::mem::take(&mut *lock())
}

fn lock() -> std::sync::MutexGuard<'static, Vec<Span>> {
    // A panic elsewhere can't leave a Vec of finished spans half-pushed.
    RECORDED.lock().unwrap_or_else(PoisonError::into_inner)
}
