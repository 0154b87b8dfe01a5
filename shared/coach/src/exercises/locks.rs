//! One counter, many incrementers: `count(workers, increments, reads, value, read, work)`.

use test_fixtures::Deviation;

use super::{PANIC, exercise};
use crate::{Exercise, Trial};

const WORKERS: (&str, &str) = (
    "{} outcomes of {} workers",
    "{0} worker came to an end of {1}: where are the others?",
);
const TWICE: (&str, &str) = (
    "killed after {}, its time limit",
    "it did not end within {0}: does somebody lock what it has locked already?",
);
const READS: (&str, &str) = (
    "worker {} ok and read {} times of {}",
    "worker {0} read {1} times, where {2} times are asked for: `read` comes before each \
     increment, `reads` times",
);

const ATOMIC: &[Trial] = &[
    Trial::new(
        "--workers 3 --increments 2000000",
        6000,
        &[
            (
                "count {}, where {} was asked for",
                "the count is {0}, where {1} was asked for: what comes between the load and \
                 the store of one thread?",
            ),
            (
                "two workers were done at the same count",
                "two workers say that the count was the same after their last additions: each \
                 addition is to be made to the one number that they share",
            ),
            (
                "the last of {} workers was done at {}",
                "the last worker says that its last addition made {1} of the number, which is \
                 less than there is: does the method return what was there before, or after?",
            ),
            (
                "a worker was done at {} or {} of {} increments",
                "a worker says that its last addition made {0} of the number: does the \
                 method return what was there before, or after?",
            ),
        ],
    ),
    Trial::new("--workers 3 --increments 1000 --reads 1", 3000, &[READS]),
    Trial::new("--workers 3 --increments 1000 --panic", 3000, &[PANIC]),
];

const MUTEX: &[Trial] = &[
    Trial::new(
        "--workers 3 --increments 1000 --reads 2",
        3000,
        &[READS, TWICE],
    ),
    Trial::new(
        "--workers 8 --increments 30000 --panic",
        6000,
        &[
            (
                "worker {} panicked",
                "worker {0} panicked because another had: that is an error that it can \
                 return, and the poison is its value",
            ),
            (
                "{} increments entered, {} left, and nothing says so",
                "after a panic under the lock {0} increments were begun and {1} ended, and \
                 nobody says so: where did the poison go?",
            ),
            PANIC,
        ],
    ),
];

const TASKS: &[Trial] = &[
    Trial::new(
        "--workers 3 --increments 5000 --reads 2 --threads 2",
        3000,
        &[
            READS,
            TWICE,
            WORKERS,
            (
                "exit code {}: {}",
                "the value was asked for while a task still has it ({1}): which of them is \
                 not waited for?",
            ),
        ],
    ),
    Trial::new(
        "--workers 3 --increments 2000 --panic --threads 2",
        3000,
        &[PANIC],
    ),
];

const NO_POISON: &[Deviation] = &[Deviation {
    case: "panic_while_holding",
    reason: "its lock does not poison",
    may_hold: false,
}];

pub(super) const ALL: &[Exercise] = &[
    exercise(
        "locks",
        [
            "count_atomic_std",
            "one counter without a lock, on threads",
            "std_atomic",
            "sharded",
            "threading.Lock",
        ],
        ATOMIC,
    ),
    exercise(
        "locks",
        [
            "count_mutex_std",
            "one value under a lock, beside a thread that panics",
            "std_mutex",
            "std_rwlock",
            "threading.Lock",
        ],
        MUTEX,
    ),
    Exercise {
        deviations: NO_POISON,
        ..exercise(
            "locks",
            [
                "count_tokio",
                "one value under a lock that is awaited, on tokio",
                "tokio",
                "smol",
                "asyncio.Lock",
            ],
            TASKS,
        )
    },
    Exercise {
        deviations: NO_POISON,
        ..exercise(
            "locks",
            [
                "count_smol",
                "the same on smol",
                "smol",
                "tokio",
                "asyncio.Lock",
            ],
            TASKS,
        )
    },
];
