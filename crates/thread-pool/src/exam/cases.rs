//! What must come of which job.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fetching::{
    cases::{
        beside,
        endless::{self, CHUNKS, FRAMES, HEADS, given_up},
        kept, paths,
        statuses::{self, Means},
    },
    files::File,
};
use test_fixtures::{Bench, Case, Outcome, Settings, stopped_and_continued};

use crate::{Output, ThreadPool};

mod own_origin;

/// A body that takes an hour, one byte at a time: each read returns, and the download does
/// not.
const ENDLESS: &str = "/bytes/360000/drip/1/10ms/note/endless.bin";

/// The most memory that a trial may take, however long a body is.
const MOST: u64 = 20 << 20;

pub(crate) fn cases() -> Vec<Case<ThreadPool>> {
    let mut cases = sizes();
    cases.extend(names());
    cases.extend(fetching::cases::faults());
    cases.extend(fetching::cases::tls());
    cases.extend(fetching::cases::trust());
    cases.extend(fetching::cases::names());
    cases.extend(fetching::cases::odd(
        &["--workers", "1", "--timeout", "2s"],
        &["--workers", "4", "--timeout", "2s"],
    ));
    cases.push(fetching::cases::odd_location(&["--workers", "2"]));
    cases.extend(kept::cases([
        |bench| kept::hold(bench, &["--workers", "1"]),
        |bench| kept::hold(bench, &["--workers", "2"]),
    ]));
    cases.push(statuses::case(|bench| {
        statuses::hold(bench, Means::Content)
    }));
    const AT_ONCE: &[&str] = &["--workers", "8", "--timeout", "1s"];
    cases.extend(endless::cases([
        |bench| given_up(bench, HEADS, AT_ONCE),
        |bench| given_up(bench, FRAMES, AT_ONCE),
        // A body without an end is no silence, and other endless bodies would fill the
        // disk.
        |bench| given_up(bench, CHUNKS, &["--workers", "8", "--deadline", "1s"]),
    ]));
    cases.extend(pool());
    cases.extend(own_origin::cases());
    cases.extend(fetching::cases::for_good());
    cases
}

fn sizes() -> Vec<Case<ThreadPool>> {
    let holds = Case::holds;
    vec![
        holds("no_items", "no file is no error", &["--tasks", "0"]),
        holds("one_item", "one file is downloaded", &["--tasks", "1"]),
        holds(
            "one_worker",
            "one thread and a queue of one: one after another",
            &["--tasks", "8", "--workers", "1", "--latency", "5ms"],
        ),
        holds(
            "more_workers_than_items",
            "threads without work do no harm",
            &["--tasks", "3", "--workers", "8"],
        ),
        holds(
            "chunked",
            "a body without a length is whole",
            &paths(["/chunked/100000"]),
        ),
        holds(
            "empty",
            "an empty body is a file",
            &paths(["/bytes/0", "/chunked/0"]),
        ),
        holds(
            "no_sync",
            "without waiting for the disk the files are the same",
            &["--no-sync"],
        ),
        beside(
            "status_is_a_failure",
            "a page that says 404 is not the file",
            "/status/404/bytes/100/note/a.bin",
        ),
    ]
}

fn names() -> Vec<Case<ThreadPool>> {
    vec![
        Case::holds(
            "two_urls_one_name",
            "neither replaces the other: the second in the input is numbered",
            &paths(["/bytes/10/note/a", "/bytes/11/note/a", "/bytes/12/note/a.2"]),
        ),
        Case::holds(
            "names_from_headers",
            "the answer's name goes before the URL's; one that is taken gets its place",
            &paths([
                "/header/content-disposition/attachment%3B%20filename%3Da/bytes/10/note/b",
                "/bytes/11/note/a",
                "/header/content-disposition/attachment%3B%20filename%3Dc/bytes/12/note/d",
                "/header/content-disposition/attachment%3B%20filename%3Dc/bytes/13/note/e",
            ]),
        ),
        beside(
            "url_leads_elsewhere",
            "a name that would leave the directory is refused, and not asked for",
            "/bytes/10/note/..%2F..%2Fescaped",
        ),
        beside(
            "url_is_absolute",
            "an absolute path is no name",
            "/bytes/10/note/%2Ftmp%2Fescaped",
        ),
        beside(
            "header_leads_elsewhere",
            "nor may the answer lead out of the directory",
            "/header/content-disposition/attachment%3B%20filename%3D%22..%2Fescaped%22/bytes/10",
        ),
        beside(
            "header_is_absolute",
            "nor name an absolute path",
            "/header/content-disposition/attachment%3B%20filename%3D%22%2Ftmp%2Fescaped%22/bytes/10",
        ),
        beside(
            "header_is_hidden",
            "nor a file that is hidden",
            "/header/content-disposition/attachment%3B%20filename%3D.bashrc/bytes/10",
        ),
        Case::holds(
            "numbered_names_are_taken",
            "an answer's name whose place is taken, too, gets the next number",
            &paths([
                "/bytes/10/note/a",
                "/bytes/11/note/a.3",
                "/header/content-disposition/attachment%3B%20filename%3Da/bytes/12/note/b",
            ]),
        ),
    ]
}

