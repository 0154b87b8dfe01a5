//! Tables at several widths, of mock trials.

use measure::{
    host::Host,
    mock::{Machine, REFERENCE, compare},
    progress::Progress,
    results::{Kind, Noisy, Results},
    source::Source,
};

use super::*;
use crate::notes::not_run;

fn results(name: &'static str) -> ModelResults {
    let machine = Machine {
        name: "none",
        round: 0.1,
        persistence: 0.0,
        reference: 0.1,
        trial: 0.1,
        tail: 0.1,
    };
    let entrants = [("a_long_name", 13.4), (name, 0.04)];
    let mut results = compare(machine, &entrants, 12, 1, &Progress::shown());
    results.job = "a job that takes many words to say, ".repeat(4);
    let why = "1.31 times as slow as most".to_owned();
    results.noisy = (0..7)
        .map(|round| Noisy {
            round,
            why: why.clone(),
        })
        .collect();
    results
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for name in [
        "short",
        "somebody's.program.with.a.name.that.goes.on.and.on",
    ] {
        for width in [40, 60, 80, 120] {
            let text = plain(&results(name), &BTreeMap::new(), width);
            for line in text.lines() {
                assert!(line.chars().count() <= width, "{width}: {line:?}\n{text}");
            }
            assert!(text.contains("2 more"), "{text}");
        }
    }
}

#[test]
fn what_has_no_room_is_named() {
    let results = results("short");
    let wide = plain(&results, &BTreeMap::new(), 80);
    assert!(
        wide.contains("switches") && !wide.contains("no room"),
        "{wide}"
    );
    let narrow = plain(&results, &BTreeMap::new(), 60);
    assert!(
        narrow.contains("no room for switches, memory, CPU in 60"),
        "{narrow}"
    );
    assert!(
        narrow.contains(REFERENCE) && narrow.contains("×floor"),
        "{narrow}"
    );
    let markdown = document(&results, &BTreeMap::new());
    assert!(markdown.contains("switches |"), "{markdown}");
}

#[test]
fn a_peer_in_python_is_shown_with_its_version() {
    let mut results = results("short");
    let versions = BTreeMap::from([("python".to_owned(), "3.14.1".to_owned())]);
    let line = "Python 3.14.1: short\n";
    assert!(!plain(&results, &versions, 80).contains(line));
    let row = results.rows.iter_mut().find(|row| row.name == "short");
    let row = row.expect("it was compared");
    row.kind = Kind::Peer;
    row.source = Some(Source {
        path: "crates/locks/peers/python.py".to_owned(),
        text: String::new(),
        parts: Vec::new(),
        needs: Vec::new(),
    });
    assert!(plain(&results, &versions, 80).contains(line));
    assert!(!plain(&results, &BTreeMap::new(), 80).contains("Python"));
}

/// A comparison of ten models would else say the same ten times.
#[test]
fn what_is_not_installed_is_said_once_for_all_models() {
    let mut model = results("short");
    let why = "needs packages: `compare peers` installs them";
    for row in model.rows.iter_mut().filter(|row| row.name == "short") {
        row.kind = Kind::Peer;
        row.is_not_installed = true;
        row.failures.insert(0, why.to_owned());
    }
    let text = plain(&model, &BTreeMap::new(), 80);
    assert!(
        !text.contains("short") && !text.contains("packages"),
        "{text}"
    );
    let mut other = model.clone();
    other.name = "other".to_owned();
    let results = Results {
        version: 1,
        command: Vec::new(),
        started: 0,
        host: Host::here(None),
        interrupted: false,
        models: vec![model.clone(), other],
    };
    let line = format!("not run ({why}): {}/short, other/short", model.name);
    assert_eq!(not_run(&results).join("\n"), line);
    let page = crate::page::render(&results);
    assert_eq!(page.matches(&line).count(), 1);
    assert_eq!(page.matches(why).count(), 1);
}
