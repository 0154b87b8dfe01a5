//! The latency of items: percentiles of each trial, and what they say over the rounds.
//!
//! A trial gives one figure for each percentile, as it gives one time. So medians, intervals,
//! resolution and verdicts are those of times: from the trials of rounds, and by ratios to
//! the same round. Items of one trial are not independent, since what stalls one stalls its
//! neighbours; nothing here takes them to be.

use std::{cmp::Ordering, collections::BTreeMap};

use serde::{Deserialize, Serialize};
use test_fixtures::ItemTimes;

use crate::{
    results::{Kind, ModelResults, Row, Sample},
    statistics::{Estimate, Verdict, estimate_within, resolution, verdict},
    summary::is_comparable,
};

/// The percentiles that are kept, in hundredths of a per cent. The last is the maximum.
const LEVELS: [u32; 10] = [5000, 7500, 9000, 9500, 9900, 9950, 9990, 9995, 9999, 10_000];
/// Those that tables show, and that have verdicts, in per cent.
pub const SHOWN: [f64; 5] = [50.0, 90.0, 99.0, 99.9, 100.0];

/// What is meant by an item's latency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// From when the work on it began to its end.
    Service,
    /// From when it was due to its end; of a job with a rate.
    Response,
}

/// The latency of the items of one trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// How many items there were.
    pub items: usize,
    /// From the begin of each to its end.
    pub service: Vec<Percentile>,
    /// From when each was due to its end; empty where all were due at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub response: Vec<Percentile>,
}

/// One percentile of a trial's items.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Percentile {
    /// That part of the items took no longer, in per cent; 100 is the maximum.
    pub percent: f64,
    /// How long, in nanoseconds.
    pub nanos: u64,
}

/// A row's latency over all rounds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RowLatency {
    /// The fewest items of a trial; 0 where all trials are left out.
    pub items: usize,
    /// Trials that are left out, since their figures are the load's own.
    #[serde(default, skip_serializing_if = "is_none")]
    pub of_load: usize,
    /// From the begin of an item to its end.
    pub service: Vec<Tail>,
    /// From when an item was due to its end; empty where all were due at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub response: Vec<Tail>,
}

fn is_none(count: &usize) -> bool {
    *count == 0
}

/// One percentile of a row over all rounds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tail {
    /// In per cent; 100 is the maximum.
    pub percent: f64,
    /// Nanoseconds: the median of the trials' percentiles.
    pub time: Estimate,
    /// Times the reference's of the same round; `None` of the reference itself.
    pub to_reference: Option<Estimate>,
    /// How it compares with the reference: `Faster` is a lower percentile.
    pub verdict: Option<Verdict>,
}

impl Latency {
    /// That of these items; `None` of none.
    pub fn of(items: &[ItemTimes]) -> Option<Self> {
        let first = items.first()?;
        let differ = items.iter().any(|item| item.due != first.due);
        // In a closed loop an item is due when it begins.
        let is_paced = differ && items.iter().any(|item| item.due != item.begin);
        let response = || percentiles(items.iter().map(ItemTimes::response).collect());
        Some(Self {
            items: items.len(),
            service: percentiles(items.iter().map(ItemTimes::service).collect()),
            response: if is_paced { response() } else { Vec::new() },
        })
    }

    /// That percentile, in nanoseconds; `None` where there were too few items for it.
    pub fn at(&self, meaning: Meaning, percent: f64) -> Option<u64> {
        let mut all = self.percentiles(meaning).iter();
        Some(all.find(|one| same(one.percent, percent))?.nanos)
    }

    fn percentiles(&self, meaning: Meaning) -> &[Percentile] {
        match meaning {
            Meaning::Service => &self.service,
            Meaning::Response => &self.response,
        }
    }
}

impl RowLatency {
    /// Its percentiles of that meaning.
    pub fn tails(&self, meaning: Meaning) -> &[Tail] {
        match meaning {
            Meaning::Service => &self.service,
            Meaning::Response => &self.response,
        }
    }
}

