//! Charts of a made-up sweep.

use measure::{
    host::Host,
    results::Kind,
    statistics::Estimate,
    sweep::{
        knee::Range,
        results::{End, Mark, P99},
    },
};

use super::*;

fn sweep(names: &[&str]) -> Sweep {
    let estimate = |median: f64| Estimate {
        median,
        interval: Some((median * 0.9, median * 1.1)),
    };
    let mark = |value: u64| Mark {
        value,
        time: estimate(value as f64 * 100.0),
        cpu: estimate(value as f64 * 200.0),
        memory: None,
        p99: Vec::new(),
    };
    let line = |name: &&str| Line {
        name: (*name).to_owned(),
        kind: Kind::Variant,
        legacy: false,
        is_not_installed: false,
        marks: vec![mark(10), mark(100)],
        end: Some(End {
            value: 1000,
            why: "no <more> descriptors".to_owned(),
        }),
        time: None,
        cpu: None,
        memory: None,
        to_one_core: Vec::new(),
        knee: None,
    };
    let point = |value| measure::sweep::results::Point {
        value,
        results: serde_json::from_value(serde_json::json!({
            "name": "locks", "about": "", "job": "", "args": [], "reference": "",
            "rounds": 5, "seed": 1, "floors": [], "resolution": null, "rows": [],
            "ties": [],
        }))
        .expect("results of a model"),
        ended: Vec::new(),
    };
    Sweep {
        version: 1,
        command: Vec::new(),
        started: 0,
        host: Host::here([]),
        interrupted: false,
        model: "locks".to_owned(),
        about: String::new(),
        field: "increments".to_owned(),
        args: Vec::new(),
        latency: None,
        limit: None,
        points: [10, 100, 1000].map(point).to_vec(),
        lines: names.iter().map(line).collect(),
        bounds: Vec::new(),
        crossings: Vec::new(),
    }
}

#[test]
fn size_zero_stands_at_the_left_end() {
    let mut sweep = sweep(&["tokio"]);
    sweep.points[0].value = 0;
    sweep.lines[0].marks[0].value = 0;
    let chart = render(&sweep, Quantity::Time).expect("a chart");
    assert!(!chart.contains("NaN") && !chart.contains("inf"), "{chart}");
    let zero = format!("x=\"{LEFT:.1}\" y=\"{:.1}\">0</text>", BOTTOM + 16.0);
    assert!(chart.contains(&zero), "{chart}");
    assert!(chart.contains(&format!("M{LEFT:.1} ")), "{chart}");
}

#[test]
fn every_line_has_marks_whiskers_and_its_end() {
    let chart = render(&sweep(&["tokio", "smol"]), Quantity::Time).expect("a chart");
    assert_eq!(chart.matches("class=\"whisker\"").count(), 4);
    assert_eq!(chart.matches("class=\"end\"").count(), 2);
    assert!(chart.contains("× smol ends at increments 1,000"), "{chart}");
    assert!(!chart.contains("NaN") && !chart.contains("inf"), "{chart}");
}

#[test]
fn names_and_reasons_are_text() {
    let chart = render(&sweep(&["<script>"]), Quantity::Time).expect("a chart");
    assert!(!chart.contains("<script"), "{chart}");
    assert!(!chart.contains("<more>"), "{chart}");
    let page = crate::sweep::page::render(&sweep(&["<script>alert('&')</script>"]));
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("&lt;script&gt;"), "{page}");
    assert!(!page.contains("://"), "{page}");
}

#[test]
fn what_nobody_told_has_no_chart() {
    assert!(render(&sweep(&["tokio"]), Quantity::Memory).is_none());
    assert!(render(&sweep(&[]), Quantity::Time).is_none());
}

#[test]
fn lines_differ_by_more_than_colour() {
    let names: Vec<String> = (0..12).map(|index| format!("v{index}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let looks = (0..names.len()).map(|index| {
        let marker = marker(index, 0.0, 0.0, "");
        (marker, DASHES[index % DASHES.len()])
    });
    let looks: std::collections::BTreeSet<_> = looks.collect();
    assert_eq!(looks.len(), 12);
}

