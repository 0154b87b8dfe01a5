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

use crate::Exercise;

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

/// An exercise, as a line of its list.
const fn exercise(
    model: &'static str,
    [name, task, answer, other, how]: [&'static str; 5],
    trials: &'static [crate::Trial],
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
    }
}
