//! A deadline that really stops the work: `until(deadline, tasks)`.

use super::{PANIC, exercise};
use crate::{Exercise, Trial};

const LEFT: &str = "at the deadline the function returned, and a task had not ended: to ask \
    it to stop is not yet to wait for its end";
const LET_GO: (&str, &str) = ("was let go of: neither done nor stopped", LEFT);
const NO_WORD: (&str, &str) = ("no word of task {}", LEFT);
const EARLY: (&str, &str) = (
    "task {}: stopped after {} us, before the deadline",
    "task {0} was stopped after {1} µs, before the deadline: what waits for it?",
);

const UNTIL: &[Trial] = &[
    Trial::new(
        "--work sleep --tasks 20 --length 60s --deadline 100ms --workers 2",
        2500,
        &[
            LET_GO,
            NO_WORD,
            EARLY,
            (
                "killed after {}, its time limit",
                "the deadline is at 100 ms, and it went on for {0}: what stops the tasks \
                 that are not done?",
            ),
        ],
    ),
    Trial::new(
        "--work sleep --tasks 5 --length 20ms --deadline 60s --workers 2",
        2500,
        &[(
            "killed after {}, its time limit",
            "all tasks were done after 20 ms, and it went on waiting for {0}: what tells it \
             that the last is done?",
        )],
    ),
    Trial::new(
        "--work sleep --tasks 4 --length 20ms --deadline 2s --workers 2 --panic",
        2500,
        &[
            PANIC,
            (
                "killed after {}, its time limit",
                "after a panic it did not end within {0}, long after its deadline",
            ),
        ],
    ),
];

const TOLD: &[Trial] = &[Trial::new(
    "--work blocking --tasks 4 --workers 4 --length 6s --pieces 300 --deadline 100ms",
    3000,
    &[
        LET_GO,
        NO_WORD,
        EARLY,
        (
            "killed after {}, its time limit",
            "the deadline is at 100 ms, and calls went on for {0}: one that has begun can't \
             be aborted, so who sets the flag that it looks at?",
        ),
    ],
)];

pub(super) const ALL: &[Exercise] = &[
    exercise(
        "cancellation",
        [
            "until_tokio",
            "a deadline that stops tasks and sees their end, on tokio",
            "tokio",
            "smol",
            "asyncio.timeout",
        ],
        UNTIL,
    ),
    exercise(
        "cancellation",
        [
            "until_smol",
            "the same on smol",
            "smol",
            "tokio",
            "asyncio.timeout",
        ],
        UNTIL,
    ),
    exercise(
        "cancellation",
        [
            "until_std",
            "the same on threads, which look at a token",
            "std_only",
            "crossbeam",
            "threading.Event",
        ],
        UNTIL,
    ),
    exercise(
        "cancellation",
        [
            "until_told_tokio",
            "calls that block, and are told to stop, on tokio",
            "tokio",
            "smol",
            "asyncio.to_thread",
        ],
        TOLD,
    ),
];
