//! Findings of made-up results of every kind.

use std::sync::Arc;

use measure::{
    mock::{Entrant, Machine, REFERENCE, compare},
    progress::Progress,
};
use test_fixtures::Facts;

use super::*;

const QUIET: Machine = Machine::QUIET;
const EXACT: Machine = Machine::EXACT;
const NOISY: Machine = Machine {
    name: "noisy",
    reference: 0.6,
    trial: 0.6,
    ..QUIET
};

fn results(machine: Machine, entrants: &[Entrant], rounds: usize) -> ModelResults {
    compare(machine, entrants, rounds, 1, &Progress::shown())
}

fn row<'a>(results: &'a mut ModelResults, name: &str) -> &'a mut Row {
    let mut rows = results.rows.iter_mut();
    rows.find(|row| row.name == name).expect("it was compared")
}

/// Gives every sample of a row this fact.
fn give(row: &mut Row, name: &str, count: u64, of: u64) {
    for sample in &mut row.samples {
        let mut facts = Facts::clone(&sample.facts);
        facts.seen.push(Fact {
            name: name.to_owned(),
            value: Value::Count(count),
            of: Some(of),
            column: false,
        });
        sample.facts = Arc::new(facts);
    }
}

#[test]
fn one_ahead_and_others_behind() {
    let results = results(QUIET, &[("tokio", 0.5), ("rayon", 1.5), ("smol", 1.0)], 12);
    let found = findings(&results);
    // The figures are those of the table.
    assert_eq!(found[0], "tokio is ahead, at 0.50 of reference's time.");
    assert_eq!(
        found[1],
        "Behind: reference and smol at 1.00, rayon at 1.50."
    );
    assert!(found[2].starts_with("A difference below 0."), "{found:?}");
    assert_eq!(found.len(), 3);
}

#[test]
fn many_groups_are_named_at_their_ends() {
    let entrants = [
        ("std_b", 2.0),
        ("tokio", 3.0),
        ("smol", 4.0),
        ("rayon", 6.0),
        ("surf", 9.0),
    ];
    let found = findings(&results(EXACT, &entrants, 12));
    assert_eq!(found[0], "reference is ahead.");
    let words = "Behind, as multiples of its time: std_b at 2.00, surf at 9.00; 3 rows lie \
                 between.";
    assert_eq!(found[1], words);
}

#[test]
fn all_tie() {
    let entrants = [("tokio", 1.0), ("smol", 1.0)];
    let found = findings(&results(QUIET, &entrants, 12));
    assert_eq!(found[0], "All 3 rows tie.");
    let found = findings(&results(QUIET, &entrants[..1], 12));
    assert_eq!(found[0], "reference and tokio tie.");
}

/// No sentence ranks what the verdicts don't.
#[test]
fn a_noisy_machine_ranks_nobody_by_chance() {
    let results = results(NOISY, &[("tokio", 1.02), ("smol", 1.04)], 12);
    let found = findings(&results);
    assert_eq!(found[0], "All 3 rows tie.", "{found:?}");
    assert!(
        found[1].starts_with("The machine was noisy: reference"),
        "{found:?}"
    );
}

/// Where the ends can be told apart and the middle can't, the middle is ranked nowhere.
#[test]
fn a_chain_of_ties_is_one_group() {
    let machine = Machine {
        trial: 0.02,
        ..QUIET
    };
    let entrants = [
        ("tokio", 0.5),
        ("smol", 1.0),
        ("rayon", 1.01),
        ("surf", 1.02),
    ];
    let results = results(machine, &entrants, 12);
    let tie = |a: &str, b: &str| {
        let mut ties = results.ties.iter();
        ties.any(|(first, second)| first == a && second == b)
    };
    assert!(tie("rayon", "surf") || tie("smol", "rayon") || tie("surf", "rayon"));
    let found = findings(&results);
    assert!(found[0].starts_with("tokio is ahead, at 0.5"), "{found:?}");
    assert!(
        found[1].contains(" to ") && !found[1].contains(';'),
        "{found:?}"
    );
}

#[test]
fn one_row_is_compared_with_nothing() {
    let found = findings(&results(QUIET, &[], 12));
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("reference alone was measured"),
        "{found:?}"
    );
}

#[test]
fn too_few_rounds_compare_nothing() {
    let found = findings(&results(QUIET, &[("tokio", 3.0)], 3));
    assert_eq!(
        found,
        ["Nothing is compared: 6 rounds are needed, and 3 were made."]
    );
}

