//! How often a comparison is wrong, by comparisons of mock trials: rounds, summary and
//! verdicts are those of every comparison.
//!
//! `cargo test -p measure simulation -- --nocapture` prints the tables of
//! `docs/src/methodology.md`.

use std::{collections::BTreeMap, fmt};

use crate::{
    latency::{Meaning, compared},
    looks::Looks,
    mock::{Entrant, Items, Machine, Mock, compare, run, run_until},
    progress::Progress,
    results::{ModelResults, Row},
    statistics::{Verdict, median},
};

/// Like the machine on which each model's rounds were measured.
const ASYNC_IO: Machine = Machine {
    name: "gather",
    round: 0.005,
    persistence: 0.3,
    reference: 0.006,
    trial: 0.008,
    tail: 0.02,
};
const SEMAPHORES: Machine = Machine {
    name: "semaphores",
    round: 0.006,
    persistence: 0.3,
    reference: 0.012,
    trial: 0.015,
    tail: 0.02,
};
const PROCESS_POOL: Machine = Machine {
    name: "process-pool",
    round: 0.015,
    persistence: 0.3,
    reference: 0.022,
    trial: 0.028,
    tail: 0.02,
};
const LOCKS: Machine = Machine {
    name: "locks",
    round: 0.07,
    persistence: 0.3,
    reference: 0.45,
    trial: 0.26,
    tail: 0.03,
};
/// A reference that is far quieter than the others, so that the resolution holds nothing
/// back.
const UNEVEN: Machine = Machine {
    name: "uneven",
    round: 0.05,
    persistence: 0.3,
    reference: 0.006,
    trial: 0.1,
    tail: 0.1,
};

/// Seven that are the same as the reference.
const SAME: [Entrant; 7] = [
    ("a", 1.0),
    ("b", 1.0),
    ("c", 1.0),
    ("d", 1.0),
    ("e", 1.0),
    ("f", 1.0),
    ("g", 1.0),
];

/// How many of how many.
#[derive(Clone, Copy, Debug, Default)]
struct Share {
    of: u32,
    were: u32,
}

impl Share {
    fn count(&mut self, was: bool) {
        self.of += 1;
        self.were += u32::from(was);
    }

    /// Whether this count agrees with a chance of 5 % at most: one in a thousand that do
    /// have this chance would give more.
    fn is_at_most_5_percent(self) -> bool {
        let of = f64::from(self.of);
        let deviation = (0.05 * 0.95 * of).sqrt();
        f64::from(self.were) <= 0.05 * of + 3.09 * deviation
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = 100.0 * f64::from(self.were) / f64::from(self.of);
        write!(f, "{percent:.0} %")
    }
}

fn differs_from_reference(results: &ModelResults, name: &str) -> bool {
    let row = results.rows.iter().find(|row| row.name == name);
    let summary = row.and_then(|row| row.summary.as_ref());
    let verdict = summary.and_then(|summary| summary.verdict);
    matches!(verdict, Some(Verdict::Faster | Verdict::Slower))
}

/// Two that are no tie, where there are enough rounds to decide.
fn differ(results: &ModelResults, first: &str, second: &str) -> bool {
    let pair = (first.to_owned(), second.to_owned());
    results.resolution.is_some() && !results.ties.contains(&pair)
}

#[test]
fn no_difference_is_seldom_called_one() {
    let progress = Progress::shown();
    let mut table = Vec::new();
    for machine in [PROCESS_POOL, LOCKS, UNEVEN] {
        for rounds in [5, 8, 12, 13, 20, 40] {
            let [mut to_reference, mut between, mut any] = [Share::default(); 3];
            for seed in 0..400 {
                let results = compare(machine, &SAME, rounds, seed, &progress);
                to_reference.count(differs_from_reference(&results, "a"));
                for (first, second) in [("b", "c"), ("d", "e"), ("f", "g")] {
                    between.count(differ(&results, first, second));
                }
                let differs =
                    |(name, _): &Entrant| differs_from_reference(&results, name);
                any.count(SAME.iter().any(differs));
            }
            for share in [to_reference, between] {
                assert!(
                    share.is_at_most_5_percent(),
                    "{}, {rounds} rounds: {share:?}",
                    machine.name
                );
            }
            let name = machine.name;
            table.push(format!(
                "| {name} | {rounds} | {to_reference} | {between} | {any} |"
            ));
        }
    }
    is_in_methodology(&table);
}

