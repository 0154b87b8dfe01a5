//! What the machine did for others while a round ran.

use std::{fs, time::Instant};

use crate::results::Noise;

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

/// The load average of the last minute; 0 where it can't be read.
pub(crate) fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let first = text.split(' ').next().and_then(|load| load.parse().ok());
    first.unwrap_or(0.0)
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
    use super::Processor;

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
