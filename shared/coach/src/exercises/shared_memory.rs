//! One array, filled in place: `fill(array, workers, values)`.

use super::exercise;
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
