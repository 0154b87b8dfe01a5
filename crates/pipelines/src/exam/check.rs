//! The check: in is out and failed, files are whole, and no step or queue held more than
//! it may.

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result, bail, ensure};
use fetching::{
    Page,
    files::{File, listing},
    most_at_once,
};
use http_origin::{Expected, Record, expected};
use test_fixtures::{Class, Facts, Outcome};

use super::{Stage, occupancy};
use crate::{Content, FaultKind, Job, Output, Passage, Saved, Step};

pub(crate) fn check(stage: &Stage, job: &Job, output: &Output) -> Result<Facts> {
    let (outcomes, count) = (&output.outcomes, job.urls.len());
    ensure!(
        outcomes.len() == count,
        "{} outcomes for {count} items",
        outcomes.len()
    );
    let items = by_item(output)?;
    for (index, outcome) in outcomes.iter().enumerate() {
        one(job, index, outcome, &items[index])
            .with_context(|| format!("item {index}"))?;
    }
    taken(job, output, &items)?;
    let files = files(stage, job, output, &items)?;
    let excused = |index: usize, outcome: &Outcome<File>| match outcome {
        Outcome::Ok(_) | Outcome::TimedOut => false,
        Outcome::Failed(failure) => {
            asked(job, index).is_some() || is_long(stage, job, index, failure.class)
        }
        _ => job.take.is_some(),
    };
    let folder = stage.folder.path();
    let (_, record) = stage.web.check_saved(folder, &job.names, &files, excused)?;
    if let Some(record) = record {
        seen_by_origin(stage, job, &items, &record)?;
    }
    occupancy::facts(job, Facts::new().outcomes(outcomes), &items)
}

/// Each item's passages, in order.
fn by_item(output: &Output) -> Result<Vec<Vec<Passage>>> {
    let mut items = vec![Vec::new(); output.outcomes.len()];
    for passage in &output.passages {
        let of_one = items
            .get_mut(passage.item)
            .context("a passage of no item")?;
        of_one.push(*passage);
    }
    for (index, of_one) in items.iter_mut().enumerate() {
        of_one.sort_unstable_by_key(|passage| passage.step);
        let in_order = of_one.iter().zip(Step::ALL).all(|(p, step)| p.step == step);
        let forward = of_one.iter().all(|passage| passage.entered <= passage.left)
            && of_one
                .windows(2)
                .all(|p| p[0].whole && p[0].left <= p[1].entered);
        ensure!(
            in_order && of_one.len() <= Step::ALL.len() && forward,
            "item {index} did not pass one step after the other: {of_one:?}"
        );
    }
    Ok(items)
}

/// The step in which the job asks an item to fail.
fn asked(job: &Job, index: usize) -> Option<Step> {
    let fails = |step: &Step| job.fault(*step, index) == Some(FaultKind::Fail);
    Step::ALL.into_iter().find(fails)
}

/// An item's outcome agrees with how far it came.
fn one(
    job: &Job,
    index: usize,
    outcome: &Outcome<Saved>,
    passages: &[Passage],
) -> Result<()> {
    let all = passages.len() == Step::ALL.len() && passages.iter().all(|p| p.whole);
    for passage in passages.iter().filter(|p| p.whole && p.step != Step::Fetch) {
        let took = (passage.left - passage.entered) as f64 / 1e6;
        let least = job.least_ms(passage.step);
        // The job's milliseconds are a fraction, and a nanosecond may be lost in it.
        ensure!(
            took > least - 0.001,
            "{took} ms in {}, where the job asks for {least}",
            passage.step
        );
    }
    let failed_in = passages
        .last()
        .filter(|last| !last.whole)
        .map(|last| last.step);
    match outcome {
        Outcome::Ok(saved) => {
            ensure!(all, "saved, but it passed {passages:?}");
            ensure!(saved.item == index, "reported as item {}", saved.item);
            ensure!(asked(job, index).is_none(), "it was asked to fail");
        }
        Outcome::Failed(failure) if failure.class == Class::Name => {
            ensure!(
                passages.is_empty(),
                "it has no name, and passed {passages:?}"
            );
        }
        Outcome::Failed(failure) => {
            let step = failed_in.context("failed, but in no step")?;
            let end = format!(", in {step}");
            ensure!(
                failure.why.ends_with(&end),
                "no {end:?} in {:?}",
                failure.why
            );
            let due = match failure.class {
                Class::Disk => Step::Save,
                _ => asked(job, index).unwrap_or(Step::Fetch),
            };
            ensure!(
                step == due,
                "failed where {due} was due to: {}",
                failure.why
            );
        }
        Outcome::TimedOut => {
            ensure!(failed_in == Some(Step::Fetch), "timed out in {failed_in:?}");
        }
        Outcome::Cancelled => ensure!(job.take.is_some(), "it never came out"),
        other => bail!("{}", other.word()),
    }
    Ok(())
}

