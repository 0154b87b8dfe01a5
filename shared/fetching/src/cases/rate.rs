//! Jobs whose requests are due at a rate.

use std::num::NonZeroU32;

use anyhow::{Result, ensure};
use test_fixtures::{Bench, Case, Model, Settings, due_after};

const TASKS: u64 = 24;
const RATE: NonZeroU32 = NonZeroU32::new(200).expect("it is not 0");

/// The case of requests at a rate, for a model that takes `--rate`.
pub fn case<M: Model>() -> Case<M> {
    let about = "a request is due at its time, and none comes before that";
    Case::custom("at_a_rate", about, hold::<M>).with_peers()
}

/// The model's check looks for requests that came before they were due; a process may have
/// taken longer to start than the whole job lasts, so its time is looked at as well.
fn hold<M: Model>(bench: &Bench<M>) -> Result<()> {
    let (tasks, rate) = (TASKS.to_string(), RATE.to_string());
    let args = ["--tasks", &tasks, "--rate", &rate, "--latency", "2ms"];
    let settings = Settings {
        spans: true,
        ..Settings::default()
    };
    let trial = bench.trial(&args, &settings)?;
    let (last, took) = (due_after(TASKS - 1, RATE), trial.nanos);
    ensure!(took > last, "{took} ns, and the last was due after {last}");
    let mut due: Vec<u64> = trial.items.iter().map(|item| item.due).collect();
    due.sort_unstable();
    let first = due.first().copied().unwrap_or(0);
    let expected = (0..TASKS).map(|place| first + due_after(place, RATE));
    ensure!(
        due.iter().copied().eq(expected),
        "items were due at other times than {RATE} a second: {due:?}"
    );
    let early = trial.items.iter().find(|item| item.begin < item.due);
    ensure!(early.is_none(), "{early:?} began before it was due");
    Ok(())
}
