//! How full a pipeline was, by the passages that the work recorded: how many items were under
//! way, how deep the queues were, how long each step waited.

use std::{collections::BTreeMap, ops::RangeInclusive};

use anyhow::{Result, ensure};
use fetching::most_at_once;
use test_fixtures::{Facts, ItemTimes, Span};

use crate::{Job, Passage, Shape, Step};

/// What the items' passages, each in order, say of steps and queues.
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
    for step in Step::ALL {
        let here = items
            .iter()
            .flatten()
            .filter(|passage| passage.step == step);
        let most =
            most_at_once(here.map(|passage| (passage.entered, Some(passage.left))));
        ensure!(
            most <= workers,
            "{most} items in {step} at once, with {workers} workers"
        );
    }
    let mut facts = facts.count_of("in flight", under_way as u64, room as u64);
    if job.shape == Shape::Chained {
        return Ok(facts);
    }
    for step in [Step::Process, Step::Save] {
        let pairs = items.iter().flat_map(|of_one| of_one.windows(2));
        let here = pairs.filter(|pair| pair[1].step == step);
        let deepest =
            most_at_once(here.map(|pair| (pair[0].left, Some(pair[1].entered))));
        // Beside those in the queue, each worker before it may hold one that has no room,
        // and each behind it one that it has just taken out.
        let most = job.queue.get() + 2 * workers;
        ensure!(
            deepest <= most,
            "{deepest} items before {step}, where {most} fit in"
        );
        facts = facts.count(&format!("deepest before {step}"), deepest as u64);
    }
    for step in Step::ALL {
        let waited = waited_ms(step, workers, items);
        facts = facts.count(&format!("ms idle in {step}"), waited.round() as u64);
    }
    Ok(facts)
}

/// The milliseconds for which each of this step's workers had no item.
fn waited_ms(step: Step, workers: usize, items: &[Vec<Passage>]) -> f64 {
    let all = || items.iter().flatten();
    let start = all().map(|passage| passage.entered).min().unwrap_or(0);
    let end = all().map(|passage| passage.left).max().unwrap_or(0);
    let here = all().filter(|passage| passage.step == step);
    let busy: u64 = here.map(|passage| passage.left - passage.entered).sum();
    ((end - start) as f64 - busy as f64 / workers as f64).max(0.0) / 1e6
}

/// A passage that is not within the time in which the trial was there.
pub(crate) fn impossible(
    passages: &[Passage],
    was_there: &RangeInclusive<u64>,
) -> Option<String> {
    let is_within = |passage: &Passage| {
        was_there.contains(&passage.entered) && was_there.contains(&passage.left)
    };
    let passage = passages.iter().find(|passage| !is_within(passage))?;
    let Passage {
        item,
        entered,
        left,
        ..
    } = passage;
    Some(format!("item {item} from {entered} to {left} ns"))
}

/// When each item entered its first step and left its last. All were due at `start`.
pub(crate) fn items(passages: &[Passage], start: u64) -> Vec<ItemTimes> {
    let mut items = BTreeMap::new();
    for passage in passages {
        let Passage { entered, left, .. } = *passage;
        let item = items.entry(passage.item).or_insert(ItemTimes {
            due: start,
            begin: entered,
            end: left,
        });
        item.begin = item.begin.min(entered);
        item.end = item.end.max(left);
    }
    items.into_values().collect()
}

/// A span for each passage, on lanes in which no two overlap: the first is `fetch 0`.
pub(crate) fn timeline(passages: &[Passage]) -> Vec<Span> {
    let mut passages = passages.to_vec();
    passages.sort_unstable_by_key(|passage| (passage.step, passage.entered));
    // When each lane of a step is free again.
    let mut lanes = BTreeMap::<Step, Vec<u64>>::new();
    let span = |passage: &Passage| {
        let lanes = lanes.entry(passage.step).or_default();
        let free = lanes.iter().position(|until| *until <= passage.entered);
        let lane = free.unwrap_or_else(|| {
            lanes.push(0);
            lanes.len() - 1
        });
        lanes[lane] = passage.left;
        Span {
            task: passage.item.to_string(),
            lane: format!("{} {lane}", passage.step),
            start: passage.entered,
            end: passage.left,
            note: (!passage.whole).then(|| "failed".to_owned()),
        }
    };
    passages.iter().map(span).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passage_outside_of_the_trial_is_impossible() {
        let found = |entered, left| {
            let (item, step, whole) = (3, Step::Fetch, true);
            let passage = Passage {
                item,
                step,
                entered,
                left,
                whole,
            };
            impossible(&[passage], &(100..=200))
        };
        assert_eq!(found(100, 200), None);
        for (entered, left) in [(99, 150), (150, 201), (0, u64::MAX)] {
            let found = found(entered, left).expect("it is outside");
            assert_eq!(found, format!("item 3 from {entered} to {left} ns"));
        }
    }
}