/// A true difference of 10 %.
#[test]
fn power_is_as_stated() {
    let mut table = Vec::new();
    for (machine, budget) in [
        (ASYNC_IO, 8),
        (SEMAPHORES, 6),
        (PROCESS_POOL, 13),
        (LOCKS, 27),
    ] {
        let missed = |rounds| missed(machine, 1.1, rounds, 150);
        let cells = [budget, 8, 12, 20, 40].map(missed).join(" | ");
        table.push(format!("| {} | {budget} | {cells} |", machine.name));
    }
    is_in_methodology(&table);
}

/// What it takes to see a difference in times as wild as those of the locks.
#[test]
fn power_over_wild_times_is_as_stated() {
    let mut table = Vec::new();
    for (factor, rounds, times) in [
        (1.5, 27, 100),
        (2.0, 27, 100),
        (3.0, 27, 100),
        (1.1, 1600, 20),
    ] {
        let missed = missed(LOCKS, factor, rounds, times);
        table.push(format!("| {factor} | {rounds} | {missed} |"));
    }
    is_in_methodology(&table);
}

/// How often a factor is not called a difference: to the reference, and between two others.
fn missed(machine: Machine, factor: f64, rounds: usize, times: u64) -> String {
    let progress = Progress::shown();
    let entrants = [
        ("slower", factor),
        ("a", 1.0),
        ("b", factor),
        ("faster", 1.0 / factor),
    ];
    let [mut to_reference, mut between] = [Share::default(); 2];
    for seed in 0..times {
        let results = compare(machine, &entrants, rounds, seed, &progress);
        for name in ["slower", "faster"] {
            to_reference.count(!differs_from_reference(&results, name));
        }
        between.count(!differ(&results, "a", "b"));
    }
    format!("{to_reference}, {between}")
}

#[test]
fn a_disturbed_round_is_marked_and_counts() {
    let progress = Progress::shown();
    // What befalls single trials of the locks hides what befalls all of a round.
    for (machine, factor) in [(ASYNC_IO, 1.2), (PROCESS_POOL, 1.3), (LOCKS, 5.0)] {
        let [mut found, mut others] = [Share::default(); 2];
        for seed in 0..100 {
            let mut mock = Mock::new(machine, &SAME, seed);
            mock.disturbed = BTreeMap::from([(3, factor)]);
            let results = run(mock, 12, seed, &progress);
            assert!(results.rows.iter().all(|row| row.samples.len() == 12));
            for round in 0..12 {
                let is_noisy = results.noisy.iter().any(|noisy| noisy.round == round);
                if round == 3 { &mut found } else { &mut others }.count(is_noisy);
            }
        }
        println!("{}: found {found}, others {others}", machine.name);
        assert!(found.were >= 95, "{}: {found:?}", machine.name);
        assert!(
            others.is_at_most_5_percent(),
            "{}: {others:?}",
            machine.name
        );
    }
}

/// The mock draws its times in the order in which it is asked for them.
#[test]
fn the_seed_chooses_the_orders() {
    let progress = Progress::shown();
    let times = |seed| {
        let results = run(Mock::new(ASYNC_IO, &SAME, 1), 6, seed, &progress);
        assert_eq!(results.seed, seed);
        let samples = results.rows.into_iter().flat_map(|row| row.samples);
        samples.map(|sample| sample.nanos).collect::<Vec<_>>()
    };
    assert_eq!(times(1), times(1));
    assert_ne!(times(1), times(2));
}

/// A test that stops at the first difference finds more of them than there are. With
/// looks that share the chance of error, it finds no more than one look does.
#[test]
fn looking_often_is_no_more_often_wrong() {
    let progress = Progress::shown();
    let wrong = |machine, most, looks: &Looks, times| {
        let mut wrong = Share::default();
        let mut rounds = Vec::new();
        for seed in 0..times {
            let mock = Mock::new(machine, &SAME[..1], seed);
            let results = run_until(mock, most, Some(looks.clone()), seed, &progress);
            wrong.count(differs_from_reference(&results, "a"));
            rounds.push(results.rounds as f64);
        }
        let rounds = median(&rounds).expect("there are comparisons");
        println!("| {} | {most} | {wrong} | {rounds} |", machine.name);
        wrong
    };
    println!("looks that share the chance of error:");
    for (machine, most) in [
        (PROCESS_POOL, 64),
        (LOCKS, 64),
        (UNEVEN, 16),
        (UNEVEN, 64),
        // The budget is spent between two looks.
        (UNEVEN, 27),
    ] {
        let share = wrong(machine, most, &Looks::doubling(), 400);
        assert!(share.is_at_most_5_percent(), "{}: {share:?}", machine.name);
    }
    println!("a look after each round, at 95 %:");
    let naive = wrong(UNEVEN, 64, &Looks::naive(64), 200);
    assert!(!naive.is_at_most_5_percent(), "it would do: {naive:?}");
}

