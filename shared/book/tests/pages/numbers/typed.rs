//! The numbers that are typed on a page: what is left without code, names, citations and what
//! tools write.

use std::{collections::BTreeSet, fs, ops::Range};

use regex::{Captures, Regex};

use super::super::{markdown::blocks, root};

/// What has digits and is a name, with what it takes and what it leaves.
const NAMES: [(&str, &str, &str); 10] = [
    // Issues and pull requests.
    (
        r"\b[\w.-]+(?:/[\w.-]+)?#[0-9]+|\b(?:issues?|pull requests?) [0-9]+(?: and [0-9]+)*\b",
        "golang/go#25066 async-tungstenite#178 issues 87 and 111",
        "issues: 87",
    ),
    // What standards and advisories are called.
    (
        r"\b(?:UTF-8|SHA-256|x86-64|Apache-2\.0|HTTP/[12](?:\.[01])?)\b",
        "HTTP/1.1 UTF-8",
        "HTTP/3 UTF-80",
    ),
    (
        r"\bRF[CD] [0-9]+(?:, section [0-9.]*[0-9])?|\bRUSTSEC-[0-9]{4}-[0-9]{4}\b",
        "RFC 9110, section 6.6.1 RUSTSEC-2025-0052",
        "section 6",
    ),
    // Versions of what is not locked, and years.
    (
        r"\b(?:Python|since|before|in|[Uu]p to|from) 3\.1[0-9]\b|\b(?:Node|Go) [0-9]+\.[0-9]+",
        "since 3.14 Up to 3.13 Node 22.14",
        "up to 3.1 takes 3.12 Go 5",
    ),
    (
        r"\b(?:since|of|in)(?: March)? 20[12][0-9]\b",
        "of March 2025",
        "of 2048",
    ),
    (
        r"\b[Ss]tatus(?:es)?(?: other than| of| from| that is not)? [1-5][0-9]{2}(?:(?:,| and| or| to) [1-5][0-9]{2})*\b",
        "Statuses other than 200 to 299 statuses 429, 502, 503 and 504",
        "status 0 a 404",
    ),
    // The number of an item, of a step, of a task, and where counting begins.
    (
        r"(?m)^ *[0-9]+\. |\b(?:[Ss]tep|[Dd]escriptor|[Tt]ask|[Ww]orker) [0-9]\b",
        "1. Step 0 task 3",
        "1.5 steps 4 tasks 3",
    ),
    (
        r"\bfrom (?:number )?[01](?:[,;]|\.\s| on\b)",
        "counted from 1, from number 0. ",
        "from 0.5 from 1 to",
    ),
    // How sure an interval is.
    (
        r"\b95 %(?: percentile bootstrap)? interval",
        "95 % interval",
        "95 % of",
    ),
    // Other words with digits in them.
    (
        r"\b[A-Za-z_]+[0-9]\w*(?:\.[0-9]+)?",
        "p99.9 E0277 SHA256",
        "p 99",
    ),
];

/// Number words, of which each is one more than the one before it.
const WORDS: &str = "one two three four five six seven eight nine ten eleven twelve thirteen \
    fourteen fifteen sixteen seventeen eighteen nineteen twenty";

/// A number of a page.
#[derive(Debug)]
pub(super) struct Number {
    pub(super) at: Range<usize>,
    pub(super) value: String,
}

/// Finds the numbers of a page.
#[derive(Debug)]
pub(super) struct Reader {
    unread: Regex,
    citation: Regex,
    code: Regex,
    version: Regex,
    names: Regex,
    number: Regex,
    /// Packages, Rust and CPython with their versions: `tokio 1.54.1.`.
    locked: Vec<String>,
}

impl Reader {
    pub(super) fn new() -> Reader {
        let read =
            |name| fs::read_to_string(root().join(name)).expect("a file of the root");
        let found = |pattern: &str, text: &str| -> Vec<String> {
            let pattern = regex(pattern);
            let found = pattern.captures_iter(text);
            found.map(|it| format!("{} {}.", &it[1], &it[2])).collect()
        };
        let package = "name = \"(.*)\"\nversion = \"(.*)\"";
        let mut locked = found(package, &read("Cargo.lock"));
        let rust = read("Cargo.toml").replace("rust-version = ", "Rust ");
        locked.extend(found("(?m)^(Rust) \"(.*)\"", &rust));
        let python = "(CPython) ([0-9]+[.][0-9]+)";
        locked.extend(found(python, &read("requirements.txt")));

        let names: Vec<_> = NAMES.iter().map(|(pattern, ..)| *pattern).collect();
        // Two times may be points in time; twice is the word for twofold.
        let words: Vec<_> = WORDS.split_whitespace().skip(2).collect();
        let words = words.join("|");
        Reader {
            unread: regex(
                "(?s)<!-- splice: .*?<!-- end splice -->|<!--=.*?<!--/-->|<!--.*?-->",
            ),
            citation: regex(
                r"\([\w-]+ [0-9][0-9.]*, `?[\w/.-]+\.(?:rs|py|toml)\b`?(?:[^()`\n]|`[^`\n]*`)*\)",
            ),
            code: regex(r"``[^\n]*?``|`[^`\n]*`|\]\([^)\s]*\)|<https?:[^>]*>"),
            version: regex(r"\b[A-Za-z][\w-]* [0-9]+(?:\.[0-9]+)+"),
            names: regex(&names.join("|")),
            number: regex(&format!(
                r"[0-9]+(?:,[0-9]{{3}})*(?:\.[0-9]+)*|\b({words}) (?:times|threads more)\b"
            )),
            locked,
        }
    }

