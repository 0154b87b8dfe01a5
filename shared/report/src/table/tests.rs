//! Tables at several widths, of mock trials and of figures that were written down.

use measure::{
    host::Host,
    mock::{Machine, REFERENCE, compare},
    progress::Progress,
    results::{Kind, Noisy, Results, Row},
    source::Source,
    statistics::{Estimate, Verdict},
};
use test_fixtures::Floor;

use super::*;
use crate::notes::not_run;

fn results(name: &'static str) -> ModelResults {
    let machine = Machine {
        round: 0.1,
        reference: 0.1,
        trial: 0.1,
        tail: 0.1,
        ..Machine::EXACT
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

/// Six rounds of a reference that takes 100 ms, a floor of 50 ms, and rows of these
/// ratios with their intervals. Their verdicts are those of a resolution of 1.03.
fn made_up(rows: &[(&'static str, [f64; 3])]) -> ModelResults {
    let entrants: Vec<_> = rows.iter().map(|(name, _)| (*name, 1.0)).collect();
    let mut results = compare(Machine::EXACT, &entrants, 6, 1, &Progress::shown());
    results.resolution = Some(1.03);
    results.ties.clear();
    results.floors = vec![floor(50.0); 6];
    for row in &mut results.rows {
        let of_row = rows.iter().find(|(name, _)| *name == row.name);
        let ratio = of_row.map_or([1.0; 3], |(_, ratio)| *ratio);
        let summary = row.summary.as_mut().expect("it was measured");
        let [median, low, high] = ratio;
        summary.time.median = median * 1e8;
        summary.to_floor = Some(Estimate {
            median: 2.0 * median,
            interval: None,
        });
        summary.memory = Some(12e6);
        if row.name != REFERENCE {
            let ratio = Estimate {
                median,
                interval: Some((low, high)),
            };
            summary.to_reference = Some(ratio);
            let verdict = measure::statistics::verdict(&ratio, Some(1.03));
            summary.verdict = Some(verdict);
        }
    }
    results
}

fn floor(millis: f64) -> Floor {
    let time = std::time::Duration::from_secs_f64(millis / 1e3);
    Floor::new(time, "made up")
}

fn row<'a>(results: &'a mut ModelResults, name: &str) -> &'a mut Row {
    let row = results.rows.iter_mut().find(|row| row.name == name);
    row.expect("it was compared")
}

fn shown(results: &ModelResults) -> String {
    plain(results, &BTreeMap::new(), 80)
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
fn each_title_heads_one_column_and_no_cell_has_two_figures() {
    let mut results = made_up(&[("slow", [1.2, 1.1, 1.3]), ("near", [0.98, 0.96, 0.99])]);
    results.ties = vec![(REFERENCE.to_owned(), "near".to_owned())];
    let wide = "\
                        ×         × 95 % interval
                   time floor reference from   to        ties     CPU  memory switches
reference        100 ms  2.00         1                     a 0.00 ns 12.0 MB        0
reference again  100 ms  2.00      1.00 1.00 1.00    tie      0.00 ns 12.0 MB        0
near            98.0 ms  1.96      0.98 0.96 0.99    tie    a 0.00 ns 12.0 MB        0
slow             120 ms  2.40      1.20 1.10 1.30 slower      0.00 ns 12.0 MB        0
";
    let text = plain(&results, &BTreeMap::new(), 100);
    assert!(text.contains(wide), "{text}");
    let narrow = "\
                                × 95 % interval
                   time reference from   to            CPU
reference        100 ms         1                  0.00 ns
";
    let text = plain(&results, &BTreeMap::new(), 60);
    assert!(text.contains(narrow), "{text}");
    let markdown = document(&results, &BTreeMap::new());
    let table: Vec<&str> = markdown.lines().filter(|l| l.starts_with('|')).collect();
    let titles: Vec<&str> = table[0].split('|').map(str::trim).collect();
    let [from, to] = ["95 % interval from", "95 % interval to"];
    assert_eq!(
        titles[2..8],
        ["time", "× floor", "× reference", from, to, "verdict"]
    );
    assert!(!table.concat().contains('–'), "{markdown}");
}

#[test]
fn what_a_job_is_run_for_has_a_column() {
    let mut results = made_up(&[("slow", [1.2, 1.1, 1.3])]);
    for row in &mut results.rows {
        for (round, sample) in row.samples.iter_mut().enumerate() {
            let facts = test_fixtures::Facts::new().number("p50 ms", 1.0);
            let cost = if row.name == "slow" { 99.95 } else { 4.0 };
            let facts = match (&*row.name, round) {
                // A figure of some rounds alone is none.
                ("reference", 0) => facts,
                _ => facts.column("idle KiB each", cost + round as f64),
            };
            sample.facts = std::sync::Arc::new(facts);
        }
    }
    let markdown = document(&results, &BTreeMap::new());
    let table: Vec<&str> = markdown.lines().filter(|l| l.starts_with('|')).collect();
    let last = |line: &str| {
        let cells: Vec<_> = line.trim_end_matches('|').split('|').collect();
        cells.last().map(|cell| cell.trim().to_owned())
    };
    assert_eq!(
        last(table[0]).as_deref(),
        Some("idle KiB each"),
        "{markdown}"
    );
    let cells: Vec<_> = table[2..].iter().filter_map(|line| last(line)).collect();
    assert_eq!(cells, ["", "6.50", "102"], "{markdown}");
    let text = plain(&results, &BTreeMap::new(), 80);
    let titles: Vec<&str> = text.lines().filter(|line| line.ends_with("each")).collect();
    assert_eq!(titles.len(), 1, "{text}");
    assert!(
        text.lines().any(|line| line.ends_with("idle KiB")),
        "{text}"
    );
    let legend = legend(&[results], Style::Markdown);
    assert!(
        legend.contains("idle KiB each: medians of what the check saw"),
        "{legend}"
    );
}

#[test]
fn a_tie_that_leaves_out_1_says_why() {
    let results = made_up(&[
        ("near", [0.98, 0.96, 0.99]),
        ("far", [0.90, 0.85, 0.95]),
        ("wide", [1.2, 0.9, 1.4]),
        ("at_1", [1.01, 1.001, 1.02]),
    ]);
    let text = shown(&results);
    assert!(
        text.contains("6 rounds; up to 3.0 % is noise: reference differs from itself by"),
        "{text}"
    );
    let line = "a tie although the interval leaves out 1, since 3.0 % is noise: near\n";
    assert!(text.contains(line), "{text}");
    let without = made_up(&[("wide", [1.2, 0.9, 1.4])]);
    assert!(!shown(&without).contains("although"));
}

#[test]
fn ties_are_letters_however_many_there_are() {
    let names: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let rows = names.map(|name| (name, [1.0, 0.9, 1.1]));
    let mut all = made_up(&rows);
    let pairs = names.iter().enumerate().flat_map(|(at, first)| {
        let others = names[at + 1..].iter();
        others.map(move |second| ((*first).to_owned(), (*second).to_owned()))
    });
    all.ties = pairs.collect();
    let text = shown(&all);
    assert!(text.contains(" ties "), "{text}");
    assert!(!text.lines().any(|line| line.starts_with("ties")), "{text}");
    let none = made_up(&rows);
    assert!(!shown(&none).contains(" ties "), "{}", shown(&none));
}

#[test]
fn too_few_rounds_leave_no_empty_columns() {
    let mut results = made_up(&[("a", [1.2, 1.1, 1.3])]);
    results.rounds = 2;
    results.resolution = None;
    results.floors.clear();
    for row in &mut results.rows {
        let summary = row.summary.as_mut().expect("it was measured");
        summary.to_floor = None;
        summary.verdict = summary.verdict.map(|_| Verdict::Unknown);
        summary.to_reference = summary.to_reference.map(|ratio| Estimate {
            interval: None,
            ..ratio
        });
    }
    let text = shown(&results);
    let line = "2 rounds; 6 are needed to know a difference from noise\n";
    assert!(text.contains(line), "{text}");
    for word in ["?", "interval", "floor  ", "× floor"] {
        assert!(!text.contains(word), "{word:?} in {text}");
    }
}

#[test]
fn what_is_below_the_floor_is_said_as_it_is() {
    let mut results = made_up(&[("quick", [0.4, 0.39, 0.41])]);
    let text = shown(&results);
    let wrong = "faster than the floor: quick (0.80 × floor); either the floor is wrong";
    assert!(text.contains(wrong), "{text}");
    results.floors = [40.0, 50.0, 62.0].map(floor).to_vec();
    let text = shown(&results).replace("\n  ", " ");
    let noisy = "the floor is measured, and it was 40.0 ms to 62.0 ms in these rounds";
    assert!(text.contains(noisy), "{text}");
    assert!(!text.contains("wrong"), "{text}");
}

#[test]
fn what_has_no_room_is_named_once_for_all_models() {
    let mut first = results("short");
    let mut second = first.clone();
    first.name = "one".to_owned();
    second.name = "two".to_owned();
    second.rows.retain(|row| row.name != "a_long_name");
    let narrow = plain(&first, &BTreeMap::new(), 60);
    assert!(!narrow.contains("switches"), "{narrow}");
    assert!(
        narrow.contains(REFERENCE) && narrow.contains("CPU"),
        "{narrow}"
    );
    let markdown = document(&first, &BTreeMap::new());
    assert!(markdown.contains("switches |"), "{markdown}");
    let both = [first, second];
    assert_eq!(legend::left_out(&both, 200), None);
    let line = legend::left_out(&both, 60).expect("it is narrow");
    assert!(
        line.starts_with("60 columns have no room for switches"),
        "{line}"
    );
    assert_eq!(line.matches("switches").count(), 1, "{line}");
}

/// Each symbol in a table has its line, and no line is about what isn't there.
#[test]
fn the_legend_has_what_the_tables_have() {
    let mut results = made_up(&[("a", [1.2, 1.1, 1.3])]);
    let said =
        |results: &ModelResults| legend(std::slice::from_ref(results), Style::Markdown);
    let bare = said(&results);
    for words in [
        "× floor",
        "× reference",
        "faster, slower",
        "reference again",
    ] {
        assert!(bare.contains(words), "no {words:?} in {bare}");
    }
    for symbol in ["- ?", "- –", "- \\*", "- (legacy)", "- ties"] {
        assert!(!bare.contains(symbol), "{symbol:?} in {bare}");
    }
    results.ties = vec![(REFERENCE.to_owned(), "a".to_owned())];
    let a = row(&mut results, "a");
    a.legacy = true;
    let deviated = measure::results::Deviated {
        why: "peak 50".to_owned(),
        reason: "it can't".to_owned(),
    };
    a.deviations.insert("peak".to_owned(), deviated);
    a.summary.as_mut().expect("measured").verdict = Some(Verdict::Unknown);
    let control = results
        .rows
        .iter_mut()
        .find(|row| row.kind == Kind::Control);
    control.expect("there is one").summary = None;
    let full = said(&results);
    for symbol in ["- ?", "- –", "- \\*", "- (legacy)", "- ties"] {
        assert!(full.contains(symbol), "no {symbol:?} in {full}");
    }
}

#[test]
fn a_difference_is_said_in_per_cent_where_these_say_something() {
    for (factor, words) in [
        (1.0, "0.1 %"),
        (1.015, "1.5 %"),
        (1.0996, "10 %"),
        (1.143, "14 %"),
        (2.09, "a factor of 2.09"),
    ] {
        assert_eq!(by(factor), words);
    }
}

#[test]
fn a_peer_is_shown_with_the_version_of_its_language() {
    let mut results = results("short");
    for (language, ending, title) in [
        ("python", "py", "Python"),
        ("node", "mjs", "Node"),
        ("go", "go", "Go"),
    ] {
        let versions = BTreeMap::from([(language.to_owned(), "3.14.1".to_owned())]);
        let line = format!("{title} 3.14.1: short\n");
        assert!(!plain(&results, &versions, 80).contains(&line));
        let row = results.rows.iter_mut().find(|row| row.name == "short");
        let row = row.expect("it was compared");
        row.kind = Kind::Peer;
        row.source = Some(Source {
            path: format!("crates/locks/peers/{language}.{ending}"),
            text: String::new(),
            parts: Vec::new(),
            needs: Vec::new(),
        });
        assert!(plain(&results, &versions, 80).contains(&line));
        assert!(!plain(&results, &BTreeMap::new(), 80).contains("3.14.1"));
    }
}

/// Otherwise a comparison of ten models would repeat it ten times.
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
        host: Host::here([]),
        interrupted: false,
        models: vec![model.clone(), other],
    };
    let line = format!("not run ({why}): {}/short, other/short", model.name);
    assert_eq!(not_run(&results).join("\n"), line);
    let page = crate::page::render(&results);
    assert_eq!(page.matches(&line).count(), 1);
    assert_eq!(page.matches(why).count(), 1);
}

#[test]
fn a_floor_that_misses_the_deadline_has_no_ratio() {
    let mut results = made_up(&[("a", [1.2, 1.1, 1.3])]);
    assert!(shown(&results).contains("floor reference"));
    let late = floor(50.0).deadline(std::time::Duration::from_millis(20));
    results.floors = vec![late; 6];
    let text = shown(&results);
    assert!(!text.contains("floor reference"), "{text}");
    let line = "no row keeps the deadline of 20.0 ms: made up\n";
    assert!(text.contains(line), "{text}");
    let kept = floor(50.0).deadline(std::time::Duration::from_millis(50));
    results.floors = vec![kept; 6];
    let text = shown(&results);
    assert!(
        text.contains("floor reference") && !text.contains("no row"),
        "{text}"
    );
}
