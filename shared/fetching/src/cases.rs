//! The cases of every model that fetches: answers that are not whole.

use test_fixtures::{Case, Model};

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

/// What must come of https: whole and cut answers, and servers that can't prove who they
/// are.
pub fn tls<M: Model>() -> Vec<Case<M>> {
    fn over_tls<M: Model>(
        name: &'static str,
        about: &'static str,
        path: &'static str,
    ) -> Case<M> {
        let mut args = paths([path, "/bytes/10"]);
        args.push("--tls");
        Case::holds(name, about, &args)
    }
    vec![
        over_tls(
            "https",
            "a body is whole over TLS as it is without",
            "/chunked/100000",
        ),
        over_tls(
            "https_truncated_body",
            "a body cut short over TLS is no success",
            "/bytes/4096/truncate/1000",
        ),
        over_tls(
            "https_wrong_host",
            "a certificate for another host is refused",
            "/wrong-host",
        ),
        over_tls(
            "https_expired",
            "a certificate whose time is over is refused",
            "/expired",
        ),
        over_tls(
            "https_untrusted",
            "a certificate of an authority that nobody knows is refused",
            "/untrusted",
        ),
    ]
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
