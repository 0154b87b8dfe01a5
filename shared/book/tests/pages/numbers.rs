//! The numbers that are typed in the book. Each is held by something, or the test fails.
//!
//! What `splice` writes is held by the test of that name. A number beside a citation is
//! held by what the citation quotes between backquotes, which the test `claims` looks up. All
//! others stand in `numbers.toml`, with what holds them.

mod typed;

use std::{collections::BTreeMap, fs, ops::Range};

use serde::Deserialize;
use typed::{Number, Reader, values};

use super::{pages, root};

const LEDGER: &str = "shared/book/tests/pages/numbers.toml";

/// For each page, phrases of it and what holds their numbers. A phrase that ends with `…` goes
/// on to the end of its paragraph or table.
type Ledger = BTreeMap<String, BTreeMap<String, Holder>>;

/// What holds the numbers of a phrase.
#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Holder {
    /// A file of the tree has this piece of text, and that has the numbers; or the `form`
    /// in which it has them.
    Source {
        source: String,
        has: String,
        form: Option<String>,
    },
    /// A test compares the page with what it computes.
    Test { test: String, name: String },
    /// The command that made the figures stands beside them.
    Command { command: String },
    /// Nothing is claimed; here is why.
    Example { example: String },
}

#[test]
fn every_number_is_held() {
    let ledger = fs::read_to_string(root().join(LEDGER)).expect("there is a ledger");
    let ledger = toml::from_str(&ledger).expect("a ledger");
    let wrong = complaints(&pages(), &ledger);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What is wrong with the pages, and with what the ledger has of them.
fn complaints(pages: &[(String, String)], ledger: &Ledger) -> Vec<String> {
    let reader = Reader::new();
    let mut wrong = Vec::new();
    for page in ledger.keys() {
        if !pages.iter().any(|(name, _)| name == page) {
            wrong.push(format!("{page}: is no page any more"));
        }
    }
    for (page, text) in pages {
        let mut loose = reader.numbers(text);
        for (phrase, holder) in ledger.get(page).into_iter().flatten() {
            let places = places(text, phrase);
            let is_there =
                |it: &mut Number| places.iter().any(|place| place.contains(&it.at.start));
            let held: Vec<_> = loose.extract_if(.., is_there).collect();
            let result = match places.first() {
                None => Err("is not on the page any more".to_owned()),
                Some(_) if held.is_empty() => Err("has no number".to_owned()),
                Some(place) => holder.check(page, text, place.start, &held),
            };
            wrong.extend(result.err().map(|why| format!("{page}: {phrase:?} {why}")));
        }
        wrong.extend(loose.iter().map(|Number { at, .. }| {
            let line = 1 + text[..at.start].matches('\n').count();
            let shown = around(text, at);
            format!("{page}:{line}: \"{shown}\" is held by nothing: add it to {LEDGER}")
        }));
    }
    wrong
}

/// Where the phrase stands; one that ends with `…` goes on to the end of its paragraph.
fn places(text: &str, phrase: &str) -> Vec<Range<usize>> {
    let (start, goes_on) = match phrase.strip_suffix('…') {
        Some(start) => (start, true),
        None => (phrase, false),
    };
    let places = text.match_indices(start).map(|(at, start)| match goes_on {
        true => at..paragraph(text, at).end,
        false => at..at + start.len(),
    });
    places.collect()
}

/// The paragraph, table or item of a list around a place.
fn paragraph(text: &str, at: usize) -> Range<usize> {
    let borders = ["\n\n", "\n- "];
    let start = borders.iter().filter_map(|border| text[..at].rfind(border));
    let end = borders.iter().filter_map(|border| text[at..].find(border));
    start.max().unwrap_or(0)..end.min().map_or(text.len(), |end| at + end)
}

/// Some words on both sides of a number, on its line.
fn around<'a>(text: &'a str, at: &Range<usize>) -> &'a str {
    let start = text.ceil_char_boundary(at.start.saturating_sub(30));
    let end = text.floor_char_boundary((at.end + 20).min(text.len()));
    let before = text[start..at.start]
        .rsplit('\n')
        .next()
        .unwrap_or_default();
    let after = text[at.end..end].split('\n').next().unwrap_or_default();
    &text[at.start - before.len()..at.end + after.len()]
}