    /// All that no citation beside them has.
    pub(super) fn numbers(&self, text: &str) -> Vec<Number> {
        let (_, prose) = blocks(text);
        let prose: BTreeSet<_> = prose.into_iter().map(|(number, _)| number).collect();
        let lines = text.split_inclusive('\n').zip(1..);
        let plain = lines.map(|(line, number)| match prose.contains(&number) {
            true => line.to_owned(),
            false => blank(line),
        });
        let plain = without(&self.unread, &plain.collect::<String>(), |_| true);
        let line_of = |at: usize| text[..at].matches('\n').count();
        let mut cited = BTreeSet::new();
        for citation in self.citation.find_iter(&plain) {
            let quotes = citation.as_str().split('`').skip(1).step_by(2);
            let numbers = quotes
                .filter(|quote| !quote.ends_with(".rs"))
                .flat_map(values);
            cited.extend(numbers.map(|number| (line_of(citation.start()), number)));
        }
        let plain = without(&self.citation, &plain, |_| true);
        let plain = without(&self.code, &plain, |_| true);
        let plain = without(&self.version, &plain, |it| {
            let said = format!("{}.", &it[0]);
            self.locked.iter().any(|locked| locked.starts_with(&said))
        });
        let plain = without(&self.names, &plain, |_| true);
        let numbers = self.number.captures_iter(&plain).filter_map(|found| {
            let at = found.get(1).or(found.get(0))?.range();
            let value = value(&plain[at.clone()])?;
            let is_cited = cited.contains(&(line_of(at.start), value.clone()));
            (!is_cited).then_some(Number { at, value })
        });
        numbers.collect()
    }
}

/// The numbers of a piece of text, digits without separators.
pub(super) fn values(text: &str) -> Vec<String> {
    let number = regex(r"[0-9][0-9_]*(?:,[0-9]{3}\b)*(?:\.[0-9]+)*|[a-z]+");
    let text = text.to_lowercase();
    let found = number.find_iter(&text);
    found.filter_map(|found| value(found.as_str())).collect()
}

/// None where it is a word for something else.
fn value(written: &str) -> Option<String> {
    if written.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(written.replace(['_', ','], ""));
    }
    let place = WORDS.split_whitespace().position(|word| word == written)?;
    Some((place + 1).to_string())
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern")
}

/// The text with spaces for what is found, all else in its place.
fn without(
    pattern: &Regex,
    text: &str,
    is_meant: impl Fn(&Captures<'_>) -> bool,
) -> String {
    let all = pattern.replace_all(text, |found: &Captures<'_>| match is_meant(found) {
        true => blank(&found[0]),
        false => found[0].to_owned(),
    });
    all.into_owned()
}

/// As many bytes, of spaces and of ends of lines.
fn blank(text: &str) -> String {
    let bytes = text.bytes();
    bytes
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
        .collect()
}

#[test]
fn names_are_no_numbers() {
    let reader = Reader::new();
    for (pattern, takes, leaves) in NAMES {
        let numbers = reader.numbers(takes);
        assert!(numbers.is_empty(), "{takes}: {numbers:?}");
        assert_eq!(regex(pattern).find(leaves), None);
        assert!(!reader.numbers(leaves).is_empty(), "{leaves}");
    }
}

#[test]
fn numbers_are_found_where_they_are_typed() {
    let reader = Reader::new();
    let rust = reader.locked.iter().find_map(|it| it.strip_prefix("Rust "));
    let rust = rust
        .expect("the workspace names its Rust")
        .trim_end_matches('.');
    let text = format!(
        "It has 1,512 of `30` and <!--=a b-->7 ms<!--/-->, with Rust {rust}, not Rust 1.2.\n\
        ```\n64\n```\n[so](a12.md), five times as long.\n\
        A pool of 32 ‹pool 1.2.3, src/a.rs, `min(32, n)`›, and of 33.\n"
    );
    // Written otherwise here, lest it be taken for a claim itself.
    let numbers = reader.numbers(&text.replace('‹', "(").replace('›', ")"));
    let values: Vec<_> = numbers.iter().map(|number| &number.value[..]).collect();
    assert_eq!(values, ["1512", "1.2", "5", "33"]);
}
