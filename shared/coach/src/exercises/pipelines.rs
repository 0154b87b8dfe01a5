//! Stages with bounded queues between them: `staged(queue, workers, items, steps, each)`.

use super::exercise;
use crate::{Exercise, Trial};

const LOST: (&str, &str) = (
    "{} items never came out",
    "{0} items never came out: an item that was lost in a step is passed on as it is, to the \
     end",
);

const TRIALS: &[Trial] = &[
    Trial::new(
        "--items 24 --workers 1 --threads 2 --queue 1 --latency 2ms --process 1ms --save 20ms",
        4000,
        &[
            (
                "{} items under way, where {} fit in",
                "{0} items were under way, and {1} fit into the stages and their queues: what \
                 holds up a stage whose next one is slow?",
            ),
            (
                "{} items before {}, where {} fit in",
                "{0} items waited before {1}, where {2} fit in: how much room has a queue?",
            ),
            (
                "{} items in {} at once, with {} workers",
                "{0} items were in {1} at once, with {2} workers: where is the next begun?",
            ),
            (
                "killed after {}, its time limit",
                "all items had come out, and it went on waiting for {0}: who still has a \
                 sender of a queue?",
            ),
            LOST,
        ],
    ),
    Trial::new(
        "--items 4 --workers 1 --threads 2 --queue 1 --latency 2ms --process 1ms --save 1ms \
         --fault fetch:1:fail",
        4000,
        &[LOST],
    ),
    Trial {
        fails: Some("panicked: process: asked to panic by item 1"),
        ..Trial::new(
            "--items 4 --workers 1 --threads 2 --queue 1 --latency 2ms --process 1ms \
             --save 1ms --fault process:1:panic",
            4000,
            &[
                (
                    "{} items never came out",
                    "a step panicked, and {0} items just never came out: a panic is its \
                     item's end, and is passed on",
                ),
                (
                    "exit code {}: {}",
                    "a panic of one step ended its worker, and nobody was told: it is its \
                     item's end, and is passed on",
                ),
                (
                    "killed after {}, its time limit",
                    "a step panicked, and it did not end within {0}: a panic is its item's \
                     end, and is passed on",
                ),
            ],
        )
    },
];

pub(super) const ALL: &[Exercise] = &[
    exercise(
        "pipelines",
        [
            "staged_std",
            "a stage with a bounded queue, on threads",
            "std_only",
            "crossbeam",
            "queue.Queue",
        ],
        TRIALS,
    ),
    exercise(
        "pipelines",
        [
            "staged_tokio",
            "the same on tokio",
            "tokio",
            "smol",
            "asyncio.Queue",
        ],
        TRIALS,
    ),
    exercise(
        "pipelines",
        [
            "staged_smol",
            "the same on smol",
            "smol",
            "tokio",
            "asyncio.Queue",
        ],
        TRIALS,
    ),
];
