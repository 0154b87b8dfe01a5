//! What must come of which job.

use std::time::Duration;

use anyhow::{Result, ensure};
use fetching::cases::{
    endless::{self, BODIES, FRAMES, HEADS, given_up},
    kept, paths, rate,
    statuses::{self, Means},
};
use test_fixtures::{Bench, Case, ItemTimes, Settings, stopped_and_continued};

use crate::Semaphores;

pub(crate) fn cases() -> Vec<Case<Semaphores>> {
    let holds = Case::holds;
    let mut cases = vec![
        holds(
            "no_items",
            "nothing to fetch is no error",
            &["--tasks", "0"],
        ),
        holds("one_item", "one URL is fetched", &["--tasks", "1"]),
        holds(
            "one_permit",
            "one permit: one after another",
            &["--tasks", "8", "--limit", "1", "--latency", "5ms"],
        ),
        holds("one_worker", "one thread is enough", &["--workers", "1"]),
        holds(
            "more_workers_than_items",
            "threads without work do no harm",
            &["--tasks", "3", "--workers", "8"],
        ),
        holds(
            "more_permits_than_items",
            "permits without requests do no harm",
            &["--tasks", "5", "--limit", "50"],
        ),
        holds(
            "peak_reaches_limit",
            "with work enough, all permits are in use",
            &["--tasks", "160", "--limit", "80", "--latency", "250ms"],
        ),
        holds(
            "something_to_compute",
            "what is computed from each answer is right",
            &["--tasks", "20", "--limit", "4", "--rehash", "50"],
        ),
        holds(
            "chunked",
            "a chunked body is whole",
            &paths(["/chunked/100000"]),
        ),
        holds(
            "status_is_no_failure",
            "a 503 is an answer",
            &paths(["/status/503", "/status/404/bytes/10"]),
        ),
        holds(
            "slow_holder",
            "a slow holder keeps its permit, and only that one",
            &limited(
                "2",
                [
                    "/after/300ms/bytes/10",
                    "/after/20ms/bytes/11",
                    "/after/20ms/bytes/12",
                    "/after/20ms/bytes/13",
                ],
            ),
        ),
        holds(
            "a_panic_is_one_outcome",
            "the others complete, at full width",
            &limited("1", ["/bytes/10/note/panic", "/bytes/11", "/bytes/12"]),
        ),
    ];
    cases.extend(fetching::cases::faults());
    cases.extend(fetching::cases::tls());
    cases.extend(fetching::cases::trust());
    cases.extend(fetching::cases::names());
    cases.extend(fetching::cases::odd(
        &["--limit", "1", "--timeout", "2s"],
        &["--limit", "4", "--timeout", "2s"],
    ));
    cases.extend(kept::cases([
        |bench| kept::hold(bench, &["--limit", "1"]),
        |bench| kept::hold(bench, &["--limit", "2"]),
    ]));
    cases.push(statuses::case(|bench| statuses::hold(bench, Means::Page)));
    cases.push(rate::case());
    cases.push(
        Case::custom(
            "a_stall_is_in_the_response",
            "at a rate, what waits behind a slow holder waits from when it was due",
            a_stall_is_in_the_response,
        )
        .with_peers(),
    );
    const AT_ONCE: &[&str] = &["--limit", "8", "--timeout", "1s"];
    cases.extend(endless::cases([
        |bench| given_up(bench, HEADS, AT_ONCE),
        |bench| given_up(bench, FRAMES, AT_ONCE),
        |bench| given_up(bench, BODIES, AT_ONCE),
    ]));
    cases.push(Case::holds_under(
        "permits_whole_again",
        "after a thousand random outcomes every permit is there",
        &[
            "--tasks",
            "1000",
            "--limit",
            "20",
            "--mix",
            "7",
            "--latency",
            "40ms",
            "--timeout",
            "500ms",
        ],
        Settings {
            time_limit: Duration::from_secs(120),
            ..Settings::default()
        },
    ));
    cases.push(
        Case::custom(
            "stopped_and_continued",
            "a process that is stopped and continued, again and again, is served",
            |bench| {
                let args = ["--tasks", "40", "--limit", "5", "--latency", "50ms"];
                stopped_and_continued(bench, &args)
            },
        )
        .waits(),
    );
    cases.push(Case::custom(
        "ten_times_the_items",
        "ten times the items take at most 1.3 times the memory",
        ten_times_the_items,
    ));
    cases
}

fn limited<const N: usize>(
    limit: &'static str,
    all: [&'static str; N],
) -> Vec<&'static str> {
    let mut args = paths(all);
    args.extend(["--limit", limit]);
    args
}

/// One of twelve keeps the only permit for 120 ms, and one is due each 5 ms: all others are
/// due while it has it, and each of them takes little once it has the permit.
fn a_stall_is_in_the_response(bench: &Bench<Semaphores>) -> Result<()> {
    let mut args = vec![
        "--limit",
        "1",
        "--rate",
        "200",
        "--path",
        "/after/120ms/bytes/10",
    ];
    for _ in 0..11 {
        args.extend(["--path", "/bytes/10"]);
    }
    let settings = Settings {
        spans: true,
        ..Settings::default()
    };
    let items = bench.trial(&args, &settings)?.items;
    ensure!(items.len() == 12, "{} items of 12", items.len());
    let at_least = |nanos: u64, of: fn(&ItemTimes) -> u64| {
        items.iter().filter(|item| of(item) >= nanos).count()
    };
    // The last was due after 55 ms, so it waited for 65 at least.
    let (response, service) = (
        at_least(60_000_000, ItemTimes::response),
        at_least(60_000_000, ItemTimes::service),
    );
    ensure!(
        response == 12,
        "{response} of 12 responses have the stall in them"
    );
    // A stall of the machine may be in others.
    ensure!(
        service < 6,
        "{service} of 12 have the stall in their service"
    );
    Ok(())
}

fn ten_times_the_items(bench: &Bench<Semaphores>) -> Result<()> {
    let peak = |tasks| -> Result<u64> {
        let args = [
            "--tasks",
            tasks,
            "--limit",
            "50",
            // So that all permits are in use in the smaller job too: what grows is then
            // what the items take, and not the connections.
            "--latency",
            "2ms",
            "--workers",
            "2",
        ];
        let trial = bench.trial(&args, &Settings::default())?;
        let memory = trial
            .memory
            .ok_or_else(|| anyhow::anyhow!("no memory reported"))?;
        Ok(memory.peak)
    };
    // The median of five: a busy machine can hold up the one request that all behind it
    // are joined after.
    let (mut within, mut beyond) = (0, Vec::new());
    while within < 3 {
        let (once, tenfold) = (peak("1000")?, peak("10000")?);
        let ratio = tenfold as f64 / once as f64;
        if ratio <= 1.3 {
            within += 1;
        } else {
            beyond.push(format!(
                "{tenfold} bytes for 10,000, {once} for 1,000: {ratio:.2} times as much"
            ));
        }
        ensure!(beyond.len() < 3, "{}", beyond.join(", and again "));
    }
    Ok(())
}
