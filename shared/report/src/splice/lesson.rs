//! Functions of the workspace in a document, and what differs between two of them.

use measure::source::{Pair, Source};

use crate::{
    difference::{Cut, Difference, patch},
    taken,
};

/// What a marker names.
#[derive(Debug)]
pub enum Found {
    /// A variant of a model, or a peer.
    Variant(Source),
    /// A function that goes wrong, and its cure.
    Pair(Pair),
}

impl Found {
    fn needs(&self) -> String {
        match self {
            Self::Variant(source) => taken::cargo_lines(source),
            Self::Pair(pair) => taken::cargo_lines_of(pair),
        }
    }
}

/// The lesson as it is taken home; with `only`, these items of it alone.
pub(super) fn lesson(
    found: &Found,
    name: &str,
    only: Option<&str>,
) -> Result<Vec<String>, String> {
    let (text, path) = match found {
        Found::Variant(source) => (taken::whole(source), &source.path),
        Found::Pair(pair) => (pair.failing.text.clone(), &pair.failing.path),
    };
    let cut = chosen(Cut::of(&text), only).map_err(|why| format!("{name}: {why}"))?;
    let head = match only {
        Some(_) => String::new(),
        None => found.needs(),
    };
    let kind = match path.rsplit_once('.') {
        Some((_, "rs")) => "rust,ignore",
        Some((_, "py")) => "python",
        _ => "text",
    };
    let lines = head.lines().chain(cut.lines()).map(str::to_owned);
    Ok(fenced(kind, lines.collect()))
}

/// The lines that differ between two lessons, with a few of those around them.
pub(super) fn differ(
    names: [&str; 2],
    found: &[Found; 2],
    only: Option<&str>,
) -> Result<Vec<String>, String> {
    let texts = match found {
        [Found::Variant(one), Found::Variant(other)] => {
            // A file that comes along with both is no difference between them.
            taken::apart([one, other])
        }
        _ => return Err("differ names two variants, or one pair".to_owned()),
    };
    between(names, [&texts[0], &texts[1]], only)
}

/// The same of a function that goes wrong and its cure.
pub(super) fn cured(pair: &Pair, only: Option<&str>) -> Result<Vec<String>, String> {
    let texts = [&*pair.failing.text, &*pair.cure.text];
    between(["failing", "cure"], texts, only)
}

fn between(
    names: [&str; 2],
    texts: [&str; 2],
    only: Option<&str>,
) -> Result<Vec<String>, String> {
    let [one, other] = texts;
    let cut = |name: &str, text| {
        chosen(Cut::of(text), only).map_err(|why| format!("{name}: {why}"))
    };
    let (one, other) = (cut(names[0], one)?, cut(names[1], other)?);
    let rows = Difference::between(&one, &other).lesson;
    let lines = patch::lines(names, &rows);
    Ok(fenced("diff", lines))
}

fn chosen<'a>(cut: Cut<'a>, only: Option<&str>) -> Result<Cut<'a>, String> {
    match only {
        None => Ok(cut),
        Some(only) => cut.only(&only.split(',').map(str::trim).collect::<Vec<_>>()),
    }
}

/// The lines in a fence that none of them ends.
fn fenced(kind: &str, lines: Vec<String>) -> Vec<String> {
    let runs = lines.iter().map(|line| {
        let line = line.trim_start_matches(['-', '+', ' ', '/', '!']);
        line.len() - line.trim_start_matches('`').len()
    });
    let fence = "`".repeat(runs.max().map_or(3, |most| (most + 1).max(3)));
    let mut all = vec![format!("{fence}{kind}")];
    all.extend(lines);
    while all.last().is_some_and(|line| line.trim().is_empty()) {
        all.pop();
    }
    all.push(fence);
    all
}
