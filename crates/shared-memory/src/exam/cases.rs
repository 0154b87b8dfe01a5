//! Jobs with what must come of them.

use std::time::Duration;

use anyhow::{Context, ensure};
use test_fixtures::{Case, Settings, stopped_and_continued, with_dev_shm};

use crate::SharedMemory;

mod seen;

/// Long enough for what is waited for on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn cases() -> Vec<Case<SharedMemory>> {
    let mut cases = shapes();
    cases.extend(losses());
    cases.extend(memory());
    cases
}

fn shapes() -> Vec<Case<SharedMemory>> {
    vec![
        Case::holds("no_items", "no squares are an empty array", &["--n", "0"]),
        Case::holds("one_item", "one square is all of it", &["--n", "1"]),
        Case::holds(
            "fewer_items_than_workers",
            "workers that nothing is left for do no harm",
            &["--n", "3", "--workers", "8"],
        ),
        Case::holds(
            "not_a_multiple",
            "a last part that is shorter than the others is whole, too",
            &["--n", "1000003", "--workers", "7"],
        ),
        Case::holds(
            "one_worker",
            "one worker does it all",
            &["--n", "300000", "--workers", "1"],
        ),
        Case::holds(
            "one_square_a_message",
            "as many messages as squares arrive in order",
            &["--n", "20000", "--workers", "3", "--batch", "1"],
        ),
        Case::holds(
            "messages_larger_than_queues",
            "a message that no pipe or ring has room for goes through in pieces",
            &["--n", "300000", "--workers", "2", "--batch", "100000"],
        ),
        Case::holds(
            "pause",
            "a worker that pauses half-way continues where it was",
            &["--n", "1000", "--batch", "7", "--pause", "20ms"],
        ),
        Case::custom(
            "stopped_and_continued",
            "workers that are stopped with what they wait for go on, and the array is whole",
            |bench| {
                let args = ["--n", "400000", "--batch", "100", "--pause", "40ms"];
                stopped_and_continued(bench, &args)
            },
        ),
        Case::custom(
            "workers_at_once",
            "there are as many workers as the job says, and they work at the same time",
            seen::workers_at_once,
        )
        .waits(),
    ]
}

fn losses() -> Vec<Case<SharedMemory>> {
    let briefly = || Settings {
        time_limit: PATIENCE,
        ..Settings::default()
    };
    vec![
        Case::fails_under(
            "worker_killed",
            "a worker that is killed half-way is said, and no array with a hole comes back",
            &["--n", "100000", "--fault", "1:kill"],
            briefly(),
            "killed by signal 9",
        ),
        Case::fails_under(
            "worker_exits",
            "so is one that exits",
            &["--n", "100000", "--fault", "1:exit"],
            briefly(),
            "exit code 1",
        ),
        Case::custom(
            "lost_part_is_named",
            "it is said whose part is not whole, and how that worker ended",
            seen::lost_part_is_named,
        ),
        Case::custom(
            "worker_panics",
            "so is one that panics, with what it had to say, and the exit code is 1",
            seen::worker_panics,
        ),
        Case::custom(
            "creator_killed",
            "killed half-way, the process that made the memory leaves no process and \
             nothing in /dev/shm",
            seen::creator_killed,
        )
        .with_peers(),
        Case::custom(
            "no_name_left",
            "a job leaves nothing in /dev/shm, whether it ends well or a worker is killed",
            seen::no_name_left,
        )
        .with_peers(),
        Case::custom(
            "dev_shm_is_tried",
            "a small /dev/shm is enough, and one that can't be written is at least named",
            |bench| {
                with_dev_shm(bench, &["--n", "300000"], "size=1m", true)?;
                with_dev_shm(bench, &["--n", "300000"], "size=4k", false)?;
                with_dev_shm(bench, &["--n", "10000"], "ro", false)
            },
        )
        .with_peers(),
    ]
}

fn memory() -> Vec<Case<SharedMemory>> {
    vec![
        Case::fails_under(
            "not_enough_memory",
            "without the memory it is an error, and nothing is touched",
            &["--n", "400000000"],
            Settings {
                // The runtime of Go reserves some 600 MiB for itself.
                addresses: Some(2 << 30),
                ..Settings::default()
            },
            "not enough memory",
        ),
        Case::custom("one_array", "the array is in memory once", |bench| {
            let args = ["--n", "4000000"];
            let trial = bench.trial(&args, &Settings::default())?;
            let memory = trial.memory.context("the reply has no memory")?;
            let grown = memory.peak.saturating_sub(memory.before);
            let array = 4_000_000 * 8;
            ensure!(
                grown <= array + array / 4,
                "it took {grown} bytes, where the array has {array}"
            );
            Ok(())
        }),
    ]
}