/// The percentiles that so many times have: those with a time beyond them, as the maximum
/// under another name would be no percentile; and the maximum.
fn percentiles(mut nanos: Vec<u64>) -> Vec<Percentile> {
    nanos.sort_unstable();
    let rank = |level| rank(level, nanos.len());
    let has = |level: &u32| *level == 10_000 || rank(*level) < nanos.len();
    let levels = LEVELS.into_iter().filter(has);
    let levels = levels.map(|level| Percentile {
        percent: f64::from(level) / 100.0,
        // The clock may not have moved; a ratio needs more than nothing.
        nanos: nanos[rank(level) - 1].max(1),
    });
    levels.collect()
}

/// Which of so many times in order is the percentile, from 1: the least that is no shorter
/// than that part of them (nearest rank).
fn rank(level: u32, count: usize) -> usize {
    let rank = (u64::from(level) * count as u64).div_ceil(10_000);
    usize::try_from(rank).unwrap_or(count).max(1)
}

/// How many items a trial must have for this percentile, in per cent.
pub fn fewest_items(percent: f64) -> usize {
    let level = (percent * 100.0).round() as u32;
    let beyond = 10_000_u32.saturating_sub(level).max(1) as usize;
    10_000_usize.div_ceil(beyond)
}

/// A row's percentile in each of its rounds whose figures are its own.
type ByRound = BTreeMap<usize, f64>;

fn by_round(row: &Row, meaning: Meaning, percent: f64) -> ByRound {
    let figure = |sample: &Sample| {
        let nanos = sample.latency.as_ref()?.at(meaning, percent)?;
        Some((sample.round, nanos as f64))
    };
    own(row).filter_map(figure).collect()
}

/// The trials whose figures are the row's own, and not those of a load that fell behind.
fn own(row: &Row) -> impl Iterator<Item = &Sample> {
    row.samples.iter().filter(|one| !one.facts.is_of_load)
}

fn same(a: f64, b: f64) -> bool {
    a.total_cmp(&b) == Ordering::Equal
}

fn ratios(above: &ByRound, below: &ByRound) -> Vec<f64> {
    let ratio = |(round, nanos): (&usize, &f64)| Some(nanos / below.get(round)?);
    above.iter().filter_map(ratio).collect()
}

/// Fills in every row's latency, where its trials have reported items.
pub(crate) fn add(results: &mut ModelResults) {
    let all: Vec<_> = (0..results.rows.len())
        .map(|row| of_row(results, row))
        .collect();
    for (row, latency) in results.rows.iter_mut().zip(all) {
        if let Some(summary) = &mut row.summary {
            summary.latency = latency;
        }
    }
}

fn of_row(results: &ModelResults, row: usize) -> Option<RowLatency> {
    let Row { samples, .. } = &results.rows[row];
    if samples.iter().any(|sample| sample.latency.is_none()) {
        return None;
    }
    let own: Vec<_> = own(&results.rows[row]).collect();
    let items = own.iter().filter_map(|sample| sample.latency.as_ref());
    let tails = |meaning| {
        let levels = LEVELS.iter().map(|level| f64::from(*level) / 100.0);
        let tails = levels.filter_map(|percent| tail(results, row, meaning, percent));
        tails.collect()
    };
    Some(RowLatency {
        items: items.map(|latency| latency.items).min().unwrap_or(0),
        of_load: samples.len() - own.len(),
        service: tails(Meaning::Service),
        response: tails(Meaning::Response),
    })
}

fn tail(
    results: &ModelResults,
    row: usize,
    meaning: Meaning,
    percent: f64,
) -> Option<Tail> {
    let row = &results.rows[row];
    let figures = by_round(row, meaning, percent);
    // A percentile that some of its trials have too few items for is none of the row.
    if figures.len() < own(row).count() {
        return None;
    }
    let nanos: Vec<f64> = figures.values().copied().collect();
    let mut rows = results.rows.iter();
    let reference = rows.find(|other| other.name == results.reference);
    let reference = reference.filter(|reference| reference.name != row.name);
    let to_reference = reference.and_then(|reference| {
        let ratios = ratios(&figures, &by_round(reference, meaning, percent));
        estimate_within(&ratios, results.tail())
    });
    let decided =
        |(ratio, reference): (Estimate, &Row)| match is_comparable(row, reference) {
            true => verdict(&ratio, noise(results, meaning, percent)),
            false => Verdict::Unknown,
        };
    Some(Tail {
        percent,
        time: estimate_within(&nanos, results.tail())?,
        to_reference,
        verdict: to_reference.zip(reference).map(decided),
    })
}

