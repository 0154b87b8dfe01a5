//! Knees of made-up marks, with noise from a fixed seed.

use super::*;
use crate::{results::Kind, sweep::results::P99};

const RATES: [u64; 5] = [1000, 2000, 4000, 8000, 16_000];
const ROUNDS: usize = 7;

fn limit_of(nanos: f64) -> Limit {
    Limit {
        nanos,
        row: "row".to_owned(),
        rate: 1000,
    }
}

/// Marks whose p99 is that of the rate and the round.
fn marks(rounds: usize, p99: impl Fn(u64, usize) -> u64) -> Vec<Mark> {
    let none = Estimate {
        median: 1.0,
        interval: None,
    };
    let mark = |rate: &u64| Mark {
        value: *rate,
        time: none,
        cpu: none,
        memory: None,
        p99: (0..rounds)
            .map(|round| P99 {
                round,
                nanos: p99(*rate, round),
                is_of_load: false,
            })
            .collect(),
    };
    RATES.iter().map(mark).collect()
}

fn line(name: &str, marks: Vec<Mark>) -> Line {
    Line {
        name: name.to_owned(),
        kind: Kind::Variant,
        legacy: false,
        is_not_installed: false,
        marks,
        end: None,
        time: None,
        cpu: None,
        memory: None,
        to_one_core: Vec::new(),
        knee: None,
    }
}

fn found(marks: &[Mark], limit: f64) -> Knee {
    find(marks, &limit_of(limit), ROUNDS).expect("there is a p99")
}

/// Within the limit of 200 up to 4,000, and far above it from there on.
fn clear(rate: u64) -> u64 {
    if rate <= 4000 { 100 } else { 400 }
}

#[test]
fn a_clear_knee_is_placed_between_two_rates() {
    let knee = found(&marks(ROUNDS, |rate, _| clear(rate)), 200.0);
    // 200 is half the way from 100 to 400, on logarithmic axes.
    let place = knee.rate.place().expect("a place");
    let half = 4000.0 * 2_f64.sqrt();
    assert!((place - half).abs() < 1e-6, "{knee:?}");
    assert_eq!(knee.interval, Some(knee.rate));
    assert_eq!((knee.rounds, knee.at_once, knee.never), (ROUNDS, 0, 0));
}

#[test]
fn what_never_leaves_and_what_leaves_at_once_have_no_place() {
    let never = found(&marks(ROUNDS, |_, _| 100), 200.0);
    let open = Range {
        from: Some(16_000.0),
        to: None,
    };
    assert_eq!((never.rate, never.interval), (open, Some(open)));
    assert_eq!(never.never, ROUNDS);
    let at_once = found(&marks(ROUNDS, |_, _| 300), 200.0);
    let open = Range {
        from: None,
        to: Some(1000.0),
    };
    assert_eq!((at_once.rate, at_once.interval), (open, Some(open)));
    assert_eq!(at_once.at_once, ROUNDS);
    assert_eq!(never.rate.place().or(at_once.rate.place()), None);
}

#[test]
fn a_peak_below_the_knee_is_none() {
    let peak = |rate: u64, _| if rate == 2000 { 900 } else { clear(rate) };
    let knee = found(&marks(ROUNDS, peak), 200.0);
    assert!(knee.rate.from >= Some(4000.0), "{knee:?}");
}

#[test]
fn where_some_rounds_never_leave_the_interval_is_open() {
    let some = |rate: u64, round: usize| if round < 2 { 100 } else { clear(rate) };
    let knee = found(&marks(ROUNDS, some), 200.0);
    assert!(knee.rate.place().is_some(), "{knee:?}");
    let interval = knee.interval.expect("seven rounds");
    assert!(interval.from.is_some() && interval.to.is_none(), "{knee:?}");
    assert_eq!((knee.rounds, knee.never), (ROUNDS, 2));
    // Most of them: then the median is not known either.
    let most = |rate: u64, round: usize| if round < 5 { 100 } else { clear(rate) };
    let knee = found(&marks(ROUNDS, most), 200.0);
    assert_eq!((knee.rate.from, knee.rate.to), (Some(16_000.0), None));
    // Half never leave, half at once: nothing is known.
    let half = |_, round: usize| if round < 3 { 100 } else { 300 };
    let knee = find(&marks(6, half), &limit_of(200.0), 6).expect("there is a p99");
    assert_eq!((knee.rate.from, knee.rate.to), (None, None));
}

#[test]
fn few_rounds_have_no_interval() {
    let one = marks(1, |rate, _| clear(rate));
    let knee = found(&one, 200.0);
    assert!(knee.rate.place().is_some());
    assert_eq!((knee.interval, knee.rounds), (None, 1));
    assert_eq!(compare(&knee, &knee), None);
    let none = marks(0, |_, _| 1);
    assert_eq!(find(&none, &limit_of(200.0), ROUNDS), None);
    assert_eq!(find(&[], &limit_of(200.0), ROUNDS), None);
}

#[test]
fn rounds_that_not_every_rate_has_are_left_out() {
    let knee = find(&marks(9, |rate, _| clear(rate)), &limit_of(200.0), 6);
    assert_eq!(knee.map(|knee| knee.rounds), Some(6));
}

