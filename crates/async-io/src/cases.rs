//! What must come of which job.

mod own_origin;
mod own_server;

use test_fixtures::Case;

use crate::AsyncIo;

pub(crate) fn cases() -> Vec<Case<AsyncIo>> {
    let mut cases = shapes();
    cases.extend(faults());
    cases.extend(own_origin::cases());
    cases.extend(own_server::cases());
    cases
}

/// Jobs of every size, and answers of every honest form.
fn shapes() -> Vec<Case<AsyncIo>> {
    let holds = Case::holds;
    vec![
        holds(
            "no_items",
            "nothing to fetch is no error",
            &["--tasks", "0"],
        ),
        holds("one_item", "one URL is fetched", &["--tasks", "1"]),
        holds(
            "many_items",
            "200 URLs are fetched as fast as they can be",
            &["--tasks", "200", "--latency", "0"],
        ),
        // The wait is longer than a second: that is how long a connection may take which
        // came while the listener's queue was full.
        holds(
            "all_at_once",
            "300 URLs are all in flight at once: nothing limits them",
            &["--tasks", "300", "--latency", "3s"],
        ),
        holds(
            "one_worker",
            "one thread is enough for many URLs",
            &["--tasks", "60", "--latency", "1s", "--workers", "1"],
        ),
        holds(
            "more_workers_than_items",
            "threads without work do no harm",
            &["--workers", "8"],
        ),
        holds(
            "duplicates",
            "a URL that stands there twice is fetched twice",
            &paths(["/bytes/10", "/bytes/10", "/bytes/11", "/bytes/10"]),
        ),
        holds(
            "slowest_first",
            "outcomes are in input order, whichever lands first",
            &paths([
                "/after/150ms/bytes/10",
                "/after/100ms/bytes/11",
                "/after/50ms/bytes/12",
                "/bytes/13",
            ]),
        ),
        holds(
            "chunked",
            "a chunked body is whole",
            &paths(["/chunked/100000", "/chunked/0", "/chunked/1"]),
        ),
        holds(
            "large_bodies",
            "bodies larger than any buffer are whole",
            &paths(["/bytes/20000000", "/chunked/12000000", "/bytes/0"]),
        ),
        holds(
            "dripping_head",
            "a head that comes byte by byte is read",
            &paths(["/drip-head/1ms/bytes/10", "/bytes/10"]),
        ),
        holds(
            "dripping_body",
            "a body that comes byte by byte is read",
            &paths(["/bytes/100/drip/1/1ms", "/chunked/100/drip/1/1ms"]),
        ),
        holds(
            "status_is_no_failure",
            "a 503 is an answer",
            &paths(["/status/503", "/status/404/bytes/10", "/status/204"]),
        ),
        holds(
            "redirect_is_an_answer",
            "a redirect is reported, not followed",
            &paths(["/status/302/header/Location/%2Fbytes%2F10"]),
        ),
    ]
}

/// Answers that are not whole: each beside an honest one, which must not suffer.
fn faults() -> Vec<Case<AsyncIo>> {
    let beside =
        |name, about, path| Case::holds(name, about, &paths([path, "/bytes/10"]));
    let given_up = |name, about, path| {
        let mut args = paths([path, "/bytes/10"]);
        args.extend(["--timeout", "300ms"]);
        Case::holds(name, about, &args)
    };
    vec![
        beside("refused", "nobody listens", "/refused"),
        beside(
            "closed",
            "a connection closed without an answer is truncated",
            "/close",
        ),
        beside(
            "reset_at_once",
            "a connection reset without an answer is reset",
            "/reset/0",
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
        beside(
            "reset_chunked_body",
            "a connection reset in a chunked body is no success",
            "/chunked/4096/reset/1000",
        ),
        beside(
            "a_panic_is_one_outcome",
            "the others complete",
            "/bytes/10/note/panic",
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
        given_up(
            "stalled_chunked_body_times_out",
            "half a chunked body, then silence: given up",
            "/chunked/4096/stall/1000",
        ),
    ]
}

fn paths<const N: usize>(paths: [&'static str; N]) -> Vec<&'static str> {
    paths.iter().flat_map(|path| ["--path", path]).collect()
}
