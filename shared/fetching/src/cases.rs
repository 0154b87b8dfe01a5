//! The cases of every model that fetches: answers that are not whole.

use test_fixtures::{Case, Model};

#[cfg(feature = "files")]
mod for_good;

/// The arguments that ask the origin for these paths.
pub fn paths<const N: usize>(paths: [&'static str; N]) -> Vec<&'static str> {
    paths.iter().flat_map(|path| ["--path", path]).collect()
}

/// A faulty answer beside an honest one, which must not suffer.
pub fn beside<M: Model>(
    name: &'static str,
    about: &'static str,
    path: &'static str,
) -> Case<M> {
    Case::holds(name, about, &paths([path, "/bytes/10"]))
}

/// An answer that never ends, beside an honest one.
pub fn given_up<M: Model>(
    name: &'static str,
    about: &'static str,
    path: &'static str,
) -> Case<M> {
    let mut args = paths([path, "/bytes/10"]);
    args.extend(["--timeout", "300ms"]);
    Case::holds(name, about, &args)
}

/// Each class of failure once.
pub fn faults<M: Model>() -> Vec<Case<M>> {
    vec![
        beside("refused", "nobody listens", "/refused"),
        beside(
            "closed",
            "a connection closed without an answer is truncated",
            "/close",
        ),
        beside("garbage", "what is not HTTP is malformed", "/garbage"),
        beside(
            "truncated_body",
            "a body shorter than its Content-Length is no success",
            "/bytes/4096/truncate/1000",
        ),
        beside(
            "truncated_chunked_body",
            "a chunked body cut short is no success",
            "/chunked/4096/truncate/1000",
        ),
        beside(
            "reset_body",
            "a connection reset in the body is no success",
            "/bytes/4096/reset/1000",
        ),
        given_up(
            "silence_times_out",
            "accepted, then silence: given up at the time-out",
            "/hang",
        ),
        given_up(
            "stalled_body_times_out",
            "half a body, then silence: given up",
            "/bytes/4096/stall/1000",
        ),
    ]
}

/// What must come of files that are saved for good.
#[cfg(feature = "files")]
pub fn for_good<M: Model>() -> Vec<Case<M>> {
    for_good::cases()
}
