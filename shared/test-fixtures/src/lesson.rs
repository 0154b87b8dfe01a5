//! A variant's lesson: the function below a line in its file, which can be taken into
//! another program.
//!
//! ```text
//! // The lesson: everything below can be taken home.
//! // It needs tokio (rt, sync), tokio-util (rt).
//! // It comes with semaphore.rs.
//!
//! use …
//! ```
//!
//! The second and third line are left out where they would be empty.

use anyhow::{Context, Result, ensure};

use crate::{Model, Part, Variant};

/// How the line begins below which the lesson stands.
const MARKER: &str = "// The lesson";
const NEEDS: &str = "// It needs ";
const COMES_WITH: &str = "// It comes with ";
/// What a lesson never names.
const OURS: [&str; 5] = [
    "crate::",
    "fetching",
    "http_origin",
    "page_client",
    "test_fixtures",
];

/// The part of a variant's file that can be taken home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson<'a> {
    /// Imports and functions.
    pub text: &'a str,
    /// The packages that it needs beside the standard library.
    pub needs: Vec<Package<'a>>,
    /// The names of files that come with it: `semaphore.rs`.
    pub files: Vec<&'a str>,
}

/// A package that a lesson needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package<'a> {
    /// `tokio-util`
    pub name: &'a str,
    /// Those of its features that the lesson uses.
    pub features: Vec<&'a str>,
}

impl<'a> Lesson<'a> {
    /// The lesson in this file, if there is one.
    pub fn of(source: &'a str) -> Option<Self> {
        let start = source
            .match_indices(MARKER)
            .map(|(index, _)| index)
            .find(|index| *index == 0 || source[..*index].ends_with('\n'))?;
        let mut lesson = Self {
            text: source[start..].split_once('\n')?.1,
            needs: Vec::new(),
            files: Vec::new(),
        };
        loop {
            let (line, rest) = lesson.text.split_once('\n')?;
            if let Some(list) = line.strip_prefix(NEEDS) {
                lesson.needs = packages(list.trim_end_matches('.'));
            } else if let Some(list) = line.strip_prefix(COMES_WITH) {
                lesson.files = list.trim_end_matches('.').split(", ").collect();
            } else {
                lesson.text = lesson.text.trim_start_matches('\n');
                return Some(lesson);
            }
            lesson.text = rest;
        }
    }
}

impl<M: Model> Variant<M> {
    /// What of its file can be taken into another program, if there is a line for it. The
    /// lessons of its pairs are each in a file of its own.
    pub fn lesson(&self) -> Option<Lesson<'static>> {
        Lesson::of(self.text)
    }
}

/// `tokio (rt, sync), rayon`
fn packages(list: &str) -> Vec<Package<'_>> {
    let mut packages = Vec::new();
    let mut rest = list;
    while !rest.is_empty() {
        let end = rest.find([',', '(']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let (features, after) = match after.strip_prefix('(') {
            Some(inner) => inner.split_once(')').unwrap_or((inner, "")),
            None => ("", after),
        };
        let features = features.split(", ").filter(|feature| !feature.is_empty());
        packages.push(Package {
            name: name.trim(),
            features: features.collect(),
        });
        rest = after.trim_start_matches([',', ' ']);
    }
    packages
}

/// Checks the lessons of a variant. Each variant has a lesson, which names nothing of
/// ours and comes with just the files that the list gives it. Or it has pairs, and each
/// of their files is such a lesson.
pub(crate) fn check<M: Model>(variant: &Variant<M>) -> Result<()> {
    if variant.pairs.is_empty() {
        return check_text(variant.text, variant.parts);
    }
    for pair in variant.pairs {
        for part in [pair.failing, pair.cure] {
            check_text(part.text, &[]).context(part.path)?;
        }
        let texts = [pair.failing, pair.cure].map(|part| part.text);
        ensure!(
            texts[0] != texts[1],
            "{}: the cure is what fails",
            pair.name
        );
    }
    Ok(())
}

fn check_text(text: &str, parts: &[Part]) -> Result<()> {
    let lesson = Lesson::of(text).context("it has no line `// The lesson`")?;
    let names = parts.iter().map(|part| part.name());
    ensure!(
        lesson.files.iter().copied().eq(names.clone()),
        "it comes with {:?}, and the list gives it {:?}",
        lesson.files,
        names.collect::<Vec<_>>()
    );
    let texts = parts.iter().map(|part| part.text);
    for text in texts.chain([lesson.text]) {
        for line in text.lines() {
            let named = OURS.iter().find(|ours| line.contains(*ours));
            ensure!(named.is_none(), "it names something of ours: {line}");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "//! Not // The lesson.\n\n// The lesson: it is below.\n// It needs \
        tokio (rt, sync), rayon, tokio-util (rt).\n// It comes with a.rs, b.rs.\n\nuse std::io;\n";

    #[test]
    fn a_lesson_is_what_is_below_the_line() {
        let lesson = Lesson::of(SOURCE).expect("there is one");
        assert_eq!(lesson.text, "use std::io;\n");
        assert_eq!(lesson.files, ["a.rs", "b.rs"]);
        let needs: Vec<_> = lesson
            .needs
            .iter()
            .map(|package| (package.name, package.features.join("+")))
            .collect();
        assert_eq!(
            needs,
            [
                ("tokio", "rt+sync".to_owned()),
                ("rayon", String::new()),
                ("tokio-util", "rt".to_owned())
            ]
        );
    }

    #[test]
    fn no_line_is_no_lesson() {
        assert_eq!(Lesson::of("//! // The lesson\nfn run() {}\n"), None);
        let bare = Lesson::of("// The lesson\n\nfn f() {}\n").expect("there is one");
        assert_eq!((bare.text, bare.needs.len()), ("fn f() {}\n", 0));
    }
}
