//! What must come of which job.

mod own_origin;
mod own_server;

use fetching::cases::{beside, given_up, paths};
use test_fixtures::Case;

use crate::Gather;

pub(crate) fn cases() -> Vec<Case<Gather>> {
    let mut cases = shapes();
    cases.extend(faults());
    cases.extend(own_origin::cases());
    cases.extend(own_server::cases());
    cases
}

/// Jobs of every size, and answers of every honest form.
fn shapes() -> Vec<Case<Gather>> {
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
fn faults() -> Vec<Case<Gather>> {
    let mut cases = fetching::cases::faults();
    cases.extend(fetching::cases::tls());
    cases.extend(fetching::cases::trust());
    cases.extend([
        beside(
            "reset_at_once",
            "a connection reset without an answer is reset",
            "/reset/0",
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
            "stalled_chunked_body_times_out",
            "half a chunked body, then silence: given up",
            "/chunked/4096/stall/1000",
        ),
    ]);
    cases
}
