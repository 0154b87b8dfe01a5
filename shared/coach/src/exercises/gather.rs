//! All at once, and the results in order: `gather(items, work)`.

use super::{IN_ORDER, ON_THREADS, PANIC, exercise};
use crate::{Exercise, Trial};

const WIDTH: Trial = Trial::new(
    "--tasks 5 --latency 400ms --workers 2",
    4000,
    &[
        (
            "peak in flight {}, where {} were possible",
            "{0} of {1} requests were in flight at once: which line waits for one before \
                 the others have begun?",
        ),
        IN_ORDER,
        (
            "{} outcomes for {} URLs",
            "{0} results came of {1} items: where are the others?",
        ),
    ],
);
const ORDER: Trial = Trial::new(
    "--path /after/60ms/bytes/10 --path /bytes/11 --path /bytes/12",
    3000,
    &[IN_ORDER],
);
const PANICS: Trial = Trial::new(
    "--path /bytes/10/note/panic --path /bytes/11 --path /bytes/12",
    3000,
    &[
        PANIC,
        (
            "{} outcomes for {} URLs",
            "after a panic {0} results came of {1} items: the others go on",
        ),
    ],
);

const ALL_AT_ONCE: Trial = Trial::look(
    "all_at_once",
    "100 items, each of which is at work until all have begun",
    &[(
        "{} of 100 items were begun at once",
        "{0} of 100 items were at work at once, and no more came: each is to have a thread of \
         its own, so who limits them?",
    )],
);

pub(super) const ALL: &[Exercise] = &[
    exercise(
        "gather",
        [
            "gather_tokio",
            "all at once, and the results in order, on tokio",
            "tokio",
            "smol",
            "asyncio.gather",
        ],
        &[WIDTH, ORDER, PANICS],
    ),
    exercise(
        "gather",
        [
            "gather_smol",
            "the same on smol, where a panic comes out of the await",
            "smol",
            "tokio",
            "asyncio.gather",
        ],
        &[WIDTH, ORDER, PANICS, ON_THREADS],
    ),
    exercise(
        "gather",
        [
            "gather_std",
            "the same with a thread for each",
            "std_only",
            "crossbeam",
            "concurrent.futures.ThreadPoolExecutor",
        ],
        &[WIDTH, ORDER, PANICS, ALL_AT_ONCE],
    ),
];
