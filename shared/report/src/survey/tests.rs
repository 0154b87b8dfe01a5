//! Surveys of made-up rows.

use measure::{
    mock::{Machine, REFERENCE, compare},
    progress::Progress,
    source::{Pair, Source},
};

use super::*;

fn results() -> ModelResults {
    let one = |item: &str, bites: bool, figure: &str| Surveyed {
        item: item.to_owned(),
        harm: "% lost".to_owned(),
        spared: None,
        bites,
        attempts: Some(14),
        why: (!bites).then(|| "it reads all or nothing".to_owned()),
        failing: Some(figure.to_owned()),
        cost: "ms".to_owned(),
        cure: Some("1.25".to_owned()),
    };
    let spared = |item: &str| Surveyed {
        spared: Some("it has none".to_owned()),
        failing: None,
        cure: None,
        bites: false,
        ..one(item, false, "")
    };
    let mut results =
        compare(Machine::EXACT, &[("tokio", 1.0)], 6, 1, &Progress::shown());
    for row in &mut results.rows {
        row.survey = match &*row.name {
            REFERENCE => vec![spared("futurelock"), one("lost-update", true, "45")],
            "tokio" => {
                vec![
                    one("futurelock", true, "yes"),
                    one("lost-update", false, "no"),
                ]
            }
            _ => Vec::new(),
        };
    }
    results
}

#[test]
fn parts_are_down_and_rows_across() {
    let text = text(&results(), 80).expect("a survey");
    let lines: Vec<Vec<&str>> = text
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(lines[0], [REFERENCE, "tokio"]);
    assert_eq!(lines[1], ["futurelock,", "%", "lost", "-", "yes"]);
    assert_eq!(lines[2], ["cured,", "ms", "-", "1.25"]);
    assert_eq!(lines[3], ["lost-update,", "%", "lost", "45", "no"]);
    assert!(text.contains("- not tried: it does not apply"), "{text}");
    let no =
        "no: lost-update on tokio, not seen in 14 attempts: it reads all or nothing.";
    assert_eq!(text.replace("\n  ", " ").matches(no).count(), 1, "{text}");
}

/// Names that have no room in one line have two, and a row that has none then is named below.
#[test]
fn no_row_is_cut_off_in_silence() {
    let mut results = results();
    results.rows.retain(|row| !row.survey.is_empty());
    for (row, name) in results.rows.iter_mut().zip(["of_threads", "of_promises"]) {
        row.name = name.to_owned();
    }
    let shown = |width| {
        let text = text(&results, width).expect("a survey");
        let is_within = text.lines().all(|line| line.chars().count() <= width);
        assert!(is_within, "{width}: {text}");
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut lines = text.lines().map(words);
        let head = [lines.next(), lines.next()].map(Option::unwrap_or_default);
        let no_room = "columns have no room for of_promises; the report has all.";
        (head, text.replace("\n  ", " ").contains(no_room))
    };
    let (head, is_left_out) = shown(45);
    assert_eq!(head[0], "of_threads of_promises");
    assert!(!is_left_out);
    let (head, is_left_out) = shown(40);
    assert_eq!(head, ["of_ of_", "threads promises"]);
    assert!(!is_left_out);
    let (head, is_left_out) = shown(30);
    assert_eq!(head[0], "of_threads");
    assert!(is_left_out);
}

#[test]
fn what_bites_is_counted_of_what_concerns_the_row() {
    let results = results();
    let counts: Vec<(&str, usize, usize)> = counts(&results)
        .into_iter()
        .map(|count| (count.row, count.bites, count.of))
        .collect();
    assert_eq!(counts, [(REFERENCE, 1, 1), ("tokio", 1, 2)]);
}

#[test]
fn without_a_survey_there_is_no_table() {
    let mut results = results();
    for row in &mut results.rows {
        row.survey.clear();
    }
    assert!(text(&results, 80).is_none() && markup(&results).is_none());
}

#[test]
fn what_a_survey_says_is_text_in_the_page() {
    let mut results = results();
    results.rows[0].survey[0].item = "<script>".to_owned();
    let page = markup(&results).expect("a survey").into_string();
    assert!(
        !page.contains("<script>") && page.contains("&lt;script&gt;"),
        "{page}"
    );
}

/// A part is called `lost-update`, and its pair by its folder, `lost_update`.
#[test]
fn a_cell_leads_to_its_pair() {
    let mut results = results();
    let source = |path: &str| Source {
        path: path.to_owned(),
        text: String::new(),
        parts: Vec::new(),
        needs: Vec::new(),
    };
    for row in &mut results.rows {
        row.pairs = vec![Pair {
            name: "lost_update".to_owned(),
            failing: source("failing.rs"),
            cure: source("cure.rs"),
        }];
    }
    let page = markup(&results).expect("a survey").into_string();
    assert_eq!(
        page.matches("href=\"#mock:lost_update%2F").count(),
        2,
        "{page}"
    );
    let title = "title=\"not seen in 14 attempts: it reads all or nothing\"";
    assert_eq!(page.matches(title).count(), 1, "{page}");
}

/// A peer's pieces are in one file: its cells lead there, or they are plain text.
#[test]
fn a_cell_of_a_row_without_pairs_leads_to_its_source_if_it_has_one() {
    let mut results = results();
    let page = |results: &ModelResults| {
        let page = markup(results).expect("a survey").into_string();
        page.matches("href=").count()
    };
    assert_eq!(page(&results), 0);
    for row in &mut results.rows {
        row.source = Some(Source {
            path: "python.py".to_owned(),
            text: String::new(),
            parts: Vec::new(),
            needs: Vec::new(),
        });
    }
    // One of the reference's, which the other spares, and two of tokio's.
    assert_eq!(page(&results), 3);
    let page = markup(&results).expect("a survey").into_string();
    assert!(page.contains("href=\"#mock:reference..tokio\""), "{page}");
}
