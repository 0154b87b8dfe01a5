//! Pictures of made-up timelines.

use std::collections::BTreeMap;

use measure::results::{Bar, Row};

use super::*;

fn timeline(nanos: u64, lanes: usize, bars: &[(usize, u64, u64, &str)]) -> Timeline {
    let bar = |(lane, start, end, note): &(usize, u64, u64, &str)| Bar {
        lane: *lane,
        task: "t".to_owned(),
        start: *start,
        end: *end,
        note: (!note.is_empty()).then(|| note.to_string()),
    };
    Timeline {
        nanos,
        lanes: (0..lanes).map(|lane| format!("worker {lane}")).collect(),
        bars: bars.iter().map(bar).collect(),
        left_out: 0,
    }
}

fn model(timelines: Vec<(&str, Timeline)>) -> ModelResults {
    let row = |(name, timeline): (&str, Timeline)| Row {
        name: name.to_owned(),
        kind: Kind::Variant,
        about: String::new(),
        runtime: String::new(),
        legacy: false,
        another_job: None,
        is_not_installed: false,
        samples: Vec::new(),
        failures: BTreeMap::new(),
        last_words: BTreeMap::new(),
        deviations: BTreeMap::new(),
        summary: None,
        source: None,
        pairs: Vec::new(),
        timeline: Some(timeline),
        survey: Vec::new(),
    };
    ModelResults {
        name: "model".to_owned(),
        about: String::new(),
        job: String::new(),
        args: Vec::new(),
        reference: "a".to_owned(),
        pair: None,
        rounds: 0,
        trials: 1,
        noise: Vec::new(),
        noisy: Vec::new(),
        seed: 1,
        floors: Vec::new(),
        resolution: None,
        rows: timelines.into_iter().map(row).collect(),
        ties: Vec::new(),
        item: None,
        decided: None,
    }
}

/// The picture without what stands around it: 40 columns of 1 µs.
fn picture(characters: &'static Characters, timelines: Vec<(&str, Timeline)>) -> String {
    let width = 40 + LABEL + 2;
    let text = render(&model(timelines), Look { width, characters });
    for line in text.lines() {
        assert!(line.chars().count() <= width, "{line}");
    }
    let rows = text.lines().skip_while(|line| !line.is_empty()).skip(2);
    rows.collect::<Vec<_>>().join("\n")
}

fn assert_shows(picture: &str, expected: &[&str]) {
    let lines: Vec<&str> = picture.lines().take(expected.len()).collect();
    assert_eq!(lines, expected, "\n{picture}");
}

#[test]
fn a_permit_makes_a_staircase() {
    let staircase = timeline(
        40_000,
        2,
        &[
            (0, 0, 10_000, ""),
            (0, 10_000, 20_000, ""),
            (1, 5_000, 15_000, ""),
            (1, 20_000, 30_500, ""),
        ],
    );
    let expected = [
        "a: 40.0 µs",
        "      worker 0 ██████████▐█████████                    │",
        "      worker 1      ██████████     ██████████▄         │",
    ];
    assert_shows(&picture(&BLOCKS, vec![("a", staircase.clone())]), &expected);
    let expected = [
        "a: 40.0 us",
        "      worker 0 ##########|#########                    <",
        "      worker 1      ##########     ##########-         <",
    ];
    let picture = picture(&ASCII, vec![("a", staircase)]);
    assert_shows(&picture, &expected);
    assert!(picture.is_ascii(), "{picture}");
}

#[test]
fn all_share_one_axis() {
    let bars = [(0, 0, 10_000, "")];
    let (short, long) = (timeline(10_000, 1, &bars), timeline(40_000, 1, &bars));
    let expected = [
        "a: 10.0 µs",
        "      worker 0 ██████████│",
        "",
        "b: 40.0 µs",
        "      worker 0 ██████████                              │",
    ];
    assert_shows(
        &picture(&BLOCKS, vec![("a", short), ("b", long)]),
        &expected,
    );
}

#[test]
fn many_lanes_share_rows() {
    // Half of the lanes work in the first half of the time, the rest in the second.
    let bars: Vec<_> = (0..24)
        .map(|lane| match lane {
            lane if lane < 11 => (lane, 0, 20_000, ""),
            lane => (lane, 20_000, 40_000, ""),
        })
        .collect();
    let picture = picture(&BLOCKS, vec![("a", timeline(40_000, 24, &bars))]);
    let first = format!("       2 lanes {}{}│", "█".repeat(20), " ".repeat(20));
    let shared = format!("       2 lanes {}│", "▄".repeat(40));
    let lines: Vec<&str> = picture.lines().collect();
    assert_eq!(lines[0], "a: 40.0 µs, 24 lanes, 2 a row");
    assert_eq!((lines[1], lines[6]), (&*first, &*shared), "\n{picture}");
    assert_eq!(lines[13], "", "\n{picture}");
}

#[test]
fn what_was_out_of_the_ordinary_has_a_mark_and_a_line() {
    let bars = [
        (0, 0, 3_000, "given up by the client"),
        (1, 0, 3_000, "unfinished\u{1b}[2J"),
        (1, 10_000, 10_000, "unfinished\u{1b}[2J"),
    ];
    let picture = picture(&BLOCKS, vec![("a", timeline(40_000, 2, &bars))]);
    let expected = [
        "a: 40.0 µs",
        "      worker 0 ×××                                     │",
        "      worker 1 ○○○       ○                             │",
    ];
    assert_shows(&picture, &expected);
    let legend: Vec<&str> = picture.lines().rev().take(2).collect();
    assert_eq!(
        legend,
        ["○ unfinished\\u{1b}[2J", "× given up by the client"]
    );
}

#[test]
fn a_cut_in_a_crowd_is_seen() {
    let mut bars: Vec<_> = (0..24).map(|lane| (lane, 0, 40_000, "")).collect();
    bars.insert(1, (0, 0, 9_500, "cut"));
    let picture = picture(&BLOCKS, vec![("a", timeline(40_000, 24, &bars))]);
    let row = picture.lines().nth(1).expect("a row");
    assert_eq!(row.matches('×').count(), 1, "\n{picture}");
}

#[test]
fn work_after_the_end_is_drawn_and_nonsense_is_counted() {
    let bars = [(0, 0, 40_000, ""), (0, u64::MAX - 1, u64::MAX, "")];
    let picture = picture(&BLOCKS, vec![("a", timeline(20_000, 1, &bars))]);
    let expected = [
        "a: 20.0 µs, 1 piece of work beyond the axis",
        &*format!("      worker 0 {}", "█".repeat(40)),
    ];
    assert_shows(&picture, &expected);
}

#[test]
fn who_told_nothing_is_named() {
    assert_eq!(
        render(
            &model(Vec::new()),
            Look {
                width: 80,
                characters: &ASCII
            }
        ),
        "model: no timelines: nobody who saw this work told when it was done\n"
    );
}

#[test]
fn one_that_takes_far_longer_goes_on() {
    let short = timeline(40_000, 1, &[(0, 0, 40_000, "")]);
    let long = timeline(900_000, 1, &[(0, 0, 20_000, ""), (0, 500_000, 900_000, "")]);
    let picture = picture(
        &BLOCKS,
        vec![("a", short.clone()), ("b", short), ("c", long)],
    );
    let lines: Vec<&str> = picture.lines().skip(6).collect();
    let row = format!("      worker 0 {}{}›", "█".repeat(20), " ".repeat(20));
    assert_eq!(
        lines[..2],
        ["c: 900 µs, of which the axis has the start", &row]
    );
    assert!(lines[5].starts_with('›'), "\n{picture}");
}
