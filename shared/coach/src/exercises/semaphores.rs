//! Many requests, few permits: `at_most(limit, items, work)`.

use super::{IN_ORDER, ON_THREADS, PANIC, ZERO, exercise};
use crate::{Exercise, Trial};

const WIDTH: &str = "--tasks 8 --limit 4 --latency 60ms --workers 2";
const ORDER: &str = "--limit 4 --path /after/60ms/bytes/10 --path /bytes/11 --path /bytes/12 \
    --path /bytes/13";
const PANICS: &str =
    "--limit 1 --path /bytes/10/note/panic --path /bytes/11 --path /bytes/12";

const ONE_BY_ONE: (&str, &str) = (
    "peak in flight 1, where {} were possible",
    "one request was in flight where {0} are allowed: what is waited for before the next \
     begins, or is locked meanwhile?",
);
const NOT_ALL: (&str, &str) = (
    "peak in flight {}, where {} were possible",
    "{0} requests were in flight, and {1} are allowed: which permits are not in use?",
);
const MISSING: (&str, &str) = (
    "{} outcomes for {} URLs",
    "{0} results came of {1} items: what became of those that were still under way?",
);

const BESIDE: Trial = Trial::look(
    "beside_a_slow_one",
    "6 items, 2 at once: the second stays at work until all others have ended",
    &[
        (
            "2 of 6 items were begun",
            "one item was slow, and its neighbour's place stayed empty: which line waits for \
             a whole turn of them before the next is begun?",
        ),
        (
            "{} of 6 items were begun",
            "one item was slow, and {0} of 6 were begun beside it: its result is waited for \
             before the next is begun. Use all permits as long as there is work",
        ),
        (
            "the results are {}, not {}",
            "beside a slow item the results came as {0}: they are due in the order of the items",
        ),
    ],
);

const TASKS_WIDTH: Trial = Trial::new(
    WIDTH,
    4000,
    &[
        (
            "{} requests in flight, where {} are allowed",
            "{0} requests were in flight, and {1} are allowed: where is the permit \
                 dropped?",
        ),
        ONE_BY_ONE,
        NOT_ALL,
        IN_ORDER,
        MISSING,
        (
            "killed after {}, its time limit",
            "it did not end within {0}, though each request takes 60 ms: are there \
                 permits that nobody gives back?",
        ),
    ],
);
const TASKS_ORDER: Trial = Trial::new(ORDER, 3000, &[IN_ORDER, MISSING]);
const TASKS_PANIC: Trial = Trial::new(
    PANICS,
    3000,
    &[
        PANIC,
        (
            "killed after {}, its time limit",
            "after a panic it did not end within {0}: does the permit come back when \
                 the work unwinds?",
        ),
    ],
);

const THREADS: &[Trial] = &[
    Trial::new(
        WIDTH,
        4000,
        &[
            (
                "{} requests in flight, where {} are allowed",
                "{0} requests were in flight, and {1} are allowed: how many threads are \
                 there?",
            ),
            ONE_BY_ONE,
            NOT_ALL,
            IN_ORDER,
            MISSING,
            (
                "killed after {}, its time limit",
                "it did not end within {0}, though each request takes 60 ms: who still has \
                 a sender of the channel that somebody reads to its end?",
            ),
        ],
    ),
    Trial::new(ORDER, 3000, &[IN_ORDER, MISSING]),
    Trial::new(
        PANICS,
        3000,
        &[
            PANIC,
            (
                "killed after {}, its time limit",
                "after a panic it did not end within {0}: is the thread gone that had it?",
            ),
        ],
    ),
    BESIDE,
    ZERO,
];

pub(super) const ALL: &[Exercise] = &[
    exercise(
        "semaphores",
        [
            "at_most_tokio",
            "at most so many at once, in order, on tokio",
            "tokio",
            "smol",
            "asyncio.Semaphore",
        ],
        &[TASKS_WIDTH, TASKS_ORDER, TASKS_PANIC, BESIDE, ZERO],
    ),
    exercise(
        "semaphores",
        [
            "at_most_smol",
            "the same on smol, where a dropped task is cancelled",
            "smol",
            "tokio",
            "asyncio.Semaphore",
        ],
        &[
            TASKS_WIDTH,
            TASKS_ORDER,
            TASKS_PANIC,
            BESIDE,
            ON_THREADS,
            ZERO,
        ],
    ),
    exercise(
        "semaphores",
        [
            "at_most_std",
            "the same on threads, which need no semaphore",
            "std_only",
            "crossbeam",
            "threading.Semaphore",
        ],
        THREADS,
    ),
];
