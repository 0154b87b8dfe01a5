//! Worker processes, of which some are lost: `map(workers, tasks, timeout, worker)`.

use super::exercise;
use crate::{Exercise, Trial};

const STARTS: (&str, &str) = (
    "{} workers were started for {} places",
    "{0} workers were started for {1} places: one worker does a task after the other, until it \
     is lost",
);
const LEFT: (&str, &str) = (
    "{} processes were left behind",
    "workers were left behind, {0} of them, living or not waited for: kill each, and wait for \
     it",
);

const TRIALS: &[Trial] = &[
    Trial::new(
        "--below 2000 --ranges 6 --workers 2",
        4000,
        &[
            (
                "task {}: {}, not Ok",
                "task {0} is {1}: how does a place give its tasks out, and take their answers?",
            ),
            STARTS,
            LEFT,
        ],
    ),
    Trial::new(
        "--below 2000 --ranges 6 --workers 1 --fault 2:kill",
        3000,
        &[
            (
                "task {}: {}, not {}",
                "a worker was killed, and task {0} is {1}: who starts the next worker, which \
                 tries it again?",
            ),
            (
                "killed after {}, its time limit",
                "a worker was killed, and it did not end within {0}: what does a read of no \
                 bytes say? And if none comes, who still holds the worker's end of the stream?",
            ),
            STARTS,
            LEFT,
        ],
    ),
    Trial::new(
        "--below 2000 --ranges 6 --workers 1 --fault 2:stop --timeout 200ms",
        3000,
        &[
            (
                "killed after {}, its time limit",
                "a worker stands still, its task has 200 ms, and after {0} nobody had given \
                 it up: who looks at the time that is left?",
            ),
            (
                "task {}: {}, not TimedOut",
                "a worker stands still, and task {0} is {1}: what is the session told when \
                 its time is up?",
            ),
            STARTS,
            (
                "{} processes were left behind",
                "a worker that stands still was left behind: what ends it?",
            ),
        ],
    ),
];

pub(super) const ALL: &[Exercise] = &[
    exercise(
        "process-pool",
        [
            "map_std",
            "a place in a pool of processes, some of which are lost",
            "std_only",
            "crossbeam",
            "concurrent.futures.ProcessPoolExecutor",
        ],
        TRIALS,
    ),
    exercise(
        "process-pool",
        [
            "map_tokio",
            "the same on tokio",
            "tokio",
            "smol",
            "concurrent.futures.ProcessPoolExecutor",
        ],
        TRIALS,
    ),
    exercise(
        "process-pool",
        [
            "map_smol",
            "the same on smol",
            "smol",
            "tokio",
            "concurrent.futures.ProcessPoolExecutor",
        ],
        TRIALS,
    ),
];