/// Whether a body is longer than those that the job takes.
fn is_long(stage: &Stage, job: &Job, index: usize, class: Class) -> bool {
    let path = stage.web.paths().get(index);
    match path.map(|path| expected(path)) {
        Some(Ok(Expected::Whole { bytes, .. })) => {
            class == Class::Other && bytes > job.most_bytes
        }
        _ => false,
    }
}

/// A consumer that leaves early has what was asked for, and stops those at work: what is begun
/// after that is at most what fits into the pipeline.
fn taken(job: &Job, output: &Output, items: &[Vec<Passage>]) -> Result<()> {
    let Some(take) = job.take else { return Ok(()) };
    let count = |word| output.outcomes.iter().filter(|o| o.word() == word).count();
    let (ok, cancelled) = (count("ok"), count("cancelled"));
    ensure!(
        ok == take || (ok < take && cancelled == 0),
        "{ok} items taken of {take} wanted, {cancelled} never came"
    );
    let begun = items.iter().filter(|of_one| !of_one.is_empty()).count();
    let most = items.len() - cancelled + 2 * job.room();
    ensure!(
        begun <= most,
        "{begun} items begun, where {most} are enough"
    );
    Ok(())
}

/// The file of each item in the folder, whose contents are compared with the report of
/// them. An item may be saved and not reported, if the consumer has left.
fn files(
    stage: &Stage,
    job: &Job,
    output: &Output,
    items: &[Vec<Passage>],
) -> Result<Vec<Outcome<File>>> {
    let folder = stage.folder.path();
    let there: BTreeMap<String, Page> = listing(folder)?;
    let mut files = Vec::with_capacity(output.outcomes.len());
    for (index, outcome) in output.outcomes.iter().enumerate() {
        let name = job.names[index].as_ref().ok();
        let page = name.and_then(|name| there.get(name.as_str()));
        files.push(match outcome {
            Outcome::Ok(saved) => {
                let name = name.context("saved without a name")?;
                let body = fs::read(folder.join(name.as_str()))?;
                let content = page.map(|page| Content {
                    sha256: page.sha256,
                    words: words(&body),
                });
                let reported = saved.content;
                ensure!(
                    content == reported,
                    "{name} is {content:?}, not {reported:?}"
                );
                Outcome::Ok(saved.file.clone())
            }
            Outcome::Cancelled if items[index].len() == Step::ALL.len() => {
                match name.cloned().zip(page) {
                    Some((name, page)) => Outcome::Ok(File::Saved {
                        name,
                        bytes: page.bytes,
                    }),
                    None => Outcome::Cancelled,
                }
            }
            other => other.clone().map(|saved| saved.file),
        });
    }
    Ok(files)
}

/// Words by another method than the work's: where one begins.
fn words(body: &[u8]) -> u64 {
    let mut before = b' ';
    let mut words = 0;
    for &byte in body {
        let begins = before.is_ascii_whitespace() && !byte.is_ascii_whitespace();
        words += u64::from(begins);
        before = byte;
    }
    words
}

/// The origin saw each item's request within the item's time in the first step, and no
/// more of them at once than there are workers.
fn seen_by_origin(
    stage: &Stage,
    job: &Job,
    items: &[Vec<Passage>],
    record: &Record,
) -> Result<()> {
    // Paths that stand twice in a job can't be told apart.
    let once = record
        .exchanges
        .iter()
        .filter(|one| record.hits(&one.path) == 1);
    let started: BTreeMap<&str, u64> =
        once.map(|one| (&*one.path, one.started_ns)).collect();
    for (path, of_one) in stage.web.paths().iter().zip(items) {
        let Some(started) = started.get(path.as_str()) else {
            continue;
        };
        let fetched = of_one.first().context("the origin saw it, but no step")?;
        // Of a request that was given up, the origin may hear later.
        let until = if fetched.whole {
            fetched.left
        } else {
            u64::MAX
        };
        ensure!(
            (fetched.entered..=until).contains(started),
            "{path}: asked for outside of its time in the first step"
        );
    }
    // A request that the client gave up may be seen to go after its successor has come.
    let ended = record.exchanges.iter().filter(|one| !one.was_left());
    let most = most_at_once(ended.map(|one| (one.started_ns, one.ended_ns)));
    let workers = job.workers.get();
    ensure!(
        most <= workers,
        "{most} requests at once of {workers} workers"
    );
    Ok(())
}
