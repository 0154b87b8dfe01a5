//! A timeline in the Trace Event format, which Perfetto and `chrome://tracing` open.

use std::collections::BTreeMap;

use measure::results::{Bar, Timeline};
use serde::Serialize;

/// There is one process: the trial.
const PROCESS: u32 = 1;
/// The thread of the job itself, above those of its work. A process's main thread has its
/// number, and 0 is the idle thread's in Perfetto.
const JOB: usize = PROCESS as usize;

/// A whole file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trace {
    trace_events: Vec<Event>,
    display_time_unit: &'static str,
    other_data: BTreeMap<&'static str, String>,
}

/// An event of a phase: `M` names something, `X` is a piece of work as a whole.
#[derive(Debug, Serialize)]
struct Event {
    name: String,
    ph: &'static str,
    pid: u32,
    tid: usize,
    /// Microseconds since the job began.
    #[serde(skip_serializing_if = "Option::is_none")]
    ts: Option<f64>,
    /// Microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    dur: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cat: Option<&'static str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    args: BTreeMap<&'static str, serde_json::Value>,
}

/// One variant's trace.
pub fn of(model: &str, job: &str, variant: &str, timeline: &Timeline) -> Trace {
    let threads = Threads::of(timeline);
    let mut events = vec![
        named("process_name", JOB, format!("{model}/{variant}")),
        named("thread_name", JOB, "job".to_owned()),
        work(job.to_owned(), JOB, (0, timeline.nanos), None),
    ];
    for (thread, name) in (JOB + 1..).zip(threads.names) {
        events.push(named("thread_name", thread, name));
        events.push(meta("thread_sort_index", thread, "sort_index", thread));
    }
    for (bar, thread) in timeline.bars.iter().zip(threads.of_bars) {
        let times = (bar.start, bar.end);
        events.push(work(bar.task.clone(), thread, times, bar.note.clone()));
    }
    let left_out = timeline.left_out.to_string();
    Trace {
        trace_events: events,
        display_time_unit: "ms",
        other_data: BTreeMap::from([
            ("model", model.to_owned()),
            ("job", job.to_owned()),
            ("variant", variant.to_owned()),
            ("left_out", left_out),
        ]),
    }
}

/// The format's threads, behind that of the job. Its events must not overlap on a thread.
/// So a lane on which pieces of work do gets another.
struct Threads {
    names: Vec<String>,
    /// One a bar.
    of_bars: Vec<usize>,
}

impl Threads {
    fn of(timeline: &Timeline) -> Self {
        // In each lane, which threads it has, and until when each is taken.
        let mut taken: Vec<Vec<u64>> = vec![Vec::new(); timeline.lanes.len()];
        let places: Vec<(usize, usize)> = timeline
            .bars
            .iter()
            .map(|bar| (bar.lane, place(&mut taken[bar.lane], bar)))
            .collect();
        let firsts: Vec<usize> = taken
            .iter()
            .scan(JOB + 1, |next, threads| {
                let first = *next;
                *next += threads.len();
                Some(first)
            })
            .collect();
        let names = timeline
            .lanes
            .iter()
            .zip(&taken)
            .flat_map(|(lane, threads)| {
                (1..=threads.len()).map(move |nth| match nth {
                    1 => lane.clone(),
                    nth => format!("{lane} ({nth})"),
                })
            });
        Self {
            names: names.collect(),
            of_bars: places
                .into_iter()
                .map(|(lane, place)| firsts[lane] + place)
                .collect(),
        }
    }
}

/// The first thread of a lane that is free when the bar begins, or a new one.
fn place(taken: &mut Vec<u64>, bar: &Bar) -> usize {
    match taken.iter().position(|until| *until <= bar.start) {
        Some(place) => {
            taken[place] = bar.end;
            place
        }
        None => {
            taken.push(bar.end);
            taken.len() - 1
        }
    }
}

fn named(what: &str, thread: usize, name: String) -> Event {
    meta(what, thread, "name", name)
}

fn meta(
    what: &str,
    thread: usize,
    key: &'static str,
    value: impl Into<serde_json::Value>,
) -> Event {
    Event {
        name: what.to_owned(),
        ph: "M",
        pid: PROCESS,
        tid: thread,
        ts: None,
        dur: None,
        cat: None,
        args: BTreeMap::from([(key, value.into())]),
    }
}

fn work(
    name: String,
    thread: usize,
    (start, end): (u64, u64),
    note: Option<String>,
) -> Event {
    Event {
        name,
        ph: "X",
        pid: PROCESS,
        tid: thread,
        ts: Some(start as f64 / 1e3),
        dur: Some(end.saturating_sub(start) as f64 / 1e3),
        cat: Some(if thread == JOB { "job" } else { "task" }),
        args: note.map(|note| ("note", note.into())).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn bar(lane: usize, start: u64, end: u64, note: Option<&str>) -> Bar {
        Bar {
            lane,
            task: format!("{start}"),
            start,
            end,
            note: note.map(str::to_owned),
        }
    }

    fn trace(bars: Vec<Bar>) -> Value {
        let timeline = Timeline {
            nanos: 9000,
            lanes: vec!["a".to_owned(), "b".to_owned()],
            bars,
            left_out: 0,
        };
        let trace = of("locks", "4 workers", "tokio", &timeline);
        serde_json::to_value(trace).expect("a trace is JSON")
    }

    /// What the format's description asks of every event of these two phases.
    #[test]
    fn every_event_is_of_the_format() {
        let trace = trace(vec![bar(0, 1500, 2000, None), bar(1, 10, 20, Some("cut"))]);
        let events = trace["traceEvents"].as_array().expect("an array");
        assert_eq!(trace["displayTimeUnit"], "ms");
        for event in events {
            assert!(event["name"].is_string(), "{event}");
            assert!(event["pid"].is_u64() && event["tid"].is_u64(), "{event}");
            match event["ph"].as_str() {
                Some("X") => {
                    assert!(event["ts"].is_f64() && event["dur"].is_f64(), "{event}");
                }
                Some("M") => assert!(event["args"].is_object(), "{event}"),
                phase => panic!("phase {phase:?}"),
            }
        }
        let work: Vec<_> = events.iter().filter(|event| event["ph"] == "X").collect();
        assert_eq!(
            (&work[0]["ts"], &work[0]["dur"]),
            (&json!(0.0), &json!(9.0))
        );
        assert_eq!(
            (&work[1]["ts"], &work[1]["dur"]),
            (&json!(1.5), &json!(0.5))
        );
        assert_eq!(work[2]["args"]["note"], "cut");
        let named = |name: &str| {
            let is = |event: &&Value| event["args"]["name"] == name;
            events.iter().find(is).map(|event| event["tid"].clone())
        };
        assert_eq!(named("locks/tokio"), Some(json!(1)));
        assert_eq!(named("a"), Some(work[1]["tid"].clone()));
        assert_eq!(named("b"), Some(work[2]["tid"].clone()));
    }

    #[test]
    fn events_of_a_thread_do_not_overlap() {
        let bars = vec![
            bar(0, 0, 50, None),
            bar(0, 10, 30, None),
            bar(0, 40, 90, None),
        ];
        let trace = trace(bars);
        let events = trace["traceEvents"].as_array().expect("an array");
        let tasks = events.iter().filter(|event| event["cat"] == "task");
        let threads: Vec<_> = tasks.map(|event| event["tid"].clone()).collect();
        assert_eq!(threads, [2, 3, 3]);
        assert!(events.iter().any(|event| event["args"]["name"] == "a (2)"));
    }
}
