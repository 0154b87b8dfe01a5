//! What the machine did for others while a round ran, and which rounds it disturbed.

use std::{collections::BTreeMap, fs, time::Instant};

use crate::{
    host::load,
    results::{ModelResults, Noise, Noisy},
    statistics::{FEWEST, median},
};

/// The share of the cores' time above which a round is noisy because of what was stolen.
const STEAL: f64 = 0.05;
/// How much each core must have lost, in nanoseconds: two ticks, in which steal is counted.
const STOLEN: f64 = 2e7;
/// How many robust deviations from the middle are too slow for a round.
const DEVIATIONS: f64 = 5.0;
/// What no round is too slow under, as a multiple of most.
const SLOWNESS: f64 = 1.05;
/// From the median of absolute deviations to the deviation of a normal distribution.
const TO_DEVIATION: f64 = 1.4826;

/// Rounds that something disturbed: where others took the cores, or where most contestants
/// were slower than they use to be. In order; nothing is dropped for it.
pub(crate) fn noisy_rounds(results: &ModelResults) -> Vec<Noisy> {
    let slowness = slowness(results);
    let bound = bound(&slowness);
    let why = |round: usize| {
        let stolen = results.noise.get(round).and_then(stolen);
        let slow = slowness.get(&round).filter(|slow| bound < **slow);
        let slow = slow.map(|slow| format!("{slow:.2} times as slow as most"));
        let whys: Vec<_> = stolen.into_iter().chain(slow).collect();
        (!whys.is_empty()).then(|| whys.join(", "))
    };
    (0..results.rounds)
        .filter_map(|round| {
            Some(Noisy {
                round,
                why: why(round)?,
            })
        })
        .collect()
}

fn stolen(noise: &Noise) -> Option<String> {
    let is_much = noise.steal > STEAL && noise.steal * noise.nanos as f64 >= STOLEN;
    let percent = 100.0 * noise.steal;
    is_much.then(|| format!("{percent:.0} % of the cores stolen"))
}

/// Each round's median, over the contestants, of time ÷ that contestant's usual time.
fn slowness(results: &ModelResults) -> BTreeMap<usize, f64> {
    let mut rounds: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for row in &results.rows {
        let times: Vec<f64> = row.samples.iter().map(|s| s.nanos as f64).collect();
        let Some(usual) = median(&times).filter(|_| times.len() >= FEWEST) else {
            continue;
        };
        for sample in &row.samples {
            let factors = rounds.entry(sample.round).or_default();
            factors.push(sample.nanos as f64 / usual);
        }
    }
    rounds
        .into_iter()
        .filter_map(|(round, factors)| Some((round, median(&factors)?)))
        .collect()
}

/// The slowness beyond which a round is noisy. A few noisy rounds don't move it: both the
/// middle and the deviation are medians.
fn bound(slowness: &BTreeMap<usize, f64>) -> f64 {
    let factors: Vec<f64> = slowness.values().copied().collect();
    let Some(middle) = median(&factors) else {
        return f64::INFINITY;
    };
    let off: Vec<f64> = factors.iter().map(|f| (f / middle).ln().abs()).collect();
    let deviation = TO_DEVIATION * median(&off).unwrap_or(0.0);
    middle * (DEVIATIONS * deviation).exp().max(SLOWNESS)
}

/// A round that is under way.
pub(crate) struct Round {
    began: Instant,
    processor: Option<Processor>,
}

impl Round {
    pub(crate) fn begin() -> Self {
        Self {
            began: Instant::now(),
            processor: Processor::now(),
        }
    }

    pub(crate) fn end(&self) -> Noise {
        let steal = match (self.processor, Processor::now()) {
            (Some(before), Some(after)) => after.steal_since(before),
            _ => 0.0,
        };
        Noise {
            nanos: self.began.elapsed().as_nanos() as u64,
            steal,
            load: load(),
        }
    }
}

/// Ticks of all cores since the start of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Processor {
    all: u64,
    stolen: u64,
}

impl Processor {
    fn now() -> Option<Self> {
        Self::read(&fs::read_to_string("/proc/stat").ok()?)
    }

    /// The line `cpu`: user, nice, system, idle, iowait, irq, softirq, steal, and two that
    /// are in the first two already (proc_stat(5)).
    fn read(stat: &str) -> Option<Self> {
        let line = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
        let ticks: Vec<u64> = line
            .split_whitespace()
            .take(8)
            .map_while(|ticks| ticks.parse().ok())
            .collect();
        Some(Self {
            all: ticks.iter().sum(),
            stolen: *ticks.get(7)?,
        })
    }

    fn steal_since(self, before: Self) -> f64 {
        let all = self.all.saturating_sub(before.all).max(1);
        self.stolen.saturating_sub(before.stolen) as f64 / all as f64
    }
}

#[cfg(test)]
mod tests {
    use super::{Processor, stolen};
    use crate::results::Noise;

    #[test]
    fn a_tick_or_two_are_not_much() {
        for (milliseconds, steal, is_much) in [
            (1000, 0.00, false),
            (1000, 0.05, false),
            (1000, 0.06, true),
            (100, 0.15, false),
            (100, 0.25, true),
        ] {
            let nanos = milliseconds * 1_000_000;
            let noise = Noise {
                nanos,
                steal,
                load: 9.0,
            };
            assert_eq!(stolen(&noise).is_some(), is_much, "{noise:?}");
        }
    }

    #[test]
    fn steal_is_a_share_of_all_cores() {
        let read = |stat| Processor::read(stat).expect("a line of all cores");
        let before = read("cpu  10 0 10 60 0 0 0 20 0 0\ncpu0 1 1\n");
        let after = read("cpu  20 0 20 110 0 0 0 50 7 0\n");
        assert_eq!(after.steal_since(before), 0.3);
        assert_eq!(before.steal_since(before), 0.0);
        assert_eq!(Processor::read("cpu0 1 2\n"), None);
    }
}