/// The factor below which no ratio of this percentile is called a difference.
fn noise(results: &ModelResults, meaning: Meaning, percent: f64) -> Option<f64> {
    let mut rows = results.rows.iter();
    let control = rows.clone().find(|row| row.kind == Kind::Control)?;
    let reference = rows.find(|row| row.name == results.reference)?;
    let of = |row| by_round(row, meaning, percent);
    resolution(&ratios(&of(control), &of(reference)))
}

/// How the first row's percentile compares with the second's: `Faster` is a lower one.
pub fn compared(
    results: &ModelResults,
    first: &Row,
    second: &Row,
    meaning: Meaning,
    percent: f64,
) -> Verdict {
    let of = |row| by_round(row, meaning, percent);
    let ratio = estimate_within(&ratios(&of(first), &of(second)), results.tail());
    match ratio.filter(|_| is_comparable(first, second)) {
        Some(ratio) => verdict(&ratio, noise(results, meaning, percent)),
        None => Verdict::Unknown,
    }
}

/// The row whose percentile is the lowest, then those that can't be told apart from it, of
/// those that do the same job; `None` where too few rounds or rows have it.
pub fn lowest(
    results: &ModelResults,
    meaning: Meaning,
    percent: f64,
) -> Option<Vec<&Row>> {
    noise(results, meaning, percent)?;
    let time = |row: &Row| {
        let latency = row.summary.as_ref()?.latency.as_ref()?;
        let mut tails = latency.tails(meaning).iter();
        Some(tails.find(|tail| same(tail.percent, percent))?.time.median)
    };
    let rows = results.rows.iter().filter(|row| row.kind != Kind::Control);
    let rows = rows.filter(|row| row.another_job.is_none());
    let mut rows: Vec<_> = rows.filter_map(|row| Some((time(row)?, row))).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (_, first) = rows.first().filter(|_| rows.len() > 1)?;
    let is_told = |row: &Row| {
        let verdict = compared(results, row, first, meaning, percent);
        matches!(verdict, Verdict::Slower | Verdict::Unknown)
    };
    let rows = rows.iter().map(|(_, row)| *row);
    Some(
        rows.filter(|row| row.name == first.name || !is_told(row))
            .collect(),
    )
}

