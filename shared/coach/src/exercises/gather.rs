//! All at once, and the results in order: `gather(items, work)`.

use super::{IN_ORDER, PANIC, exercise};
use crate::{Exercise, Trial};

const TRIALS: &[Trial] = &[
    Trial::new(
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
    ),
    Trial::new(
        "--path /after/60ms/bytes/10 --path /bytes/11 --path /bytes/12",
        3000,
        &[IN_ORDER],
    ),
    Trial::new(
        "--path /bytes/10/note/panic --path /bytes/11 --path /bytes/12",
        3000,
        &[
            PANIC,
            (
                "{} outcomes for {} URLs",
                "after a panic {0} results came of {1} items: the others go on",
            ),
        ],
    ),
];

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
        TRIALS,
    ),
    exercise(
        "gather",
        [
            "gather_smol",
            "the same on smol, where a panic comes out of the await",
            "smol",
            "join_all",
            "asyncio.gather",
        ],
        TRIALS,
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
        TRIALS,
    ),
];
