//! As completed: `as_completed(threads, items, work, each)`.

use super::{PANIC, ZERO, exercise};
use crate::{Exercise, Trial};

const REPORTS: (&str, &str) = (
    "{} reports of {} files",
    "{0} files were reported of {1}: when does the loop end, and what is under way then?",
);

const TRIALS: &[Trial] = &[
    Trial::new(
        "--tasks 6 --workers 2 --latency 60ms",
        3000,
        &[
            (
                "{} downloads at once, where {} threads are allowed",
                "{0} files were downloaded at once, and {1} threads are allowed: what keeps \
                 the next from being begun?",
            ),
            REPORTS,
            (
                "killed after {}, its time limit",
                "all files had landed, and it went on waiting for {0}: who still has a sender?",
            ),
        ],
    ),
    Trial::new(
        "--tasks 3 --workers 3 --latency 1200ms",
        4000,
        &[
            (
                "file {} was reported before file {}, whose answer had ended {} earlier",
                "file {0} was reported before file {1}, which had landed {2} earlier: `each` \
                 is called in the order of the ends, as soon as each is known",
            ),
            (
                "{} downloads at once, where {} were possible",
                "{0} file was downloaded at once where {1} threads are allowed: whose thread \
                 does the work block? Or what is locked while one works?",
            ),
        ],
    ),
    Trial::new(
        "--workers 1 --path /bytes/10/note/panic --path /bytes/11 --path /bytes/12",
        3000,
        &[
            PANIC,
            (
                "killed after {}, its time limit",
                "after a panic it did not end within {0}: is the thread gone that had it?",
            ),
        ],
    ),
    Trial::look(
        "reported_at_once",
        "5 items on 2 threads: the first stays at work until all others were reported",
        &[
            (
                "5 of 5 were begun and 0 reported",
                "all others had ended beside a slow item, and none was reported: `each` is \
                 called as soon as one is known, and not once all are",
            ),
            (
                "2 of 5 were begun and {} reported",
                "one item was slow, and the other thread had nothing more to do: which line \
                 waits for a whole turn of them before the next is begun?",
            ),
            (
                "{} of 5 were begun and {} reported",
                "beside a slow item {0} of 5 were begun and {1} reported: what do the others \
                 wait for?",
            ),
            (
                "{} items at once on 2 threads",
                "{0} items were at work at once, and 2 threads are allowed: what keeps the next \
                 from being begun?",
            ),
            (
                "{} of 5 were reported",
                "{0} of 5 items were reported: each is, once",
            ),
        ],
    ),
    Trial::look(
        "many",
        "400 quick items on 2 threads",
        &[
            (
                "{} of 400 were begun and {} reported, and nothing moves",
                "nothing moves: {0} of 400 items were begun and {1} reported. Who reads the \
                 ends while items are given?",
            ),
            (
                "{} of 400 were reported",
                "{0} of 400 items were reported: each is, once",
            ),
        ],
    ),
    Trial::look(
        "each_panics",
        "3 items on 2 threads: `each` panics at the first that it gets, and another item is \
         still at work",
        &[
            (
                "{} at work when a panic of `each` came out",
                "`each` panicked, and the panic came out while an item was still at work: who \
                 waits for those under way before it goes on?",
            ),
            (
                "a panic of `each` was swallowed",
                "`each` panicked, and the function returned as if it had not: that panic is \
                 the caller's",
            ),
            (
                "did not end after a panic of `each`",
                "after a panic of `each` it did not end: who waits for whom?",
            ),
        ],
    ),
    ZERO,
];

pub(super) const ALL: &[Exercise] = &[
    exercise(
        "thread-pool",
        [
            "as_completed_std",
            "each result as it comes, from a few threads",
            "std_only",
            "crossbeam",
            "concurrent.futures.as_completed",
        ],
        TRIALS,
    ),
    exercise(
        "thread-pool",
        [
            "as_completed_tokio",
            "the same from tokio's threads for what blocks",
            "tokio",
            "smol",
            "concurrent.futures.as_completed",
        ],
        TRIALS,
    ),
    exercise(
        "thread-pool",
        [
            "as_completed_smol",
            "the same from smol's threads for what blocks",
            "smol",
            "tokio",
            "concurrent.futures.as_completed",
        ],
        TRIALS,
    ),
];