/// The meanings that any row of a model's results has: the one that its verdicts are first
/// about comes first.
pub fn meanings(results: &ModelResults) -> Vec<Meaning> {
    let has = |meaning: &Meaning| {
        let summaries = results.rows.iter().filter_map(|row| row.summary.as_ref());
        let mut latencies = summaries.filter_map(|summary| summary.latency.as_ref());
        latencies.any(|latency| !latency.tails(*meaning).is_empty())
    };
    let all = [Meaning::Response, Meaning::Service];
    all.into_iter().filter(has).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use test_fixtures::Facts;

    use super::*;
    use crate::{
        mock::{Items, Machine, Mock, run},
        progress::Progress,
        summary,
    };

    fn items(count: u64) -> Vec<ItemTimes> {
        (1..=count).map(|n| [0, 100, 100 + n].into()).collect()
    }

    fn told(items: &[ItemTimes]) -> Vec<(f64, u64)> {
        let latency = Latency::of(items).expect("there are items");
        let all = latency.service.iter();
        all.map(|one| (one.percent, one.nanos)).collect()
    }

    #[test]
    fn a_percentile_has_an_item_beyond_it() {
        assert_eq!(Latency::of(&[]), None);
        assert_eq!(told(&items(1)), [(100.0, 1)]);
        assert_eq!(told(&items(2)), [(50.0, 1), (100.0, 2)]);
        let hundred = told(&items(100));
        assert_eq!(
            hundred,
            [
                (50.0, 50),
                (75.0, 75),
                (90.0, 90),
                (95.0, 95),
                (99.0, 99),
                (100.0, 100)
            ]
        );
        assert!(told(&items(99)).iter().all(|(percent, _)| *percent != 99.0));
        for percent in [50.0, 90.0, 99.0, 99.9, 99.99] {
            let fewest = fewest_items(percent) as u64;
            let has = |count| told(&items(count)).iter().any(|(p, _)| *p == percent);
            assert!(has(fewest) && !has(fewest - 1), "{percent}: {fewest}");
        }
    }

    #[test]
    fn response_is_there_where_items_are_due_at_different_times() {
        let at_once = Latency::of(&items(3)).expect("there are items");
        assert_eq!(at_once.response, []);
        let closed = [[0, 0, 9].into(), [10, 10, 31].into()];
        let closed = Latency::of(&closed).expect("there are items");
        assert_eq!(closed.response, []);
        let paced = [[0, 5, 9].into(), [10, 30, 31].into()];
        let paced = Latency::of(&paced).expect("there are items");
        let most = |all: &[Percentile]| all.last().expect("the maximum").nanos;
        assert_eq!((most(&paced.service), most(&paced.response)), (4, 21));
    }

    /// Eight rounds of two rows, in the given ones of which the load fell behind and the
    /// items of the second row took a hundred times as long.
    fn late_in(rounds: impl Fn(usize) -> bool) -> ModelResults {
        let mut mock = Mock::new(Machine::QUIET, &[("slow", 2.0)], 1);
        mock.items = Some(Items {
            count: 100,
            spread: 0.1,
            stalls: 0.0,
            run: 0,
            stall: 1.0,
        });
        let mut results = run(mock, 8, 1, &Progress::shown());
        let mut rows = results.rows.iter_mut();
        let slow = rows.find(|row| row.name == "slow").expect("it took part");
        for sample in slow.samples.iter_mut().filter(|one| rounds(one.round)) {
            sample.facts = Arc::new(Facts::new().of_load());
            let latency = sample.latency.as_mut().expect("it has items");
            latency.items = 1;
            latency.service.iter_mut().for_each(|one| one.nanos *= 100);
        }
        summary::add(&mut results);
        results
    }

    fn latency_of<'a>(results: &'a ModelResults, name: &str) -> &'a RowLatency {
        let mut rows = results.rows.iter();
        let row = rows.find(|row| row.name == name).expect("it took part");
        let summary = row.summary.as_ref().expect("it has samples");
        summary.latency.as_ref().expect("its trials have items")
    }

    #[test]
    fn a_trial_of_the_load_is_in_no_percentile() {
        let (none, some) = (late_in(|_| false), late_in(|round| round < 5));
        assert_eq!(latency_of(&none, "slow").of_load, 0);
        assert_eq!(latency_of(&some, "reference").of_load, 0);
        let latency = latency_of(&some, "slow");
        assert_eq!((latency.of_load, latency.items), (5, 100));
        let tails = latency.tails(Meaning::Service).iter();
        for (tail, due) in tails.zip(latency_of(&none, "slow").tails(Meaning::Service)) {
            let ratio = tail.time.median / due.time.median;
            assert!((0.5..2.0).contains(&ratio), "{tail:?}: {due:?}");
            let to_reference = tail.to_reference.expect("both had a turn").median;
            assert!((1.0..4.0).contains(&to_reference), "{tail:?}");
        }
    }

    #[test]
    fn a_row_whose_trials_are_all_the_load_s_has_no_percentile() {
        let results = late_in(|_| true);
        let latency = latency_of(&results, "slow");
        assert_eq!((latency.of_load, latency.items), (8, 0));
        assert_eq!(latency.tails(Meaning::Service), []);
        let lowest = lowest(&results, Meaning::Service, 50.0);
        assert_eq!(lowest.map(|rows| rows.len()), None);
    }

    #[test]
    fn a_row_without_the_field_is_read() {
        let old = r#"{"items": 9, "service": []}"#;
        let read: RowLatency = serde_json::from_str(old).expect("an earlier form");
        assert_eq!((read.items, read.of_load), (9, 0));
        let written = serde_json::to_string(&read).expect("JSON");
        assert!(!written.contains("of_load"), "{written}");
    }
}
