//! Stages with bounded queues between them: `staged(queue, workers, items, steps, each)`.

use super::exercise;
use crate::{Exercise, Trial};

const LOST: (&str, &str) = (
    "{} items never came out",
    "items never came out, {0} of them: one that was lost in a step is passed on as it is, to \
     the end",
);

const SEND_ERROR: (&str, &str) = (
    "SendError",
    "the consumer had left, and a worker panicked since nobody receives any more: what does \
     `send` return then, and what is there left to do?",
);

const LEAVES: Trial = Trial::look(
    "leaves",
    "2000 items in 3 stages of 2 workers: the consumer leaves at the first",
    &[
        SEND_ERROR,
        (
            "{} of {} items were begun for a consumer who left",
            "the consumer left at the first of {1} items, and {0} were begun all the same: \
             what does `send` return when nobody receives any more?",
        ),
        (
            "did not end after the consumer had left",
            "the consumer left, and it did not end: what do the workers wait for?",
        ),
    ],
);

const LEFT: Trial = Trial::look(
    "left",
    "2 items in 3 stages of 2 workers: the consumer leaves at the first, and the other is \
     still in the first stage",
    &[
        (
            "{} at work when it returned",
            "the consumer left, and the function returned while an item was still at work: \
             who waits for a task that is detached?",
        ),
        (
            "did not end after the consumer had left",
            "the consumer left, and it did not end: what do the workers wait for?",
        ),
    ],
);

const ROOM: Trial = Trial::look(
    "room",
    "queues with room for 3 between stages of 1 worker: the consumer keeps the first item",
    &[
        (
            "{} items were drawn, where {} have room",
            "only {0} items were drawn, where {1} have room in the queues: with how much room \
             is a queue made?",
        ),
        (
            "{} items were drawn, and {} have room",
            "{0} items were drawn, and no more than {1} have room in the queues: with how much \
             room is a queue made?",
        ),
    ],
);

const ABOUT_WORKERS: &str = "6 items in 3 stages of 3 workers: each stays in the first until three are in it at once";
const ONE_AT_ONCE: (&str, &str) = (
    "{} of 3 workers had an item",
    "{0} item was in a stage at once, which has 3 workers: is a lock held while one works, or \
     is there one worker?",
);
const TOO_MANY: (&str, &str) = (
    "{} items at once in a stage of {} workers",
    "{0} items were in a stage at once, which has {1} workers: who begins the next?",
);
const LOCKED: &str = "all 3 workers of a stage are there, and one item was in it at once: how long \
    is the queue locked, until an item is taken or until it is done?";
const ALONE: &str = "one item was in a stage at once, and one worker was started for it: `workers` \
    says 3";
/// One of the source, and the workers of three stages.
const THREADS: Trial = Trial::look(
    "workers",
    ABOUT_WORKERS,
    &[
        ("1 of 3 workers had an item, among 10", LOCKED),
        ("1 of 3 workers had an item, among 4", ALONE),
        ONE_AT_ONCE,
        TOO_MANY,
    ],
);
/// And on tokio the task that the work is.
const TASKS: Trial = Trial::look(
    "workers",
    ABOUT_WORKERS,
    &[
        ("1 of 3 workers had an item, among 11", LOCKED),
        ("1 of 3 workers had an item, among 5", ALONE),
        ONE_AT_ONCE,
        TOO_MANY,
    ],
);
const UNCOUNTED: Trial = Trial::look("workers", ABOUT_WORKERS, &[ONE_AT_ONCE, TOO_MANY]);

const FLOWS: Trial = Trial::new(
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
        (
            "24 items never came out",
            "none of 24 items came out: who runs the workers, and what becomes of a task \
             whose handle is dropped?",
        ),
        LOST,
    ],
);
const LOSES: Trial = Trial::new(
    "--items 4 --workers 1 --threads 2 --queue 1 --latency 2ms --process 1ms --save 1ms \
         --fault fetch:1:fail",
    4000,
    &[LOST],
);
const STEP_PANICS: Trial = Trial {
    fails: Some("panicked: process: asked to panic by item 1"),
    ..Trial::new(
        "--items 4 --workers 1 --threads 2 --queue 1 --latency 2ms --process 1ms \
             --save 1ms --fault process:1:panic",
        4000,
        &[
            SEND_ERROR,
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
};

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
        &[FLOWS, LOSES, STEP_PANICS, THREADS, ROOM, LEAVES, LEFT],
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
        &[FLOWS, LOSES, STEP_PANICS, TASKS, ROOM, LEAVES, LEFT],
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
        &[FLOWS, LOSES, STEP_PANICS, UNCOUNTED, ROOM, LEAVES, LEFT],
    ),
];
