//! One array, filled in place: `fill(array, workers, values)`.

use super::{ZERO, exercise};
use crate::{Exercise, Trial};

const SAYS: &[(&str, &str)] = &[
    (
        "element {} is 0, not {}",
        "element {0} was not filled: whose part is the rest that the workers don't divide?",
    ),
    (
        "element {} is {}, not {}",
        "element {0} is {1}, and its square is {2}: which place is `values` told for the \
         first element of a part?",
    ),
    (
        "the sum is {}, not {}",
        "the array is right, and its sum {0} is not {1}: some results were not returned",
    ),
    (
        "killed after {}, its time limit",
        "it did not end within {0}: what do the workers still wait for?",
    ),
];

const TRIALS: &[Trial] = &[
    Trial::new("--n 300003 --workers 7", 3000, SAYS),
    Trial::new(
        "--n 0",
        3000,
        &[(
            "exit code {}: {}",
            "without elements it panics: how large is a part of nothing?",
        )],
    ),
    Trial::new("--n 3 --workers 8", 3000, SAYS),
    Trial {
        fails: Some("a worker panicked: worker 1 was asked to panic"),
        ..Trial::new(
            "--n 100000 --fault 1:panic",
            3000,
            &[(
                "exit code {}: {}",
                "a panic of `values` ended all: it is the outcome of that part, which is \
                 returned",
            )],
        )
    },
    Trial::look(
        "at_once",
        "more workers than cores: each part waits until as many are at work at once",
        &[
            (
                " 1 parts at once of {} workers",
                "one part was filled at once, where {0} workers are asked for: which line \
                 waits for one before the others have begun?",
            ),
            (
                "{} parts at once of {} workers",
                "{0} parts were filled at once, where {1} workers are asked for: whose threads \
                 are they, and how many are there?",
            ),
            (
                "{} parts at once, where {} workers are asked for, {} in all",
                "{0} parts were filled at once, where {1} workers are asked for: what becomes \
                 of the rest that they don't divide?",
            ),
        ],
    ),
    Trial::look(
        "in_order",
        "2 workers: the first part is at work until the last one has ended",
        &[
            (
                "the result of part {} stands before that of the first",
                "the result of the part at {0} stands before that of the first: they are due \
                 in the order of the parts, and not in that of their ends",
            ),
            (
                "the last part was not begun beside the first",
                "the first part was slow, and the last one was not begun beside it: who takes \
                 the next?",
            ),
        ],
    ),
    ZERO,
];

pub(super) const ALL: &[Exercise] = &[
    exercise(
        "shared-memory",
        [
            "fill_std",
            "one array, filled in parts by threads",
            "std_only",
            "crossbeam",
            "multiprocessing.Array",
        ],
        TRIALS,
    ),
    exercise(
        "shared-memory",
        [
            "fill_rayon",
            "the same in chunks by rayon's pool",
            "rayon",
            "std_only",
            "multiprocessing.Array",
        ],
        TRIALS,
    ),
    exercise(
        "shared-memory",
        [
            "fill_crossbeam",
            "the same in chunks that threads take from a channel",
            "crossbeam",
            "std_only",
            "multiprocessing.Array",
        ],
        TRIALS,
    ),
];
