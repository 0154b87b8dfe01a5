//! What must come of which job.

mod fetches;
mod odd;
mod progress;
mod stops;

use std::time::Duration;

use test_fixtures::{Case, Settings};

use super::Cancellation;

pub(crate) fn cases() -> Vec<Case<Cancellation>> {
    let mut cases = shapes();
    cases.extend(deadlines());
    cases.extend(fetches::cases());
    cases.extend(odd::cases());
    cases.extend(stops::cases());
    cases.extend(progress::cases());
    cases
}

/// Jobs of every size and kind.
fn shapes() -> Vec<Case<Cancellation>> {
    let holds = Case::holds;
    vec![
        holds("no_items", "no task is no error", &["--tasks", "0"]),
        holds("one_item", "one task is stopped", &["--tasks", "1"]).waits(),
        holds("one_worker", "one thread is enough", &["--workers", "1"]).waits(),
        holds(
            "more_workers_than_items",
            "threads without work do no harm",
            &["--tasks", "2", "--workers", "8"],
        )
        .waits(),
        holds(
            "fetches",
            "the origin sees every client hang up",
            &["--work", "fetch"],
        )
        .waits(),
        holds(
            "computations",
            "no piece is begun much later than at the deadline",
            &["--work", "cpu"],
        ),
        holds(
            "blocking_calls",
            "those that were begun run on and are waited for, the rest are stopped",
            &["--work", "blocking"],
        )
        .waits(),
        holds(
            "processes",
            "every process is gone, by what the system says",
            &["--work", "process"],
        ),
        Case::holds_under(
            "storm",
            "10,000 tasks are stopped at once",
            &["--tasks", "10000"],
            Settings {
                time_limit: Duration::from_secs(120),
                ..Settings::default()
            },
        ),
        holds(
            "a_panic_is_one_outcome",
            "the others complete",
            &["--panic", "--length", "50ms", "--deadline", "24h"],
        ),
        holds(
            "a_panic_in_a_computation",
            "the others complete",
            &[
                "--panic",
                "--work",
                "cpu",
                "--length",
                "20ms",
                "--deadline",
                "24h",
            ],
        ),
        holds(
            "a_panic_in_a_blocking_call",
            "the others complete",
            &[
                "--panic",
                "--work",
                "blocking",
                "--length",
                "20ms",
                "--deadline",
                "24h",
            ],
        ),
    ]
}

/// Deadlines at which each task could come out twice, or not at all.
fn deadlines() -> Vec<Case<Cancellation>> {
    let zero = "a deadline of zero: each task has one outcome";
    let never = "a deadline that never comes: every task is done";
    let together =
        "a deadline that falls together with completion: each task has one outcome";
    let of = |name, about, work, length, deadline, tasks| {
        let args = [
            "--work",
            work,
            "--length",
            length,
            "--deadline",
            deadline,
            "--tasks",
            tasks,
        ];
        Case::holds(name, about, &args)
    };
    vec![
        of("deadline_zero", zero, "sleep", "1s", "0", "100"),
        of("deadline_zero_fetch", zero, "fetch", "1s", "0", "50"),
        of("deadline_zero_cpu", zero, "cpu", "1s", "0", "50"),
        of(
            "deadline_zero_blocking",
            zero,
            "blocking",
            "100ms",
            "0",
            "20",
        ),
        of("deadline_zero_process", zero, "process", "1s", "0", "5"),
        of(
            "deadline_past",
            "a deadline that has passed before all were started: each task has one outcome",
            "sleep",
            "1s",
            "1us",
            "1000",
        ),
        of("deadline_never", never, "sleep", "20ms", "24h", "20"),
        of("deadline_never_fetch", never, "fetch", "20ms", "24h", "20"),
        of("deadline_never_cpu", never, "cpu", "5ms", "24h", "5"),
        of(
            "deadline_never_blocking",
            never,
            "blocking",
            "20ms",
            "24h",
            "5",
        ),
        of(
            "deadline_never_process",
            never,
            "process",
            "20ms",
            "24h",
            "5",
        ),
        of(
            "deadline_at_completion",
            together,
            "sleep",
            "100ms",
            "100ms",
            "200",
        ),
        of(
            "deadline_at_completion_fetch",
            together,
            "fetch",
            "100ms",
            "100ms",
            "50",
        ),
        of(
            "deadline_at_completion_cpu",
            together,
            "cpu",
            "50ms",
            "100ms",
            "5",
        ),
        of(
            "deadline_at_completion_blocking",
            together,
            "blocking",
            "100ms",
            "100ms",
            "5",
        ),
        of(
            "deadline_at_completion_process",
            together,
            "process",
            "100ms",
            "100ms",
            "5",
        ),
    ]
}
