//! Cases with an origin of their own, which the job knows as the user's URLs: it can be
//! killed under the job, and what must come of a URL need not follow from its path.

use std::{
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use fetching::{Page, Sha256};
use http_origin::{Expected, Origin, expected};
use test_fixtures::{
    Bench, Case, Checked, Class, Outcome, Settings, stopped_and_continued,
};

use crate::{Gather, Output};

/// The most that a trial's memory may grow over one body, however long it is.
const MOST_GROWTH: u64 = 32 << 20;

pub(super) fn cases() -> Vec<Case<Gather>> {
    vec![
        Case::custom(
            "flaky",
            "no client retries behind the caller's back: a 503 is reported",
            flaky,
        ),
        Case::custom(
            "dripping_head_times_out",
            "a head that drips past the time-out is given up, though no read is long",
            |bench| drips_past(bench, "/drip-head/50ms/bytes/10"),
        ),
        Case::custom(
            "dripping_body_times_out",
            "a body that drips past the time-out is given up, though no read is long",
            |bench| drips_past(bench, "/bytes/1000/drip/1/50ms"),
        ),
        Case::custom(
            "large_body_in_bounded_memory",
            "a body of 256 MiB is read in less than 32 MiB",
            large_body,
        ),
        Case::custom(
            "out_of_descriptors",
            "200 URLs and 64 descriptors: each is fetched or says why not, and so is the next job",
            out_of_descriptors,
        ),
        Case::custom(
            "origin_killed",
            "when the origin is killed, every request says so at once",
            origin_killed,
        ),
        Case::custom(
            "origin_restarted",
            "after its origin was killed and started again, the same process is served",
            origin_restarted,
        ),
        Case::custom(
            "stopped_and_continued",
            "a process that is stopped and continued, again and again, is served",
            |bench| stopped_and_continued(bench, &["--latency", "400ms"]),
        )
        .waits(),
    ]
}

/// One trial of these paths at this origin.
fn trial(
    bench: &Bench<Gather>,
    origin: &Origin,
    paths: &[String],
    timeout: &str,
    settings: &Settings,
) -> Result<Checked<Output>> {
    let mut args: Vec<String> = paths.iter().map(|path| origin.url(path)).collect();
    args.extend(["--timeout".to_owned(), timeout.to_owned()]);
    Ok(bench.trial(&args, settings)?)
}

fn flaky(bench: &Bench<Gather>) -> Result<()> {
    let origin = Origin::start()?;
    let paths = ["/flaky/1/bytes/10", "/bytes/10"].map(String::from);
    let Output { outcomes } =
        trial(bench, &origin, &paths, "10s", &Settings::default())?.output;
    let status = |outcome: &Outcome<Page>| outcome.ok().map(|page| page.status);
    let seen: Vec<_> = outcomes.iter().map(status).collect();
    ensure!(seen == [Some(503), Some(200)], "{outcomes:?}");
    ensure!(origin.record().requests == 2, "it was asked again");
    Ok(())
}

fn drips_past(bench: &Bench<Gather>, path: &str) -> Result<()> {
    let origin = Origin::start()?;
    let paths = [path, "/bytes/10"].map(String::from);
    let trial = trial(bench, &origin, &paths, "300ms", &Settings::default())?;
    let outcomes = &trial.output.outcomes;
    ensure!(
        matches!(outcomes[..], [Outcome::TimedOut, Outcome::Ok(_)]),
        "{outcomes:?}"
    );
    let took = Duration::from_nanos(trial.nanos);
    ensure!(
        took >= Duration::from_millis(300),
        "given up after {took:?}"
    );
    ensure!(
        took < Duration::from_secs(1),
        "given up only after {took:?}"
    );
    Ok(())
}

fn large_body(bench: &Bench<Gather>) -> Result<()> {
    const PATH: &str = "/bytes/268435456";
    // To hash it once for all variants is enough.
    static WHOLE: OnceLock<Page> = OnceLock::new();
    let whole = WHOLE.get_or_init(|| page(PATH));
    let origin = Origin::start()?;
    let patient = Settings {
        time_limit: Duration::from_secs(300),
        ..Settings::default()
    };
    let trial = trial(bench, &origin, &[PATH.to_owned()], "280s", &patient)?;
    let outcome = &trial.output.outcomes[0];
    ensure!(outcome.ok() == Some(whole), "{outcome:?}");
    let memory = trial.memory.context("the reply has no memory")?;
    let grown = memory.peak - memory.before;
    ensure!(grown < MOST_GROWTH, "its memory grew by {grown} bytes");
    Ok(())
}

fn out_of_descriptors(bench: &Bench<Gather>) -> Result<()> {
    let origin = Origin::start()?;
    let path = |task| format!("/after/100ms/bytes/{task}");
    let paths: Vec<_> = (0..200).map(path).collect();
    let few = Settings {
        descriptors: Some(64),
        warm: true,
        ..Settings::default()
    };
    // The job is done twice in one process; this is what came of it the second time.
    let Output { outcomes } = trial(bench, &origin, &paths, "10s", &few)?.output;
    let mut fetched = 0;
    for (path, outcome) in paths.iter().zip(&outcomes) {
        match outcome {
            Outcome::Ok(seen) => {
                ensure!(*seen == page(path), "{path}: {seen}");
                fetched += 1;
            }
            Outcome::Failed(failure) if failure.class == Class::Descriptors => {}
            other => anyhow::bail!("{path}: {other:?}"),
        }
    }
    ensure!(fetched >= 32, "only {fetched} were fetched");
    Ok(())
}

/// A hundred requests that an origin which is killed meanwhile won't answer.
fn unanswered() -> Vec<String> {
    let path = |task| format!("/after/10s/bytes/{task}");
    (0..100).map(path).collect()
}

fn origin_killed(bench: &Bench<Gather>) -> Result<()> {
    let paths = unanswered();
    let origin = Origin::start()?;
    let urls: Vec<_> = paths.iter().map(|path| origin.url(path)).collect();
    let killer = thread::spawn(move || {
        let all = |seen: &http_origin::Record| seen.requests_in_flight == 100;
        let met = origin.wait_for(Duration::from_secs(10), all);
        (met, Instant::now())
    });
    let trial = bench.trial(&urls, &Settings::default());
    let (met, killed) = killer.join().expect("it only waits");
    ensure!(met, "the requests never were in flight all at once");
    let late = killed.elapsed();
    ensure!(late < Duration::from_secs(5), "noticed after {late:?}");
    for outcome in trial?.output.outcomes {
        ensure!(lost(&outcome), "{outcome:?}");
    }
    Ok(())
}

fn origin_restarted(bench: &Bench<Gather>) -> Result<()> {
    let origin = Origin::start()?;
    let address = origin.address();
    // The first job of the process meets silence and then the end; the second, the origin
    // that came after.
    let paths: Vec<_> = (0..20)
        .map(|task| format!("/after/300ms/bytes/{task}"))
        .collect();
    let urls: Vec<_> = paths.iter().map(|path| origin.url(path)).collect();
    let restarter = thread::spawn(move || -> Result<Origin> {
        let all = |seen: &http_origin::Record| seen.requests_in_flight == 20;
        let met = origin.wait_for(Duration::from_secs(10), all);
        ensure!(met, "the requests never were in flight all at once");
        drop(origin);
        Ok(Origin::start_on(address)?)
    });
    let twice = Settings {
        warm: true,
        ..Settings::default()
    };
    let trial = bench.trial(&urls, &twice);
    let second = restarter.join().expect("it only waits")?;
    for (path, outcome) in paths.iter().zip(trial?.output.outcomes) {
        ensure!(outcome.ok() == Some(&page(path)), "{path}: {outcome:?}");
    }
    let requests = second.record().requests;
    ensure!(
        requests == 20,
        "the second origin was asked {requests} times"
    );
    Ok(())
}

/// Whether a request says that its connection ended: with a FIN or, where the origin had
/// not read all of it, with an RST.
fn lost(outcome: &Outcome<Page>) -> bool {
    match outcome {
        Outcome::Failed(failure) => {
            matches!(failure.class, Class::Truncated | Class::Reset)
        }
        _ => false,
    }
}

/// The page that a whole answer gives.
fn page(path: &str) -> Page {
    match expected(path) {
        Ok(Expected::Whole {
            status,
            bytes,
            sha256,
        }) => Page {
            status,
            bytes,
            sha256: Sha256(sha256),
        },
        other => unreachable!("{path} is whole, not {other:?}"),
    }
}
