//! Every exercise, in the order in which they are best done.

mod cancellation;
mod error_handling;
mod gather;
mod hazards;
mod locks;
mod pipelines;
mod process_pool;
mod semaphores;
mod serving;
mod shared_memory;
mod thread_pool;

use crate::{Exercise, Trial};

/// Every exercise, by its model.
pub const EXERCISES: &[&[Exercise]] = &[
    gather::ALL,
    semaphores::ALL,
    thread_pool::ALL,
    error_handling::ALL,
    cancellation::ALL,
    pipelines::ALL,
    locks::ALL,
    shared_memory::ALL,
    process_pool::ALL,
    serving::ALL,
    hazards::ALL,
];

/// The exercise of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Exercise> {
    EXERCISES
        .iter()
        .copied()
        .flatten()
        .find(|exercise| exercise.name == name)
}

/// Said of a result in the place of another item, where the check names a path.
const IN_ORDER: (&str, &str) = (
    "{}: {}, where {} was due",
    "a result is in another item's place: they are due in the order of the items, and not \
     in that of their ends",
);

/// Said where a panic of the work ended all.
const PANIC: (&str, &str) = (
    "exit code {}: {}",
    "the panic of one ended them all: it is to be that one's outcome, and the others go on",
);

/// A look: its call with a zero where it says that it panics.
const ZERO: Trial = Trial::look(
    "zero",
    "the same with a zero, which nothing could be done with",
    &[
        (
            "waits, and does not panic",
            "with a zero in place of the number it waits without an end: its documentation \
             promises a panic",
        ),
        (
            "returns, and does not panic",
            "with a zero in place of the number it returns as if all were well: its \
             documentation promises a panic",
        ),
    ],
);

/// A look: two items, each of which blocks its thread.
const ON_THREADS: Trial = Trial::look(
    "on_threads",
    "2 items on 2 threads, each of which blocks its thread until both have begun",
    &[(
        "{} of 2 items had a thread",
        "{0} of 2 items was begun while the other blocked its thread: all are polled in one \
         task, so which call hands each to the executor?",
    )],
);

/// An exercise, as a line of its list.
const fn exercise(
    model: &'static str,
    [name, task, answer, other, how]: [&'static str; 5],
    trials: &'static [Trial],
) -> Exercise {
    Exercise {
        name,
        model,
        task,
        answer,
        other,
        how,
        deviations: &[],
        trials,
        code: &[],
    }
}
