//! One counter, many incrementers: `count(workers, increments, reads, value, read, work)`.

use test_fixtures::Deviation;

use super::{PANIC, ZERO, exercise};
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
    Trial::look(
        "at_once",
        "3 workers add to 7, twice each; the first addition of each waits for the others'",
        &[
            (
                "{} of 3 workers had begun",
                "{0} of 3 workers had begun while it went on: which line waits for one before \
                 the others have begun?",
            ),
            (
                "six additions have made {}",
                "3 workers added six to a value of 7, and it is {0}: what does the counter \
                 begin with?",
            ),
        ],
    ),
    Trial::look(
        "around",
        "1 worker adds 2 to the most that there is",
        &[(
            "2 more than the most is {}, and the worker says {}",
            "the number went around and is {0}, and its worker says {1}: an addition that \
                 may overflow is a `wrapping_add`",
        )],
    ),
    ZERO,
];

const TURNS_SAY: &[(&str, &str)] = &[
    (
        "3 workers had their turns one after another",
        "3 workers had all their turns one after another: which line waits for one before the \
         others have begun, or does the lock let the same one in again and again, as that of \
         std does?",
    ),
    (
        "nobody came between a read and its increment",
        "nobody ever came between a worker's read and its increment, though the others \
         waited: the lock is taken anew each time, and how long is it kept?",
    ),
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
                "count {}, where {} was asked for",
                "a worker found the poison and returned as if it had been done ({0} of {1} \
                 were counted): the poison is its value",
            ),
            (
                "{} increments entered, {} left, and nothing says so",
                "after a panic under the lock {0} increments were begun and {1} ended, and \
                 nobody says so: where did the poison go?",
            ),
            PANIC,
        ],
    ),
    Trial::look(
        "poison",
        "3 workers without an end: the second that comes to the value panics there",
        &[
            (
                "worker {} was at the value after a panic there",
                "worker {0} went on at the value after another had panicked there: `lock` \
                 says that it may be half-done, and who listens?",
            ),
            (
                "1 of 3 workers was ever at the value",
                "one worker was at the value all the time, and the two others never: which \
                 line waits for one before the others have begun?",
            ),
            (
                "worker {} had done Some({}), and its error has {}",
                "worker {0} found the poison after {1} increments, and its error has {2}: \
                 hand on what it had done",
            ),
            (
                "worker {} had done {}, and its error has {}",
                "worker {0} found the poison before its first increment, and its error has \
                 {2}: it had done nothing",
            ),
            (
                "worker {} says nothing of the poison",
                "worker {0} stopped, and does not say why: the poison is its value",
            ),
            (
                "worker {} panicked, since another had",
                "worker {0} panicked because another had: that is an error that it can \
                 return, and the poison is its value",
            ),
            (
                "the value says nothing of the poison",
                "the workers say that the lock is poisoned, and the value does not: what does \
                 `into_inner` of a mutex return?",
            ),
            (
                "did not end after a panic at the value",
                "a worker panicked at the value, and the others did not end",
            ),
        ],
    ),
    Trial::look(
        "turns",
        "3 workers read and increment without an end, until one comes between a read and the \
         increment behind it",
        TURNS_SAY,
    ),
    ZERO,
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
    Trial::look(
        "turns",
        "3 workers read and increment 6 times, on 3 threads, for 2 ms each time",
        TURNS_SAY,
    ),
    ZERO,
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