#[test]
fn a_row_that_failed_too_often_has_no_rank() {
    let mut results = results(QUIET, &[("tokio", 0.5), ("python", 0.1)], 8);
    let python = row(&mut results, "python");
    python.samples.truncate(4);
    for round in 4..8 {
        python.failures.insert(round, "it was killed".to_owned());
    }
    summary::add(&mut results);
    let found = findings(&results);
    assert_eq!(found[0], "tokio is ahead, at 0.50 of reference's time.");
    assert!(!found[1].contains("python"), "{found:?}");
    assert_eq!(
        found[2],
        "Not ranked, since fewer than 6 of its rounds have a figure: python."
    );
    assert!(found[4].starts_with("python failed in 4 of 8"), "{found:?}");
}

#[test]
fn without_the_reference_nothing_is_compared() {
    let mut results = results(QUIET, &[("tokio", 3.0), ("smol", 1.0)], 12);
    let reference = row(&mut results, REFERENCE);
    reference.summary = None;
    reference.failures.insert(0, "it was killed".to_owned());
    let found = findings(&results);
    assert!(
        found[0].starts_with("Nothing is compared, since reference"),
        "{found:?}"
    );
    assert_eq!(found[1], "reference failed: it was killed.");
}

#[test]
fn failures_are_said_and_what_is_not_installed_is_not() {
    let mut results = results(QUIET, &[("tokio", 3.0), ("python", 9.0)], 12);
    let tokio = row(&mut results, "tokio");
    tokio.failures.insert(3, "it was killed.".to_owned());
    let python = row(&mut results, "python");
    python.failures.insert(3, "no Python".to_owned());
    python.is_not_installed = true;
    let found = findings(&results);
    let failures: Vec<_> = found.iter().filter(|one| one.contains("failed")).collect();
    assert_eq!(failures, ["tokio failed in 1 of 12 rounds: it was killed."]);
}

#[test]
fn what_was_seen_from_outside_is_said() {
    let mut results = results(QUIET, &[("tokio", 1.0), ("surf", 1.0)], 12);
    for (name, count) in [(REFERENCE, 100), ("tokio", 100), ("surf", 50)] {
        give(row(&mut results, name), "peak in flight", count, 100);
        // What no row reaches is no promise.
        give(row(&mut results, name), "deepest", 3, 22);
    }
    let found = findings(&results).join(" ");
    assert!(
        found.contains("Not all reached 100 (peak in flight): surf 50."),
        "{found}"
    );
    assert!(!found.contains("deepest"), "{found}");
}

#[test]
fn many_rows_of_a_runtime_are_counted() {
    let entrants = [
        ("tokio", 0.5),
        ("tokio_b", 0.5),
        ("tokio_c", 0.5),
        ("tokio_d", 0.8),
        ("tokio_e", 0.5),
    ];
    let ahead =
        |entrants: &[Entrant]| findings(&results(EXACT, entrants, 12)).swap_remove(0);
    let all = "4 of tokio's 5 rows are ahead, at 0.50 of reference's time, and none can be \
               told apart from tokio.";
    assert_eq!(ahead(&entrants), all);
    let three = "tokio, tokio_b and tokio_c are ahead, at 0.50 of reference's time, and none \
                 can be told apart from tokio.";
    assert_eq!(ahead(&entrants[..4]), three);
    let every = "tokio's 3 rows are ahead, at 0.50 of reference's time, and none can be told \
                 apart from tokio.";
    assert_eq!(ahead(&entrants[..3]), every);
}

/// `parking_lot` has no runtime, and is not the standard library's.
#[test]
fn rows_without_a_runtime_are_called_what_they_are() {
    let entrants = [("tokio", 2.0), ("a", 1.0), ("b", 1.0)];
    let mut results = results(EXACT, &entrants, 12);
    for name in [REFERENCE, "a", "b"] {
        row(&mut results, name).runtime = NO_RUNTIME.to_owned();
    }
    let front = "the 3 rows on plain threads or processes are ahead, at 1.00 of reference's \
                 time, and none can be told apart from reference.";
    assert_eq!(findings(&results)[0], front);
}

