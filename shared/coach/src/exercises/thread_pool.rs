//! As completed: `as_completed(threads, items, work, each)`.

use super::{PANIC, exercise};
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
                 does the work block?",
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
