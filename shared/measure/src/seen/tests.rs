//! Facts of made-up rounds.

use std::sync::Arc;

use test_fixtures::{Facts, Usage};

use super::*;
use crate::{
    mock::{Machine, compare},
    progress::Progress,
    results::Sample,
};

/// Rows by these names, each with these facts in its rounds; the control has others.
fn results(rows: &[(&'static str, Vec<Facts>)]) -> ModelResults {
    let machine = Machine {
        name: "none",
        round: 0.0,
        persistence: 0.0,
        reference: 0.0,
        trial: 0.0,
        tail: 0.0,
    };
    let mut results = compare(machine, &[], 1, 1, &Progress::shown());
    let control = results.rows.iter().find(|row| row.kind == Kind::Control);
    let mut control = control.expect("there is one").clone();
    control.samples[0].facts = Arc::new(Facts::new().count("ok", 77));
    let row = |(name, facts): &(&'static str, Vec<Facts>)| {
        let mut row = control.clone();
        row.kind = Kind::Variant;
        row.name = (*name).to_owned();
        row.samples = (0..)
            .zip(facts)
            .map(|(round, facts)| Sample {
                round,
                nanos: 1,
                usage: Usage::default(),
                memory: None,
                facts: Arc::new(facts.clone()),
                latency: None,
            })
            .collect();
        row
    };
    results.rows = rows.iter().map(row).collect();
    results.rows.push(control);
    results
}

fn counts(name: &str, counts: &[u64]) -> Vec<Facts> {
    let facts = counts.iter().map(|count| Facts::new().count(name, *count));
    facts.collect()
}

fn spread_of(rows: &[(&'static str, Vec<Facts>)]) -> Vec<Spread> {
    seen(&results(rows))
        .iter()
        .map(|seen| seen.spread)
        .collect()
}

#[test]
fn all_rounds_count_and_not_the_last_alone() {
    let results = results(&[
        ("a", counts("late", &[8, 9, 10, 76, 8])),
        ("b", counts("late", &[1, 1, 1, 1, 1])),
    ]);
    let seen = seen(&results);
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].spread, Spread::Different);
    let first = &seen[0].rows[0];
    let values = Values::Numbers {
        median: 9.0,
        least: 8.0,
        most: 76.0,
        are_counts: true,
    };
    assert_eq!((first.row, first.rounds, &first.values), ("a", 5, &values));
    assert!(seen[0].rows[1].values.is_one());
}

#[test]
fn rows_differ_where_their_ranges_lie_apart() {
    let same = [("a", counts("x", &[3, 3])), ("b", counts("x", &[3, 3]))];
    assert_eq!(spread_of(&same), [Spread::Same]);
    let alike = [("a", counts("x", &[3, 5])), ("b", counts("x", &[5, 7]))];
    assert_eq!(spread_of(&alike), [Spread::Alike]);
    let apart = [("a", counts("x", &[3, 5])), ("b", counts("x", &[6, 7]))];
    assert_eq!(spread_of(&apart), [Spread::Different]);
    // A chain of ranges that overlap is not one range.
    let chain = [
        ("a", counts("x", &[1, 3])),
        ("b", counts("x", &[3, 5])),
        ("c", counts("x", &[5, 6])),
    ];
    assert_eq!(spread_of(&chain), [Spread::Different]);
}

#[test]
fn what_only_some_rounds_have_is_no_fact_of_all() {
    let none = vec![Facts::new(), Facts::new()];
    let once = vec![Facts::new().count("lost", 1), Facts::new()];
    let both = results(&[("a", once.clone()), ("b", once)]);
    let seen = seen(&both);
    assert_eq!(seen[0].spread, Spread::Different);
    assert_eq!((seen[0].rows[0].rounds, seen[0].rows[0].checked), (1, 2));
    let some = [("a", counts("lost", &[1, 1])), ("b", none)];
    assert_eq!(spread_of(&some), [Spread::Different]);
}

#[test]
fn words_and_what_a_count_is_out_of_are_kept_apart() {
    let said = |text: &str| Facts::new().text("by", text);
    let results = results(&[("a", vec![said("task 1"), said("task 3"), said("task 3")])]);
    let words = Values::Words(vec![("task 3", 2), ("task 1", 1)]);
    assert_eq!(seen(&results)[0].rows[0].values, words);
    let of = |of| vec![Facts::new().count_of("bitten", 1, of)];
    let two = [("a", of(2)), ("b", of(3))];
    assert_eq!(spread_of(&two), [Spread::Different, Spread::Different]);
}

#[test]
fn without_samples_nothing_was_seen() {
    assert_eq!(seen(&results(&[])), []);
    assert_eq!(seen(&results(&[("a", Vec::new())])), []);
}
