//! Whether times can be true: they are the variant's own word, but the stage has a clock too.

use anyhow::{Result, bail, ensure};
use test_fixtures::monotonic_nanos;

use crate::{Output, work::Ended};

/// The job began after its stage stood, in nanoseconds of the system's monotonic clock, and
/// has ended by now; all else is in between.
pub(super) fn is_true(stood_ns: u64, output: &Output, tasks: &[Ended]) -> Result<()> {
    let (started, ended) = (output.started_ns, output.ended_us);
    ensure!(started >= stood_ns, "it began before its stage stood");
    let most = monotonic_nanos().saturating_sub(started) / 1000;
    ensure!(ended <= most, "it took {ended} us, of {most} until now");
    let spawned = output.spawned_us;
    ensure!(spawned <= ended, "the last task was made after the end");
    if let Some(index) = tasks.iter().position(|task| task.at_us > ended) {
        bail!("task {index} ended after the job did");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_time_is_outside_of_the_trial() {
        let stood = monotonic_nanos() - 2_000_000;
        let is_true_of = |started_ns, spawned_us, at_us, ended_us| {
            let task =
                format!(r#"{{"outcome":"cancelled","phase":"queued","at_us":{at_us}}}"#);
            let json = format!(
                r#"{{"started_ns":{started_ns},"spawned_us":{spawned_us},
                    "ended_us":{ended_us},"memory":null,"tasks":[{task}]}}"#
            );
            let output: Output = serde_json::from_str(&json).expect("it is an output");
            let tasks: Vec<_> = output.tasks.iter().collect();
            is_true(stood, &output, &tasks).is_ok()
        };
        assert!(is_true_of(stood, 500, 1000, 1000));
        assert!(!is_true_of(stood - 1, 500, 1000, 1000), "it began too soon");
        assert!(
            !is_true_of(stood, 500, 1000, 60_000_000),
            "it has not ended"
        );
        assert!(
            !is_true_of(stood, 1001, 1000, 1000),
            "a task was made after the end"
        );
        assert!(
            !is_true_of(stood, 500, 1001, 1000),
            "a task ended after the end"
        );
    }
}
