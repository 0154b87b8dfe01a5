//! What was seen in made-up rounds, word by word.

use std::sync::Arc;

use measure::{
    mock::{Machine, compare},
    progress::Progress,
    results::Kind,
};
use test_fixtures::Facts;

use super::*;

/// Words about these rows, each with these facts in its rounds. The control saw nothing.
fn words_of(rows: &[(&'static str, Vec<Facts>)]) -> Words {
    let rounds = rows[0].1.len();
    let entrants: Vec<_> = rows.iter().map(|(name, _)| (*name, 1.0)).collect();
    let mut results = compare(Machine::EXACT, &entrants, rounds, 1, &Progress::shown());
    results
        .rows
        .retain(|row| row.name != measure::mock::REFERENCE);
    for (name, facts) in rows {
        let row = results.rows.iter_mut().find(|row| row.name == *name);
        let row = row.expect("it was compared");
        for (sample, facts) in row.samples.iter_mut().zip(facts) {
            sample.facts = Arc::new(facts.clone());
        }
    }
    assert!(results.rows.iter().any(|row| row.kind == Kind::Control));
    super::words(&results)
}

fn counts(name: &str, counts: &[u64]) -> Vec<Facts> {
    let facts = counts.iter().map(|n| Facts::new().count_of(name, *n, 22));
    facts.collect()
}

fn numbers(name: &str, numbers: &[f64]) -> Vec<Facts> {
    let facts = numbers.iter().map(|n| Facts::new().number(name, *n));
    facts.collect()
}

#[test]
fn one_slow_round_is_no_finding() {
    let words = words_of(&[
        (
            "std_only",
            numbers("ms", &[7.8, 10.2, 8.1, 9.0, 8.4, 75.89]),
        ),
        (
            "stream",
            numbers("ms", &[0.41, 0.4, 0.41, 0.704, 0.4, 0.41]),
        ),
        ("tokio", numbers("ms", &[9.0, 9.1, 9.2, 9.3, 9.4, 9.5])),
    ]);
    let line = "ms: 0.40 to 0.70 (stream 0.41); 7.80 to 75.9 (std_only 8.70, tokio 9.25)";
    assert_eq!(words.different, [line]);
    assert_eq!(
        words.legend,
        "least to most of 6 rounds (median of each row)"
    );
}

#[test]
fn noise_is_one_line() {
    let words = words_of(&[
        ("a", counts("in flight", &[14, 16])),
        ("b", counts("in flight", &[16, 18])),
    ]);
    assert_eq!(words.alike, ["in flight 14 to 18 of 22"]);
    assert!(words.same.is_empty() && words.different.is_empty());
    let same = words_of(&[
        ("a", counts("ok", &[22, 22])),
        ("b", counts("ok", &[22, 22])),
    ]);
    assert_eq!(same.same, ["ok 22 of 22"]);
}

#[test]
fn constants_stand_with_their_rows() {
    let words = words_of(&[
        ("z", counts("at once", &[5, 5])),
        ("b", counts("at once", &[2, 2])),
        ("a", counts("at once", &[5, 5])),
    ]);
    assert_eq!(words.different, ["at once (of 22): 2 (b); 5 (a, z)"]);
    assert_eq!(words.legend, "in each of 2 rounds");
    let once = words_of(&[("a", counts("x", &[1])), ("b", counts("x", &[2]))]);
    assert_eq!(once.different, ["x (of 22): 1 (a); 2 (b)"]);
    assert_eq!(once.legend, "in 1 round");
}

#[test]
fn what_some_rounds_lack_says_so() {
    let lost = |rounds: &[bool]| -> Vec<Facts> {
        let facts = rounds.iter().map(|lost| match lost {
            true => Facts::new().count("lost", 1),
            false => Facts::new(),
        });
        facts.collect()
    };
    let words = words_of(&[
        ("a", lost(&[true, false, false])),
        ("b", lost(&[true, true, true])),
        ("c", lost(&[false, false, false])),
    ]);
    assert_eq!(words.different, ["lost: 1 in 1 of 3 rounds (a); 1 (b)"]);
}

#[test]
fn words_that_differ_between_rounds_say_how_often() {
    let by = |words: &[&str]| -> Vec<Facts> {
        let facts = words.iter().map(|by| Facts::new().text("stopped by", *by));
        facts.collect()
    };
    let words = words_of(&[
        ("a", by(&["task 1", "task 1", "task 1"])),
        ("b", by(&["task 2", "task 1", "task 2"])),
        ("c", by(&["task 1", "task 2", "task 3"])),
    ]);
    let line = "stopped by: task 1 (a); task 2 in 2 of 3 rounds, else task 1 (b); \
                task 1 in 1 of 3 rounds, else 2 others (c)";
    assert_eq!(words.different, [line]);
}