/// Half stay within the limit up to 4,000, where the load was late above, and half up to
/// 16,000: no rate between these was tried.
#[test]
fn a_bound_is_a_rate_that_was_tried() {
    let mut all = marks(6, |_, _| 100);
    for mark in all.iter_mut().filter(|mark| mark.value > 4000) {
        mark.p99[..2]
            .iter_mut()
            .for_each(|one| one.is_of_load = true);
    }
    let knee = find(&all, &limit_of(200.0), 6).expect("there is a p99");
    assert_eq!((knee.rate.from, knee.rate.to), (Some(16_000.0), None));
    all[4].p99[2].nanos = 300;
    all[3].p99[2].nanos = 300;
    let knee = find(&all, &limit_of(200.0), 6).expect("there is a p99");
    assert_eq!(knee.rate.to, None);
    assert!(
        knee.rate
            .from
            .is_some_and(|from| from > 4000.0 && from < 8000.0)
    );
}

/// Where the load was late, p99 is the load's.
#[test]
fn what_is_of_the_load_is_no_point() {
    let mut all = marks(ROUNDS, |rate, _| clear(rate));
    for mark in all.iter_mut().filter(|mark| mark.value > 4000) {
        mark.p99.iter_mut().for_each(|one| one.is_of_load = true);
        assert_eq!(Quantity::P99.of(mark), None);
    }
    let knee = found(&all, 200.0);
    assert_eq!((knee.rate.from, knee.rate.to), (Some(4000.0), None));
    // One round that is left of a rate says nothing of it.
    all[4].p99[0].is_of_load = false;
    let knee = found(&all, 200.0);
    assert_eq!((knee.rate.from, knee.rate.to), (Some(4000.0), None));
    let first = &mut all[0];
    first.p99[0].is_of_load = true;
    assert_eq!(first.late(), 1);
    assert!(Quantity::P99.of(first).is_some());
}

#[test]
fn the_limit_is_of_the_lowest_at_the_first_rate() {
    let lines = [
        line("slow", marks(ROUNDS, |_, _| 500)),
        line("quick", marks(ROUNDS, |rate, _| rate / 10)),
        line("none", Vec::new()),
    ];
    let limit = limit(lines.iter(), 1000).expect("there is a p99");
    assert_eq!((limit.nanos, &*limit.row), (200.0, "quick"));
    // One that is slow at every rate is not forgiven.
    let slow = find(&lines[0].marks, &limit, ROUNDS).expect("there is a p99");
    assert_eq!(slow.at_once, ROUNDS);
    assert_eq!(super::limit(lines[2..].iter(), 1000), None);
}

#[test]
fn intervals_without_a_common_rate_are_told_apart() {
    let at = |place: u64| {
        let p99 = move |rate: u64, round: usize| {
            if rate <= place {
                100
            } else {
                390 + 10 * round as u64
            }
        };
        found(&marks(ROUNDS, p99), 200.0)
    };
    assert_eq!(compare(&at(2000), &at(4000)), Some(Ordering::Less));
    assert_eq!(compare(&at(4000), &at(2000)), Some(Ordering::Greater));
    assert_eq!(compare(&at(4000), &at(4000)), Some(Ordering::Equal));
    assert_eq!(compare(&at(4000), &at(16_000)), Some(Ordering::Less));
    assert_eq!(compare(&at(16_000), &at(16_000)), Some(Ordering::Equal));
    assert_eq!(compare(&at(0), &at(2000)), Some(Ordering::Less));
    assert_eq!(compare(&at(0), &at(0)), Some(Ordering::Equal));
}

/// A server's p99 with its knee at that rate, and noise: now and then a round has a stall.
fn noisy(seed: u64, knee: f64) -> Vec<Mark> {
    let random = std::cell::RefCell::new(fastrand::Rng::with_seed(seed));
    marks(ROUNDS, |rate, _| {
        let mut random = random.borrow_mut();
        // The sum of twelve is near to normal, with a standard deviation of 1.
        let normal = (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
        let load = 100.0 * (1.0 + (rate as f64 / knee).powi(3));
        let stall = if random.u8(..10) == 0 { 3.0 } else { 1.0 };
        (load * stall * (0.2 * normal).exp()) as u64
    })
}

#[test]
fn noise_tells_no_equals_apart_and_hides_no_knee() {
    let (mut wrong, mut missed, mut outside) = (0, 0, 0);
    for pair in 0..400 {
        let of = |seed, knee| found(&noisy(seed, knee), 200.0);
        let (first, second) = (of(3 * pair, 5000.0), of(3 * pair + 1, 5000.0));
        wrong += u32::from(compare(&first, &second) != Some(Ordering::Equal));
        let half = of(3 * pair + 2, 2500.0);
        missed += u32::from(compare(&half, &first) != Some(Ordering::Less));
        // Without noise, the straight line between 4,000 and 8,000 meets 200 here.
        let place = between((4000, 151.2), (8000, 509.6), 200.0);
        let interval = first.interval.expect("seven rounds");
        let holds = interval.from.is_none_or(|from| from <= place)
            && interval.to.is_none_or(|to| to >= place);
        outside += u32::from(!holds);
    }
    assert!(wrong <= 20, "{wrong} of 400 equal pairs were told apart");
    assert!(
        outside <= 20,
        "{outside} of 400 intervals leave the knee out"
    );
    assert!(missed <= 200, "{missed} of 400 factors of two were missed");
}
