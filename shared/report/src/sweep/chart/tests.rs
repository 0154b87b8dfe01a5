//! Charts of a made-up sweep.

use measure::{
    host::Host,
    results::Kind,
    statistics::Estimate,
    sweep::results::{End, Mark},
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
        host: Host::here(None),
        interrupted: false,
        model: "locks".to_owned(),
        about: String::new(),
        field: "increments".to_owned(),
        args: Vec::new(),
        points: [10, 100, 1000].map(point).to_vec(),
        lines: names.iter().map(line).collect(),
        bounds: Vec::new(),
        crossings: Vec::new(),
    }
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
