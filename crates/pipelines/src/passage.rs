//! Passages: which item was in which stage from when to when.
//!
//! The work records them, not the variant, and the check makes its facts of them: how many
//! items were under way, how deep the queues were, how long stages waited.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use anyhow::{Result, ensure};
use fetching::most_at_once;
use serde::{Deserialize, Serialize};
use test_fixtures::{Facts, Span, monotonic_nanos};

use crate::{Job, Shape, Stage};

/// An item's time in a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passage {
    /// Which item.
    pub item: usize,
    /// Which stage.
    pub stage: Stage,
    /// When it entered, in nanoseconds of the system's monotonic clock.
    pub entered: u64,
    /// When it left, on the same clock.
    pub left: u64,
    /// Whether it can go on to the next stage.
    pub whole: bool,
}

/// An item in a stage. Dropped, it has left without being whole: it failed, its stage
/// panicked, or nobody wants it any more.
#[derive(Debug)]
pub(crate) struct Passing(Passage);

static PASSAGES: Mutex<Vec<Passage>> = Mutex::new(Vec::new());

impl Passing {
    pub(crate) fn enter(stage: Stage, item: usize) -> Self {
        let entered = monotonic_nanos();
        Self(Passage {
            item,
            stage,
            entered,
            left: entered,
            whole: false,
        })
    }

    pub(crate) fn stage(&self) -> Stage {
        self.0.stage
    }

    pub(crate) fn leave(mut self) {
        self.0.whole = true;
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        self.0.left = monotonic_nanos();
        lock().push(self.0);
    }
}

/// Takes every passage that has ended so far.
pub(crate) fn take_passages() -> Vec<Passage> {
    std::mem::take(&mut *lock())
}

fn lock() -> std::sync::MutexGuard<'static, Vec<Passage>> {
    // A panic elsewhere can't leave a Vec of ended passages half-pushed.
    PASSAGES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the items' passages, each in order, say of stages and queues.
///
/// # Errors
/// One of them held more than it may.
pub(crate) fn facts(job: &Job, facts: Facts, items: &[Vec<Passage>]) -> Result<Facts> {
    let (room, workers) = (job.room(), job.workers.get());
    let ends = items
        .iter()
        .filter_map(|of_one| of_one.first().zip(of_one.last()));
    let under_way = most_at_once(ends.map(|(a, z)| (a.entered, Some(z.left))));
    ensure!(
        under_way <= room,
        "{under_way} items under way, where {room} fit in"
    );
    for stage in Stage::ALL {
        let here = items
            .iter()
            .flatten()
            .filter(|passage| passage.stage == stage);
        let most =
            most_at_once(here.map(|passage| (passage.entered, Some(passage.left))));
        ensure!(
            most <= workers,
            "{most} items in {stage} at once, with {workers} workers"
        );
    }
    let mut facts = facts.count_of("in flight", under_way as u64, room as u64);
    if job.shape == Shape::Chained {
        return Ok(facts);
    }
    for stage in [Stage::Process, Stage::Save] {
        let pairs = items.iter().flat_map(|of_one| of_one.windows(2));
        let here = pairs.filter(|pair| pair[1].stage == stage);
        let deepest =
            most_at_once(here.map(|pair| (pair[0].left, Some(pair[1].entered))));
        // Beside those in the queue, each worker before it may hold one that has no room,
        // and each behind it one that it has just taken out.
        let most = job.queue.get() + 2 * workers;
        ensure!(
            deepest <= most,
            "{deepest} items before {stage}, where {most} fit in"
        );
        facts = facts.count(&format!("deepest before {stage}"), deepest as u64);
    }
    for stage in Stage::ALL {
        let waited = waited_ms(stage, workers, items);
        facts = facts.count(&format!("{stage} waited ms"), waited.round() as u64);
    }
    Ok(facts)
}

/// The milliseconds for which nobody was in this stage, for each of its workers.
fn waited_ms(stage: Stage, workers: usize, items: &[Vec<Passage>]) -> f64 {
    let all = || items.iter().flatten();
    let start = all().map(|passage| passage.entered).min().unwrap_or(0);
    let end = all().map(|passage| passage.left).max().unwrap_or(0);
    let here = all().filter(|passage| passage.stage == stage);
    let busy: u64 = here.map(|passage| passage.left - passage.entered).sum();
    ((end - start) as f64 - busy as f64 / workers as f64).max(0.0) / 1e6
}

/// A span for each passage, on lanes in which no two overlap: the first is `fetch 0`.
pub(crate) fn timeline(passages: &[Passage]) -> Vec<Span> {
    let mut passages = passages.to_vec();
    passages.sort_unstable_by_key(|passage| (passage.stage, passage.entered));
    // When each lane of a stage is free again.
    let mut lanes = BTreeMap::<Stage, Vec<u64>>::new();
    let span = |passage: &Passage| {
        let lanes = lanes.entry(passage.stage).or_default();
        let free = lanes.iter().position(|until| *until <= passage.entered);
        let lane = free.unwrap_or_else(|| {
            lanes.push(0);
            lanes.len() - 1
        });
        lanes[lane] = passage.left;
        Span {
            task: passage.item.to_string(),
            lane: format!("{} {lane}", passage.stage),
            start: passage.entered,
            end: passage.left,
            note: (!passage.whole).then(|| "failed".to_owned()),
        }
    };
    passages.iter().map(span).collect()
}
