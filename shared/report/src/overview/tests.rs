//! Overviews of made-up results.

use measure::{
    host::Host,
    mock::{Machine, REFERENCE, compare},
    progress::Progress,
    results::{self, Deviated},
};

use super::*;

/// One model: a reference on `std`, and rows of several runtimes.
pub(crate) fn results() -> Results {
    let entrants = [
        ("std_atomic", 0.2),
        ("tokio", 1.5),
        ("tokio_block_on", 1.5),
        ("smol", 1.0),
        ("async_std", 0.8),
        ("python", 20.0),
    ];
    let mut model = compare(Machine::QUIET, &entrants, 12, 1, &Progress::shown());
    for row in &mut model.rows {
        row.legacy = row.name == "async_std";
        if row.name == REFERENCE {
            row.runtime = "std".to_owned();
        }
    }
    Results {
        version: results::VERSION,
        command: Vec::new(),
        started: 0,
        host: Host::here([]),
        interrupted: false,
        models: vec![model],
    }
}

#[test]
fn a_runtime_has_one_column_with_its_plain_and_its_best_row() {
    let overview = Overview::of(&results()).expect("there are rounds");
    let names: Vec<&str> = overview.columns.iter().map(|one| &*one.runtime).collect();
    assert_eq!(names, ["std", "tokio", "smol", "python", "async_std"]);
    assert_eq!(overview.columns[0].title(), "threads");
    let line = &overview.lines[0];
    let marks: Vec<Mark> = line.plain.iter().flatten().map(|cell| cell.mark).collect();
    use Mark::{Faster, Reference, Slower, Tie};
    assert_eq!(marks, [Reference, Slower, Tie, Slower, Faster]);
    let best: Vec<Option<&str>> = line
        .best
        .iter()
        .map(|cell| cell.as_ref().map(|cell| &*cell.row))
        .collect();
    // None of two that tie is the best.
    assert_eq!(best, [Some("std_atomic"), None, None, None, None]);
}

/// It has its character and its words, and it is not the best of its runtime.
#[test]
fn a_row_of_another_job_is_marked_and_is_no_best_one() {
    let mut results = results();
    for row in &mut results.models[0].rows {
        if ["std_atomic", "smol"].contains(&&*row.name) {
            row.another_job = Some("no shared counter".to_owned());
        }
    }
    let overview = Overview::of(&results).expect("there are rounds");
    assert_eq!(overview.lines[0].best[0], None);
    let smol = overview.lines[0].plain[2].as_ref().expect("a row");
    assert_eq!(smol.words(), "1.00=~");
    assert!(smol.title().ends_with("another job: no shared counter"));
    let legend = "~ another job: mock smol (no shared counter).";
    assert!(text(&overview, 80, false).contains(legend));
    assert!(picture(&overview).contains(legend));
    assert!(markup(&overview).into_string().contains(legend));
    // A row that does the job is the plain one, whatever the order is.
    let rows = &mut results.models[0].rows;
    let tokio = rows.iter_mut().find(|row| row.name == "tokio");
    tokio.expect("a row").another_job = Some("nothing".to_owned());
    let overview = Overview::of(&results).expect("there are rounds");
    let plain = overview.lines[0].plain[1].as_ref().expect("a row");
    assert_eq!(plain.row, "tokio_block_on");
}

/// What is kept of a comparison has the same overview.
#[test]
fn kept_results_have_the_same_overview() {
    let results = results();
    let kept = Kept::of_model(&results, &results.models[0]);
    let words = |overview: Option<Overview>| {
        let overview = overview.expect("there are rounds");
        text(&overview, 80, false)
    };
    assert_eq!(
        words(Overview::of_kept(std::iter::once(&kept))),
        words(Overview::of(&results))
    );
}

