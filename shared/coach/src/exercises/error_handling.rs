//! Every outcome, `settle(items, work)`, or the first error, `first_error(items, work)`.

use super::{ON_THREADS, PANIC, ZERO, exercise};
use crate::{Exercise, Trial};

const NOT_IN_ORDER: (&str, &str) = (
    "task {}: {}, not {}",
    "task {0} has another one's outcome: they are due in the order of the items, whoever did \
     them and whenever they ended",
);

const SETTLES: Trial = Trial::new(
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
);
const SETTLE_PANIC: Trial = Trial::new(
    "--tasks 4 --panic at:1 --fail 0 --wait 20ms",
    3000,
    &[PANIC, NOT_IN_ORDER],
);
const SETTLE_WIDTH: Trial = Trial::new(
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
);

const BESIDE: Trial = Trial::look(
    "beside_a_slow_one",
    "6 items on 2 threads: the first stays at work until all others have ended",
    &[
        (
            "{} items at once on 2 threads",
            "{0} items were at work at once, and 2 threads are asked for: what takes the next \
             item, a new thread or one that is there?",
        ),
        (
            "1 of 6 items were begun beside a slow one, among 1",
            "one item was slow, and it had the only thread that was there: which line waits for \
             one thread before the next is started?",
        ),
        (
            "1 of 6 items were begun beside a slow one, among 2",
            "one item was slow, and the other thread had none: how long is what they take items \
             from locked?",
        ),
        (
            "{} of 6 items were begun",
            "one item was slow, and {0} of 6 were begun beside it: a thread that is done \
             takes the next, whoever it might have been for",
        ),
        (
            "the results are {}, not {}",
            "beside a slow item the results came as {0}: they are due in the order of the items",
        ),
    ],
);

const WENT_ON: (&str, &str) = (
    "{} siblings went on after the first fault",
    "{0} went on after the first error: what stops them?",
);

const FIRST: Trial = Trial::new(
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
            "{} still at work when the function returned, and 0 a moment later",
            "{0} were still at work when the function returned: to ask them to stop is not \
             yet to wait for their end",
        ),
        (
            "{} still at work when the function returned, and {} a moment later",
            "{0} were still at work when the function returned, and {1} went on: nobody has \
             asked them to stop",
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
);
const PANICKED: Trial = Trial::new(
    "--policy fail-fast --tasks 4 --fail 0 --panic at:2 --fault-after 20ms --wait 200ms",
    3000,
    &[
        (
            "task {} went wrong, and none is named as the first that did",
            "task {0} panicked, and nothing was stopped: a panic is going wrong, too",
        ),
        PANIC,
    ],
);
const STOPPED: Trial = Trial::new(
    "--policy fail-fast --tasks 6 --fail at:3 --fault-after 20ms --wait 1600ms \
         --timeout 5s",
    4000,
    &[WENT_ON],
);

const TWO_SAYS: &[(&str, &str)] = &[
    (
        "{} is named as the first, of {}",
        "two failed shortly after each other, {1} in this order, and {0} is named as the \
         first: is the name overwritten by the second?",
    ),
    (
        "{} outcomes of {} were lost",
        "two failed shortly after each other, and what came of {0} of them is not returned: \
         an outcome that is there is kept, whatever came before it",
    ),
    (
        "{} items at once on 2 threads",
        "{0} items were at work at once, and 2 threads are asked for: what takes the next \
         item, a new thread or one that is there?",
    ),
    (
        "{} items were begun after a failure",
        "{0} items were begun after the first error: who looks at the flag before it takes \
         the next?",
    ),
    (
        "{} outcomes of {} tasks",
        "{0} outcomes came of {1} tasks: each has a place, and `None` is one that was stopped",
    ),
    (
        "{} of 2 threads had an item",
        "one failed, and the other never heard of it, or had no thread: who sets the flag, \
         and who waits for whom?",
    ),
    (
        "did not end after two failures",
        "after two failures it did not end: what does it wait for?",
    ),
];
const TWO_TASKS: Trial = Trial::look(
    "two_failures",
    "4 tasks on one thread: two wait, and two fail, one right after the other",
    TWO_SAYS,
);
const TWO_THREADS: Trial = Trial::look(
    "two_failures",
    "4 items on 2 threads: the first fails, and the second, too, once the flag is set",
    TWO_SAYS,
);

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
        &[SETTLES, SETTLE_PANIC, SETTLE_WIDTH],
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
        &[SETTLES, SETTLE_PANIC, SETTLE_WIDTH, ON_THREADS],
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
        &[SETTLES, SETTLE_PANIC, BESIDE, SETTLE_WIDTH, ZERO],
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
        &[FIRST, PANICKED, STOPPED, TWO_TASKS],
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
        &[FIRST, PANICKED, STOPPED, TWO_TASKS],
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
        &[FIRST, PANICKED, STOPPED, TWO_THREADS, ZERO],
    ),
];
