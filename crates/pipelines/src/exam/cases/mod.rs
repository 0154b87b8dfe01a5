//! What must come of which job.

use fetching::cases::{
    beside,
    endless::{self, BODIES, FRAMES, HEADS, given_up},
    given_up_before, kept, paths,
    statuses::{self, Means},
};
use test_fixtures::Case;

use crate::Pipelines;

mod ends;
mod pressure;

pub(crate) fn cases() -> Vec<Case<Pipelines>> {
    let mut cases = sizes();
    cases.extend(items());
    cases.extend(fetching::cases::faults());
    cases.extend(fetching::cases::tls());
    cases.extend(fetching::cases::trust());
    cases.extend(fetching::cases::names());
    cases.extend(fetching::cases::odd(
        &["--workers", "1", "--timeout", "2s"],
        &["--workers", "4", "--timeout", "2s"],
    ));
    cases.extend(kept::cases([
        |bench| kept::hold(bench, &["--workers", "1"]),
        |bench| kept::hold(bench, &["--workers", "2"]),
    ]));
    cases.push(statuses::case(|bench| {
        statuses::hold(bench, Means::Content)
    }));
    const AT_ONCE: &[&str] = &[
        "--workers",
        "8",
        "--timeout",
        "1s",
        "--most-bytes",
        "100000",
    ];
    cases.extend(endless::cases([
        |bench| given_up(bench, HEADS, AT_ONCE),
        |bench| given_up(bench, FRAMES, AT_ONCE),
        |bench| given_up(bench, BODIES, AT_ONCE),
    ]));
    cases.extend(fetching::cases::for_good());
    cases.extend(ends::cases());
    cases.extend(pressure::cases());
    cases
}

fn sizes() -> Vec<Case<Pipelines>> {
    let holds = Case::holds;
    vec![
        holds(
            "no_items",
            "nothing to fetch is no error",
            &["--items", "0"],
        ),
        holds(
            "no_items_chained",
            "nor is it for chains",
            &["--items", "0", "--shape", "chained"],
        ),
        holds("one_item", "one item passes all steps", &["--items", "1"]),
        holds(
            "chained",
            "a chain per item, as many at once as there are workers",
            &["--shape", "chained", "--items", "7"],
        ),
        holds(
            "one_worker",
            "one worker per stage and queues of one",
            &quick(&["--items", "12", "--workers", "1", "--queue", "1"]),
        ),
        holds(
            "one_chain",
            "one item after the other",
            &quick(&["--items", "12", "--workers", "1", "--shape", "chained"]),
        ),
        holds(
            "fewer_items_than_workers",
            "workers without items do no harm",
            &["--items", "3", "--workers", "8"],
        ),
        holds(
            "more_room_than_items",
            "queues that never fill do no harm",
            &["--items", "5", "--queue", "50"],
        ),
        holds(
            "no_sync",
            "without waiting for the disk the files are the same",
            &["--no-sync"],
        ),
    ]
}

fn items() -> Vec<Case<Pipelines>> {
    let faults = [
        "--fault",
        "fetch:2:fail",
        "--fault",
        "process:4:fail",
        "--fault",
        "save:6:fail",
    ];
    let middle = [&quick(&["--items", "9"])[..], &faults].concat();
    let middle_chained = [&middle[..], &["--shape", "chained"]].concat();
    let most = [
        &paths(["/bytes/1001", "/bytes/1000"])[..],
        &["--most-bytes", "1000"],
    ];
    vec![
        Case::holds(
            "item_fails_in_the_middle",
            "an item that fails in any step is its own outcome; the others are saved",
            &middle,
        ),
        Case::holds(
            "item_fails_in_its_chain",
            "an item that fails ends its own chain",
            &middle_chained,
        ),
        Case::holds(
            "all_items_fail",
            "in is out and failed, if all do",
            &paths(["/status/500", "/close", "/garbage"]),
        ),
        Case::holds(
            "body_is_too_long",
            "a body longer than there is room for fails, and is not held",
            &most.concat(),
        ),
        Case::holds(
            "empty",
            "an empty body has no words, and is saved",
            &paths(["/bytes/0", "/chunked/0"]),
        ),
        Case::holds(
            "two_urls_one_name",
            "neither replaces the other: the second in the input is numbered",
            &paths(["/bytes/10/note/a", "/bytes/11/note/a", "/bytes/12/note/a.2"]),
        ),
        beside(
            "status_is_a_failure",
            "a page that says 404 is not the item",
            "/status/404/bytes/100/note/a.txt",
        ),
        beside(
            "redirect_is_a_failure",
            "nor is one that sends elsewhere, which is not followed",
            "/status/302/header/location/%2Fbytes%2F10/note/a.txt",
        ),
        beside(
            "url_leads_elsewhere",
            "a name that would leave the directory is refused, and not asked for",
            "/bytes/10/note/..%2F..%2Fescaped",
        ),
        given_up_before(
            "next_after_silence",
            "the item after one that was given up is not asked for on its connection",
            "/hang",
        ),
        given_up_before(
            "next_after_stalled_body",
            "nor after one whose body stalled",
            "/bytes/4096/stall/1000",
        ),
    ]
}

/// The job with next to no pauses.
fn quick<'a>(args: &[&'a str]) -> Vec<&'a str> {
    let pauses = ["--latency", "2ms", "--process", "0ms", "--save", "0ms"];
    [args, &pauses].concat()
}
