//! Which figures of a reply are plausible, and which can't be.

use std::{fs, ops::RangeInclusive};

use crate::Reply;

/// Threads or descriptors that no process has.
const MOST: u64 = 1 << 30;

/// Looks at all figures of a reply but its time, which was compared with what the process
/// took. `was_there` is from the start to the end of the process, in nanoseconds of the
/// system's monotonic clock.
pub(super) fn check<O>(
    reply: &Reply<O>,
    was_there: &RangeInclusive<u64>,
) -> Result<(), String> {
    if let Some(started) = reply.started {
        let end = started.checked_add(reply.nanos);
        if !was_there.contains(&started)
            || end.is_none_or(|end| !was_there.contains(&end))
        {
            let what = format!("{started} ns for the start of its job");
            return Err(outside(&what, was_there));
        }
    }
    if let Some(memory) = reply.memory {
        let most = machine_memory().unwrap_or(u64::MAX >> 1);
        let bytes = memory.before.max(memory.peak);
        if bytes > most {
            return Err(format!(
                "{bytes} bytes of memory, and the machine has {most}; tell bytes"
            ));
        }
        if !memory.may_be() {
            return Err(format!(
                "{} bytes of memory at the most, and {} before",
                memory.peak, memory.before
            ));
        }
    }
    for (what, range) in [
        ("threads", reply.threads),
        ("descriptors", reply.descriptors),
    ] {
        let most = range.map_or(0, |range| range.before.max(range.after));
        if most > MOST {
            return Err(format!("{most} {what}, which no process has"));
        }
    }
    let spans = reply.spans.iter().map(|span| (span.start, span.end));
    let items = reply.items.iter();
    let items = items.flat_map(|item| [(item.due, item.begin), (item.begin, item.end)]);
    let cannot_be = |(start, end): &(u64, u64)| {
        !was_there.contains(start) || !was_there.contains(end) || end < start
    };
    match spans.chain(items).find(cannot_be) {
        Some((start, end)) => {
            let what = format!("a piece of work from {start} to {end} ns");
            Err(outside(&what, was_there))
        }
        None => Ok(()),
    }
}

/// What was told, and when the process was there.
pub(super) fn outside(what: &str, was_there: &RangeInclusive<u64>) -> String {
    let (start, end) = (was_there.start(), was_there.end());
    format!(
        "{what}, and was there from {start} to {end}; tell nanoseconds of CLOCK_MONOTONIC"
    )
}

/// Bytes of memory that the machine has.
fn machine_memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    kilobytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_cannot_be_is_told() {
        let memory = json!({"before": 1_000_000, "peak": 2_000_000});
        let good = json!({"nanos": 50, "output": 0, "started": 120, "memory": memory,
            "threads": {"before": 1, "after": 1}, "descriptors": {"before": 4, "after": 4},
            "spans": [{"task": "0", "lane": "a", "start": 120, "end": 170}]});
        let said = |key: &str, value: Value| {
            let mut reply = good.clone();
            reply[key] = value;
            let reply = serde_json::from_value::<Reply<u8>>(reply).expect("a reply");
            check(&reply, &(100..=200)).err().unwrap_or_default()
        };
        assert_eq!(said("started", json!(120)), "");
        assert_eq!(said("started", json!(150)), "");
        for started in [0, 99, 151, 200, u64::MAX] {
            assert!(said("started", json!(started)).contains("CLOCK_MONOTONIC"));
        }
        for bytes in [u64::MAX, 1 << 60] {
            for key in ["before", "peak"] {
                let mut memory = memory.clone();
                memory[key] = json!(bytes);
                let said = said("memory", memory);
                assert!(said.contains("the machine has"), "{said}");
            }
        }
        // The system's counts are a little off.
        let memory = |before| json!({"before": before, "peak": 2_000_000});
        assert_eq!(said("memory", memory(2_100_000)), "");
        assert!(said("memory", memory(5_000_000)).contains("at the most, and 5000000"));
        let absurd = json!({"before": 1, "after": u64::MAX});
        assert!(said("threads", absurd.clone()).contains("which no process has"));
        assert!(said("descriptors", absurd).contains("which no process has"));
        for (start, end) in [(99, 150), (170, 120), (120, 201), (0, u64::MAX)] {
            let span = json!([{"task": "0", "lane": "a", "start": start, "end": end}]);
            assert!(said("spans", span).contains("a piece of work"));
        }
        assert_eq!(said("items", json!([[120, 120, 170]])), "");
        for item in [
            [99, 120, 150],
            [130, 120, 150],
            [120, 150, 140],
            [120, 150, 201],
        ] {
            assert!(said("items", json!([item])).contains("a piece of work"));
        }
    }
}