/// A true difference of 10 %, and a row that is the same: when both are decided.
#[test]
fn what_can_be_told_apart_is_decided_in_time() {
    let progress = Progress::shown();
    for machine in [ASYNC_IO, SEMAPHORES, PROCESS_POOL] {
        let [mut missed, mut undecided] = [Share::default(); 2];
        let mut rounds = Vec::new();
        for seed in 0..100 {
            let mock = Mock::new(machine, &[("slower", 1.1), ("a", 1.0)], seed);
            let until = Some(Looks::doubling());
            let results = run_until(mock, 256, until, seed, &progress);
            missed.count(!differs_from_reference(&results, "slower"));
            let decided = results.decided.expect("it went on until it was decided");
            undecided.count(!decided.undecided.is_empty());
            rounds.push(results.rounds as f64);
        }
        let rounds = median(&rounds).expect("there are comparisons");
        println!("| {} | {rounds} | {missed} | {undecided} |", machine.name);
        assert!(
            missed.is_at_most_5_percent(),
            "{}: {missed:?}",
            machine.name
        );
        assert_eq!(undecided.were, 0, "{}", machine.name);
        assert!(rounds < 256.0, "{}: {rounds}", machine.name);
    }
}

/// Holds the page to the figures that were just made; prints what it must contain.
fn is_in_methodology(table: &[String]) {
    let page = include_str!("../../../docs/src/methodology.md");
    is_in("docs/src/methodology.md", page, table);
}

fn is_in(name: &str, page: &str, table: &[String]) {
    let table = table.join("\n");
    println!("{table}");
    assert!(
        page.contains(&table),
        "{name} has other figures than\n{table}"
    );
}

/// Items of which few meet a stall, and the trials differ by which do.
const FEW_STALLS: Items = Items {
    count: 100,
    spread: 0.2,
    stalls: 1.0,
    run: 3,
    stall: 5.0,
};
/// Items all of whose tail is the machine's.
const MANY_STALLS: Items = Items {
    count: 100,
    spread: 0.05,
    stalls: 4.0,
    run: 4,
    stall: 20.0,
};

/// How a row's percentile compares with the reference's.
fn told(results: &ModelResults, name: &str, percent: f64) -> Option<Verdict> {
    let row = results.rows.iter().find(|row| row.name == name)?;
    let latency = row.summary.as_ref()?.latency.as_ref()?;
    let mut tails = latency.service.iter();
    tails.find(|tail| tail.percent == percent)?.verdict
}

fn row<'a>(results: &'a ModelResults, name: &str) -> &'a Row {
    let mut rows = results.rows.iter();
    rows.find(|row| row.name == name).expect("it took part")
}

/// Verdicts on percentiles: rows that are the same, and one that is not.
#[test]
fn a_percentile_is_seldom_called_lower_where_it_is_not() {
    let progress = Progress::shown();
    let mut table = Vec::new();
    let entrants = [("a", 1.0), ("b", 1.0), ("half again", 1.5)];
    for (name, machine, items) in [
        ("few stalls", SEMAPHORES, FEW_STALLS),
        ("many stalls", UNEVEN, MANY_STALLS),
    ] {
        for rounds in [8, 20] {
            let mut cells = Vec::new();
            let all = (0..400).map(|seed| {
                let mut mock = Mock::new(machine, &entrants, seed);
                mock.items = Some(items);
                run(mock, rounds, seed, &progress)
            });
            let all: Vec<_> = all.collect();
            for percent in [50.0, 99.0] {
                let [mut to_reference, mut between, mut missed] = [Share::default(); 3];
                for results in &all {
                    let differs =
                        |verdict| matches!(verdict, Verdict::Faster | Verdict::Slower);
                    let of = |name| told(results, name, percent).expect("a verdict");
                    to_reference.count(differs(of("a")));
                    missed.count(of("half again") != Verdict::Slower);
                    let [a, b] = ["a", "b"].map(|name| row(results, name));
                    let service = Meaning::Service;
                    between.count(differs(compared(results, a, b, service, percent)));
                }
                for share in [to_reference, between] {
                    assert!(
                        share.is_at_most_5_percent(),
                        "{name}, {rounds} rounds, {percent}: {share:?}"
                    );
                }
                cells.push(format!("{to_reference}, {between} | {missed}"));
            }
            table.push(format!("| {name} | {rounds} | {} |", cells.join(" | ")));
        }
    }
    let page = include_str!("../../../docs/src/latency.md");
    is_in("docs/src/latency.md", page, &table);
}