fn pool() -> Vec<Case<ThreadPool>> {
    let mut at_once = paths([
        "/after/300ms/bytes/10/nonce/1",
        "/after/300ms/bytes/10/nonce/2",
        "/after/300ms/bytes/10/nonce/3",
        "/after/300ms/bytes/10/nonce/4",
        "/after/300ms/bytes/10/nonce/5",
        "/after/300ms/bytes/10/nonce/6",
    ]);
    at_once.extend(["--workers", "5"]);
    let mut panics = paths([
        "/bytes/10/note/panic/nonce/1",
        "/bytes/10/note/panic/nonce/2",
        "/bytes/10/note/panic/nonce/3",
        "/after/300ms/bytes/10/nonce/4",
        "/after/300ms/bytes/10/nonce/5",
        "/after/300ms/bytes/10/nonce/6",
    ]);
    panics.extend(["--workers", "3"]);
    vec![
        Case::holds(
            "as_completed",
            "files are reported as they land, not as they were asked for",
            &paths([
                "/after/1200ms/bytes/10",
                "/after/600ms/bytes/11",
                "/bytes/12",
            ]),
        )
        .waits(),
        Case::holds(
            "every_thread_works",
            "with work enough, all threads download at once, and no more",
            &at_once,
        ),
        Case::holds(
            "a_panic_is_one_outcome",
            "the others land, every thread still works, and no unfinished file is left",
            &panics,
        ),
        Case::custom(
            "straggler",
            "a download that never ends is stopped at the deadline, and named",
            straggler,
        )
        .waits(),
        Case::custom(
            "never_begun",
            "what waits behind a straggler is cancelled, not forgotten",
            never_begun,
        ),
        Case::custom(
            "stopped_and_continued",
            "a process that is stopped and continued, again and again, saves every file",
            |bench| {
                let args = ["--tasks", "12", "--workers", "3", "--latency", "100ms"];
                stopped_and_continued(bench, &args)
            },
        )
        .waits(),
        Case::custom(
            "ten_times_the_items",
            "ten times the files take at most 1.3 times the memory",
            ten_times_the_items,
        ),
        Case::custom(
            "long_body_in_little_memory",
            "a body of 256 MiB is saved in at most 20 MiB",
            long_body,
        ),
    ]
}

fn straggler(bench: &Bench<ThreadPool>) -> Result<()> {
    let mut args = paths([ENDLESS, "/bytes/10/note/a", "/bytes/11/note/b"]);
    args.extend(["--workers", "2", "--deadline", "600ms"]);
    let trial = bench.trial(&args, &Settings::default())?;
    let outcomes = in_input_order(&trial.output);
    let [endless, a, b] = outcomes.as_slice() else {
        anyhow::bail!("{outcomes:?}");
    };
    ensure!(matches!(endless, Outcome::TimedOut), "{endless:?}");
    ensure!(a.ok().and(b.ok()).is_some(), "{a:?}, {b:?}");
    let took = Duration::from_nanos(trial.nanos);
    ensure!(
        took >= Duration::from_millis(600),
        "stopped early: {took:?}"
    );
    ensure!(took < Duration::from_secs(5), "stopped late: {took:?}");
    Ok(())
}

fn never_begun(bench: &Bench<ThreadPool>) -> Result<()> {
    let mut args = paths([ENDLESS, "/bytes/10/note/a", "/bytes/11/note/b"]);
    args.extend(["--workers", "1", "--deadline", "300ms"]);
    let trial = bench.trial(&args, &Settings::default())?;
    let outcomes = in_input_order(&trial.output);
    let words: Vec<_> = outcomes.iter().map(|outcome| outcome.word()).collect();
    ensure!(
        words == ["timed out", "cancelled", "cancelled"],
        "{words:?}"
    );
    Ok(())
}

fn in_input_order(output: &Output) -> Vec<&Outcome<File>> {
    let outcomes = super::in_input_order(output, output.reports.len());
    outcomes.into_iter().flatten().collect()
}

fn ten_times_the_items(bench: &Bench<ThreadPool>) -> Result<()> {
    let peak = |tasks| peak(bench, &["--tasks", tasks, "--latency", "0ms"]);
    let (once, tenfold) = (peak("300")?, peak("3000")?);
    let ratio = tenfold as f64 / once as f64;
    ensure!(
        ratio <= 1.3,
        "{tenfold} bytes for 3,000, {once} for 300: {ratio:.2} times as much"
    );
    Ok(())
}

fn long_body(bench: &Bench<ThreadPool>) -> Result<()> {
    let peak = peak(bench, &paths(["/bytes/268435456"]))?;
    ensure!(peak <= MOST, "{peak} bytes for a body of 256 MiB");
    Ok(())
}

fn peak(bench: &Bench<ThreadPool>, args: &[&str]) -> Result<u64> {
    let trial = bench.trial(args, &Settings::default())?;
    Ok(trial.memory.context("no memory reported")?.peak)
}