/// It is faster than all, and leads nobody.
#[test]
fn a_row_of_another_job_is_no_winner() {
    let entrants = [
        ("tokio", 0.5),
        ("rayon", 0.04),
        ("smol", 2.0),
        ("sharded", 0.05),
    ];
    let mut results = results(EXACT, &entrants, 12);
    let found = findings(&results);
    assert_eq!(found[0], "rayon is ahead, at 0.040 of reference's time.");
    for name in ["rayon", "sharded"] {
        row(&mut results, name).another_job = Some("no shared counter".to_owned());
    }
    let found = findings(&results);
    assert_eq!(
        found[..3],
        [
            "tokio is ahead, at 0.50 of reference's time.",
            "Behind: reference at 1, smol at 2.00.",
            "Not ranked, since they do another job: rayon and sharded (no shared counter) \
             take 0.040 to 0.050 of reference's time.",
        ]
    );
    // With one row that does the job there is nothing to rank.
    results
        .rows
        .retain(|row| !["tokio", "smol", "sharded"].contains(&&*row.name));
    let alone = "Not ranked, since it does another job: rayon (no shared counter) takes \
                 0.040 of reference's time.";
    let found = findings(&results);
    assert_eq!(found[0], alone, "{found:?}");
}

/// Makes every second sample of a row longer and every other shorter by this factor.
fn scatter(results: &mut ModelResults, name: &str, factor: f64) {
    for (index, sample) in row(results, name).samples.iter_mut().enumerate() {
        let factor = if index % 2 == 0 { factor } else { 1.0 / factor };
        sample.nanos = (sample.nanos as f64 * factor) as u64;
    }
    summary::add(results);
}

#[test]
fn a_row_that_noise_alone_brings_to_the_front_is_not_called_ahead() {
    let entrants = [("tokio", 0.5), ("smol", 0.9), ("rayon", 3.0)];
    let mut results = results(QUIET, &entrants, 12);
    scatter(&mut results, "smol", 2.5);
    let found = findings(&results);
    assert_eq!(found[0], "tokio is ahead, at 0.50 of reference's time.");
    assert!(
        found[1].starts_with(
            "smol can't be told apart from tokio, since its own time is uncertain by up to"
        ),
        "{found:?}"
    );
    assert!(
        found[2].starts_with("Behind: reference at 1, rayon at 3.00"),
        "{found:?}"
    );
}

/// The least median of all, and uncertain: a certain row that ties with it leads.
#[test]
fn an_uncertain_row_does_not_lead_a_certain_one_that_ties_with_it() {
    let entrants = [("tokio", 0.5), ("smol", 0.4), ("rayon", 3.0)];
    let mut results = results(QUIET, &entrants, 12);
    scatter(&mut results, "smol", 3.0);
    let found = findings(&results);
    assert_eq!(
        found[0], "tokio is ahead, at 0.50 of reference's time.",
        "{found:?}"
    );
    assert!(
        found[1].starts_with("smol can't be told apart"),
        "{found:?}"
    );
}

#[test]
fn a_row_that_is_ahead_in_spite_of_its_noise_is_said_to_be_noisy() {
    let entrants = [("tokio", 0.1), ("smol", 1.0)];
    let mut results = results(QUIET, &entrants, 12);
    scatter(&mut results, "tokio", 2.0);
    let found = findings(&results);
    assert!(
        found[0].starts_with("tokio is ahead, at 0.")
            && found[0].contains("time, although its own time is uncertain by up to"),
        "{found:?}"
    );
    assert!(found[1].starts_with("Behind: "), "{found:?}");
}

/// Where the reference itself is noisy, a tie with the first row says little.
#[test]
fn a_noisy_machine_has_one_row_ahead_at_the_most() {
    let entrants = [("tokio", 0.1), ("smol", 0.11), ("rayon", 1.0)];
    let mut results = results(QUIET, &entrants, 12);
    results.resolution = Some(1.6);
    let found = findings(&results);
    assert_eq!(
        found[..2],
        [
            "tokio is ahead, at 0.10 of reference's time.",
            "smol can't be told apart from tokio, since the machine was too noisy for that.",
        ]
    );
}

/// b ties with a and with c, and c is slower than a: not all of them tie.
#[test]
fn rows_that_all_tie_with_the_first_need_not_tie_with_each_other() {
    let entrants = [("tokio", 1.0), ("smol", 1.06), ("rayon", 0.98)];
    let mut results = results(EXACT, &entrants, 12);
    scatter(&mut results, "rayon", 1.2);
    let found = findings(&results);
    assert_eq!(
        found[0], "No row can be told apart from rayon.",
        "{found:?}"
    );
}
