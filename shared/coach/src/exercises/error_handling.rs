//! Every outcome, `settle(items, work)`, or the first error, `first_error(items, work)`.

use super::{PANIC, exercise};
use crate::{Exercise, Trial};

const NOT_IN_ORDER: (&str, &str) = (
    "task {}: {}, not {}",
    "task {0} has another one's outcome: they are due in the order of the items, whoever did \
     them and whenever they ended",
);

const SETTLE: &[Trial] = &[
    Trial::new(
        "--tasks 6 --wait 60ms --fail even --fault-after 0 --blocking 3",
        3000,
        &[
            (
                "{} still at work when the function returned",
                "the function returned with {0} still at work: an error of one is an outcome, \
                 and ends nothing",
            ),
            (
                "{} outcomes of {} tasks",
                "{0} outcomes came of {1} tasks: an error of one is an outcome, and ends \
                 nothing",
            ),
            NOT_IN_ORDER,
        ],
    ),
    Trial::new(
        "--tasks 4 --panic at:1 --fail 0 --wait 20ms",
        3000,
        &[PANIC],
    ),
    Trial::new(
        "--tasks 40 --wait 100ms --fail 0 --blocking 10",
        2500,
        &[
            NOT_IN_ORDER,
            (
                "killed after {}, its time limit",
                "40 tasks of 100 ms took more than {0}, so they came one after the other: what \
             does each of them wait for?",
            ),
        ],
    ),
];

const WENT_ON: (&str, &str) = (
    "{} siblings went on after the first fault",
    "{0} went on after the first error: what stops them?",
);

const FIRST_ERROR: &[Trial] = &[
    Trial::new(
        "--policy fail-fast --tasks 6 --fail at:3 --fault-after 20ms --hang at:1 \
         --wait 100ms --timeout 1500ms",
        4000,
        &[
            (
                "task {} was not the first that went wrong",
                "task {0} is named as the first that went wrong, and task 3 was earlier: \
                 the first in time is meant, and not in the order of the items",
            ),
            (
                "task {} is named as the first that went wrong, and it did not",
                "task {0} is named as the first that went wrong, and it was stopped because \
                 of the first: is the name overwritten?",
            ),
            (
                "task {}: Cancelled, not",
                "task {0} is named as the first that went wrong, and it was stopped because \
                 of the first: is the name overwritten?",
            ),
            (
                "{} still at work when the function returned",
                "{0} were still at work when the function returned: to ask them to stop is \
                 not yet to wait for their end",
            ),
            (
                "reason is not a panic",
                "a task that was stopped is reported as one that panicked: how do the two \
                 differ in the error?",
            ),
            (
                "TaskError",
                "the error of the work ended all: it is to be returned as an outcome",
            ),
            WENT_ON,
        ],
    ),
    Trial::new(
        "--policy fail-fast --tasks 4 --fail 0 --panic at:2 --fault-after 20ms --wait 200ms",
        3000,
        &[
            (
                "task {} went wrong, and none is named as the first that did",
                "task {0} panicked, and nothing was stopped: a panic is going wrong, too",
            ),
            PANIC,
        ],
    ),
    Trial::new(
        "--policy fail-fast --tasks 6 --fail at:3 --fault-after 20ms --wait 1600ms \
         --timeout 5s",
        4000,
        &[WENT_ON],
    ),
];

pub(super) const ALL: &[Exercise] = &[
    exercise(
        "error-handling",
        [
            "settle_tokio",
            "every outcome, panics among them, on tokio",
            "tokio",
            "smol",
            "asyncio.gather",
        ],
        SETTLE,
    ),
    exercise(
        "error-handling",
        [
            "settle_smol",
            "the same on smol",
            "smol",
            "tokio",
            "asyncio.gather",
        ],
        SETTLE,
    ),
    exercise(
        "error-handling",
        [
            "settle_std",
            "the same on a few threads",
            "std_only",
            "crossbeam",
            "concurrent.futures.wait",
        ],
        SETTLE,
    ),
    exercise(
        "error-handling",
        [
            "first_error_tokio",
            "the first error stops the rest, which is waited for, on tokio",
            "tokio",
            "smol",
            "asyncio.TaskGroup",
        ],
        FIRST_ERROR,
    ),
    exercise(
        "error-handling",
        [
            "first_error_smol",
            "the same on smol",
            "smol",
            "tokio",
            "asyncio.TaskGroup",
        ],
        FIRST_ERROR,
    ),
    exercise(
        "error-handling",
        [
            "first_error_std",
            "the same on threads, which can only be asked",
            "std_only",
            "crossbeam",
            "concurrent.futures.wait",
        ],
        FIRST_ERROR,
    ),
];