#[test]
fn what_has_no_figure_has_a_sign() {
    let mut results = results();
    for row in &mut results.models[0].rows {
        match &*row.name {
            "tokio" => row.summary = None,
            "python" => {
                row.summary = None;
                row.is_not_installed = true;
            }
            "smol" => {
                let deviated = Deviated {
                    why: "seen".to_owned(),
                    reason: "known".to_owned(),
                };
                row.deviations.insert("a_case".to_owned(), deviated);
            }
            _ => {}
        }
    }
    let overview = Overview::of(&results).expect("there are rounds");
    let words: Vec<String> = overview.lines[0]
        .plain
        .iter()
        .flatten()
        .map(Cell::words)
        .collect();
    assert_eq!(words[1], "!");
    assert!(words[2].ends_with("=*"), "{words:?}");
    assert_eq!(words[3], "n/a");
    let text = text(&overview, 80, false);
    for meaning in ["! failed", "n/a not installed", "* deviates"] {
        assert!(text.contains(meaning), "no {meaning:?}: {text}");
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let mut results = results();
    results.models[0].name = "error-handling".to_owned();
    let overview = Overview::of(&results).expect("there are rounds");
    for width in [40, 60, 80, 120] {
        let text = text(&overview, width, false);
        for line in text.lines() {
            assert!(line.chars().count() <= width, "{width}: {line:?}\n{text}");
        }
        // It is folded, so every column has room.
        let (tables, _) = text.split_once("\n\nA number is").expect("a legend");
        for title in ["threads", "tokio", "smol", "python", "async_std"] {
            assert_eq!(
                tables.matches(&format!(" {title}")).count(),
                1,
                "{width}: {text}"
            );
        }
        let tables = text.matches("\nerror-handling").count();
        assert_eq!(tables, 1 + usize::from(width < 50), "{width}: {text}");
    }
    // Of a group that has no room alone, something is left out and named.
    assert!(text(&overview, 24, false).contains("No room for smol in"));
}

#[test]
fn groups_stand_in_order_and_the_discontinued_last() {
    let overview = Overview::of(&results()).expect("there are rounds");
    use Group::{Legacy, Outside, Tasks, Threads};
    let groups = [
        (Threads, 0..1),
        (Tasks, 1..3),
        (Outside, 3..4),
        (Legacy, 4..5),
    ];
    assert_eq!(overview.groups(), groups);
    let page = markup(&overview).into_string();
    let head =
        "<th scope=\"colgroup\" colspan=\"2\" data-group=\"in tasks\">in tasks</th>";
    assert!(page.contains(head), "{page}");
    assert_eq!(
        page.matches("<td data-in=\"in tasks\"").count(),
        2,
        "{page}"
    );
}

#[test]
fn colour_is_added_to_the_characters_and_replaces_none() {
    let overview = Overview::of(&results()).expect("there are rounds");
    let (plain, coloured) = (text(&overview, 80, false), text(&overview, 80, true));
    assert!(!plain.contains('\u{1b}') && coloured.contains("\u{1b}["));
    let mut bare = String::new();
    let mut parts = coloured.split('\u{1b}');
    bare.extend(parts.next());
    for part in parts {
        bare.extend(part.split_once('m').map(|(_, rest)| rest));
    }
    let words = |text: &str| {
        let words = text.split_whitespace().map(str::to_owned);
        words.collect::<Vec<_>>()
    };
    assert_eq!(words(&bare), words(&plain));
}

/// The machine, the load and each model's sizes stand beside the figures.
#[test]
fn what_it_was_made_with_is_said() {
    let mut results = results();
    results.host.cores = 2;
    results.host.processor = "Made-up".to_owned();
    results.host.load = 0.5;
    results.models[0].job = "4 workers".to_owned();
    let made = "2 cores of Made-up, load 0.50 when it began. mock: 4 workers.";
    let overview = Overview::of(&results).expect("there are rounds");
    for form in [picture(&overview), document(&overview)] {
        assert!(form.contains(made), "{form}");
    }
    // In a terminal the sizes stand with the findings above.
    let text = text(&overview, 80, false);
    let made = "2 cores of Made-up, load 0.50 when it began; sizes: above, behind each \
                model's name.";
    assert!(text.replace("\n  ", " ").contains(made), "{text}");
}

#[test]
fn a_document_has_every_cell_and_the_name_of_the_best_row() {
    let mut results = results();
    results.models[0].rows[1].another_job = Some("a|b".to_owned());
    let overview = Overview::of(&results).expect("there are rounds");
    let document = document(&overview);
    let lines: Vec<&str> = document.lines().collect();
    assert!(lines[0].contains("async_std (legacy)"), "{document}");
    assert!(lines[1].starts_with("|-"), "{document}");
    assert!(lines[2].contains("ref, 0.20+ std_atomic"), "{document}");
    // Every line of a table has as many cells.
    let pipes = |line: &str| line.replace("\\|", "").matches('|').count();
    assert_eq!(pipes(lines[0]), pipes(lines[2]), "{document}");
}

#[test]
fn nothing_measured_has_no_overview() {
    let mut results = results();
    results.models[0].rounds = 0;
    assert_eq!(Overview::of(&results), None);
}

#[test]
fn the_picture_has_every_cell_and_is_well_formed() {
    let overview = Overview::of(&results()).expect("there are rounds");
    let picture = picture(&overview);
    for cell in overview.lines[0].plain.iter().flatten() {
        assert!(picture.contains(&cell.words()), "{picture}");
    }
    assert_eq!(
        picture.matches("<text").count(),
        picture.matches("</text>").count()
    );
}