/// A knee at 30 with an interval that is open above, one that nobody reached, and a mark
/// whose p99 is the load's.
fn at_a_rate() -> Sweep {
    let mut sweep = sweep(&["tokio", "<b>", "late"]);
    sweep.field = "rate".to_owned();
    sweep.latency = Some(measure::latency::Meaning::Response);
    sweep.limit = Some(Limit {
        nanos: 2e5,
        row: "tokio".to_owned(),
        rate: 10,
    });
    let range = |from, to| Range { from, to };
    let knees = [
        (range(Some(30.5), Some(30.5)), range(Some(20.5), None)),
        (range(Some(100.0), None), range(Some(100.0), None)),
        (range(None, Some(10.0)), range(None, Some(10.0))),
    ];
    for (line, (rate, interval)) in sweep.lines.iter_mut().zip(knees) {
        line.knee = Some(Knee {
            rate,
            interval: Some(interval),
            rounds: 7,
            at_once: 0,
            never: 2,
        });
        line.end = None;
        let is_late = line.name == "late";
        for mark in &mut line.marks {
            let one = |round| P99 {
                round,
                nanos: mark.value * 10_000,
                is_of_load: is_late && mark.value > 10,
            };
            mark.p99 = (0..7).map(one).collect();
        }
    }
    sweep
}

#[test]
fn a_knee_has_a_ring_on_the_limit_where_it_has_a_place() {
    let sweep = at_a_rate();
    let chart = render(&sweep, Quantity::P99).expect("a chart");
    assert_eq!(chart.matches("class=\"limit\"").count(), 1);
    assert!(chart.contains("limit 200 µs"), "{chart}");
    assert_eq!(chart.matches("class=\"knee\"").count(), 1, "{chart}");
    assert!(chart.contains("from 21 on, open above"), "{chart}");
    assert!(!chart.contains("<b>"), "{chart}");
    assert!(!chart.contains("NaN") && !chart.contains("inf"), "{chart}");
    // One mark of the last line is not the server's.
    assert_eq!(chart.matches(" at 100: ").count(), 2, "{chart}");
    let time = render(&sweep, Quantity::Time).expect("a chart");
    assert!(!time.contains("class=\"limit\"") && !time.contains("class=\"knee\""));
}

#[test]
fn every_form_has_the_knees() {
    let sweep = at_a_rate();
    let page = crate::sweep::page::render(&sweep);
    assert_eq!(page.matches("<svg").count(), 3);
    assert!(page.contains("<td>late</td>"), "{page}");
    let text = crate::sweep::table::render(&sweep, crate::table::Style::Terminal);
    for words in [
        "knee\n",
        "  31\n",
        "> 100\n",
        "< 10\n",
        "the limit is 200 µs",
        "at 100 the load was late",
        "in 7 of 7",
    ] {
        assert!(text.contains(words), "no {words:?} in: {text}");
    }
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    let csv = crate::sweep::forms::csv(&sweep);
    let columns: Vec<_> = csv.lines().map(|line| line.split(',').count()).collect();
    assert!(columns.iter().all(|count| *count == 22), "{csv}");
    assert!(csv.contains(",0,200000,30,30,20,,"), "{csv}");
    assert!(csv.contains(",7,200000,,10,,10,"), "{csv}");
}

#[test]
fn where_the_load_was_late_from_the_first_rate_on_nothing_is_claimed() {
    let mut sweep = at_a_rate();
    sweep.limit = None;
    for line in &mut sweep.lines {
        line.knee = None;
        for one in line.marks.iter_mut().flat_map(|mark| &mut mark.p99) {
            one.is_of_load = true;
        }
    }
    assert!(render(&sweep, Quantity::P99).is_none());
    let text = crate::sweep::table::render(&sweep, crate::table::Style::Terminal);
    assert!(
        text.contains("the load was late at 10 in every row"),
        "{text}"
    );
    assert!(!text.contains("items or more"), "{text}");
}

#[test]
fn no_line_is_drawn_across_what_is_of_the_load() {
    let mut sweep = at_a_rate();
    sweep.lines.truncate(1);
    let mut third = sweep.lines[0].marks[1].clone();
    third.value = 1000;
    sweep.lines[0].marks.push(third);
    let line = |sweep: &Sweep| {
        let chart = render(sweep, Quantity::P99).expect("a chart");
        let begin = "colour-0\">\n<path d=\"";
        let at = chart.find(begin).expect("a line") + begin.len();
        let end = chart[at..].find('"').expect("its end");
        chart[at..at + end].to_owned()
    };
    assert_eq!(line(&sweep).matches('M').count(), 1);
    let late = &mut sweep.lines[0].marks[1].p99;
    late.iter_mut().for_each(|one| one.is_of_load = true);
    assert_eq!(line(&sweep).matches('M').count(), 2);
}