impl Holder {
    /// Whether it is as the ledger says, for these numbers of the page at that place.
    fn check(
        &self,
        page: &str,
        text: &str,
        at: usize,
        numbers: &[Number],
    ) -> Result<(), String> {
        let read = |file: &str| {
            let text = fs::read_to_string(root().join(file));
            text.map_err(|error| format!("is held by {file}: {error}"))
        };
        let squeezed = |text: &str| text.replace(char::is_whitespace, "");
        let unless = |problem: String, is_well| match is_well {
            true => Ok(()),
            false => Err(problem),
        };
        match self {
            Holder::Source { source, has, form } => {
                let is_there = squeezed(&read(source)?).contains(&squeezed(has));
                unless(
                    format!("is held by {has:?}, which {source} lacks"),
                    is_there,
                )?;
                let is_long = squeezed(has).len() >= 8;
                unless(format!("is held by {has:?}, which is too short"), is_long)?;
                if let Some(form) = form {
                    let problem = format!("is held by {has:?}, which lacks {form:?}");
                    return unless(problem, has.contains(form));
                }
                let there = values(has);
                let lacks = |number: &&Number| !there.contains(&number.value);
                numbers.iter().find(lacks).map_or(Ok(()), |number| {
                    Err(format!("has {}, which {has:?} lacks", number.value))
                })
            }
            Holder::Test { test, name } => {
                let source = read(test)?;
                let problem = format!("is held by {name}: {test} has no such test of it");
                let is_test = source.contains(&format!("fn {name}("));
                unless(problem, is_test && source.contains(page))
            }
            Holder::Command { command } => {
                let paragraph = &text[paragraph(text, at)];
                let is_beside = paragraph.contains(&format!("`{command}`"))
                    || section(text, at).lines().any(|line| line == command);
                unless(format!("lacks `{command}` beside it"), is_beside)?;
                let names = commands();
                let mut words = command.split([' ', '/']);
                let is_there = words.any(|word| names.iter().any(|name| name == word));
                unless(format!("{command:?} names nothing of the tree"), is_there)
            }
            Holder::Example { example } => {
                unless("has no reason".to_owned(), !example.is_empty())
            }
        }
    }
}

/// What stands between two headings around a place.
fn section(text: &str, at: usize) -> &str {
    let start = text[..at].rfind("\n#").unwrap_or(0);
    let end = text[at..].find("\n#").map_or(text.len(), |end| at + end);
    &text[start..end]
}

/// What commands name: models, subcommands, examples.
fn commands() -> Vec<String> {
    let below = |folder: &str| -> Vec<String> {
        let entries = fs::read_dir(root().join(folder)).into_iter().flatten();
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        names
            .map(|name| name.to_string_lossy().into_owned())
            .collect()
    };
    let mut names = [below("crates"), below("shared/compare/src/cmd")].concat();
    for parent in ["crates", "shared"] {
        for package in below(parent) {
            names.extend(below(&format!("{parent}/{package}/examples")));
            names.extend(below(&format!("{parent}/{package}/benches")));
        }
    }
    let bare = names
        .iter()
        .map(|name| name.trim_end_matches(".rs").to_owned());
    let bare: Vec<_> = bare.collect();
    [names, bare].concat()
}

#[test]
fn what_holds_nothing_is_found() {
    let ledger = |text: &str| toml::from_str::<Ledger>(text).expect("a ledger");
    let complaints = |text: &str, entries: &str| {
        let page = [("a.md".to_owned(), text.to_owned())];
        complaints(&page, &ledger(&format!("[\"a.md\"]\n{entries}"))).join("\n")
    };
    let source = "{ source = \"shared/book/tests/pages/chapters.rs\", \
        has = \"const MOST_WORDS: usize = 900;\" }";
    let entry = |phrase: &str| format!("\"{phrase}\" = {source}");
    assert_eq!(complaints("It has 900 words.", &entry("has 900 words")), "");
    assert_eq!(
        complaints("One.\n\nIt has 900 words.", ""),
        format!("a.md:3: \"It has 900 words.\" is held by nothing: add it to {LEDGER}")
    );
    assert_eq!(
        complaints("It has 901 words.", &entry("has 901 words")),
        "a.md: \"has 901 words\" has 901, which \"const MOST_WORDS: usize = 900;\" lacks"
    );
    assert!(
        complaints("It has words.", &entry("has 900 words"))
            .ends_with("is not on the page any more")
    );
    assert!(complaints("It has words.", &entry("has words")).ends_with("has no number"));
    let wrong = "{ source = \"Cargo.toml\", has = \"const MOST_WORDS: usize = 900;\" }";
    assert!(
        complaints("900 words.", &format!("\"900 words\" = {wrong}"))
            .ends_with("which Cargo.toml lacks")
    );
    let command = "\"| 5 |\" = { command = \"cargo run --release -- locks\" }";
    let table = "| `cargo run --release -- locks` | 5 |";
    assert_eq!(complaints(table, command), "");
    assert!(complaints("| `a` | 5 |", command).ends_with("beside it"));
    let test = "\"| 5…\" = { test = \"shared/measure/src/simulation.rs\", \
        name = \"no_difference_is_seldom_called_one\" }";
    assert!(complaints("| 5 |\n| 6 |", test).ends_with("has no such test of it"));
    assert!(complaints("5", "\"5\" = { example = \"\" }").ends_with("has no reason"));
}
