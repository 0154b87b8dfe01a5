//! What must come of which job.

mod own_origin;
mod own_server;

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fetching::cases::{
    beside,
    endless::{self, BODIES, Endless, FRAMES, HEADS},
    paths, rate,
    statuses::{self, Means},
};
use test_fixtures::{Bench, Case, Settings};

use crate::Gather;

pub(crate) fn cases() -> Vec<Case<Gather>> {
    let mut cases = shapes();
    cases.extend(faults());
    cases.push(rate::case());
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
        )
        .waits(),
        holds(
            "one_worker",
            "one thread is enough for many URLs",
            &["--tasks", "60", "--latency", "1s", "--workers", "1"],
        )
        .waits(),
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

/// Longer than any pause in an endless answer.
const LIMIT: &[&str] = &["--timeout", "1s"];

/// Longer than any pause in an odd answer, and than the second that a connection may take
/// which came while the listener's queue was full: hundreds come at once.
const LIMIT_OF_MANY: &[&str] = &["--timeout", "3s"];

/// Those of which hyper reads on within one poll.
const BUSY: [&str; 3] = ["/continue", "/early-hints", "/chunk-size"];

fn given_up(bench: &Bench<Gather>, all: &[Endless]) -> Result<()> {
    let others = all.iter().filter(|one| !BUSY.contains(&one.path));
    let others: Vec<_> = others.copied().collect();
    endless::given_up(bench, &others, LIMIT)
}

/// Two of each, so that there are more than threads. Five times: who reads on is late by how
/// much it happens to find, and now and then by little.
fn busy_is_given_up(bench: &Bench<Gather>) -> Result<()> {
    let mut took = Duration::ZERO;
    for times in 1..=5 {
        let server = endless::server()?;
        let busy = BUSY.into_iter().chain(BUSY).chain(["/honest"]);
        let mut args: Vec<_> = busy.map(|path| server.url(path)).collect();
        args.extend(["--timeout", "300ms", "--workers", "2"].map(String::from));
        let trial = bench.trial(&args, &Settings::default())?;
        let outcomes = trial.output.outcomes;
        let (honest, busy) = outcomes.split_last().context("there is one")?;
        ensure!(honest.ok().is_some(), "{honest:?}");
        ensure!(busy.iter().all(|end| end.ok().is_none()), "{busy:?}");
        took += Duration::from_nanos(trial.nanos);
        ensure!(
            took < Duration::from_secs(4),
            "given up {times} times after {took:?}"
        );
    }
    Ok(())
}

/// Answers that are not whole: each beside an honest one, which must not suffer.
fn faults() -> Vec<Case<Gather>> {
    let mut cases = fetching::cases::faults();
    cases.extend(fetching::cases::tls());
    cases.extend(fetching::cases::trust());
    cases.extend(fetching::cases::names());
    cases.push(statuses::case(|bench| statuses::hold(bench, Means::Page)));
    cases.extend(fetching::cases::odd(&[], LIMIT_OF_MANY));
    cases.extend(endless::cases([
        |bench| given_up(bench, HEADS),
        |bench| given_up(bench, FRAMES),
        |bench| given_up(bench, BODIES),
    ]));
    cases.push(
        Case::custom(
            "endless_and_busy",
            "what a connection reads on without a pause does not starve the time-out",
            busy_is_given_up,
        )
        .with_peers(),
    );
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
        fetching::cases::given_up(
            "stalled_chunked_body_times_out",
            "half a chunked body, then silence: given up",
            "/chunked/4096/stall/1000",
        ),
    ]);
    cases
}
