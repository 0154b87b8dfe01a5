//! What differs between two sources, line by line and word by word.

use diff::Result as Part;

/// The share of a line's characters that must be common for words to be marked in it: with
/// less, it is another line.
const ALIKE: f64 = 0.5;

/// One row of two columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change<'a> {
    Same(&'a str),
    Changed(&'a str, &'a str),
    Removed(&'a str),
    Added(&'a str),
}

/// The rows that show two sources side by side.
pub(super) fn changes<'a>(left: &'a str, right: &'a str) -> Vec<Change<'a>> {
    let mut rows = Vec::new();
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    for part in diff::lines(left.trim_end(), right.trim_end()) {
        match part {
            Part::Left(line) => removed.push(line),
            Part::Right(line) => added.push(line),
            Part::Both(line, _) => {
                block(&mut rows, &mut removed, &mut added);
                rows.push(Change::Same(line));
            }
        }
    }
    block(&mut rows, &mut removed, &mut added);
    rows
}

/// Lines that differ: those that are alike beside each other, and the rest between them
/// as they come.
fn block<'a>(
    rows: &mut Vec<Change<'a>>,
    removed: &mut Vec<&'a str>,
    added: &mut Vec<&'a str>,
) {
    let (mut left, mut right) = (removed.drain(..), added.drain(..));
    let (mut left_at, mut right_at) = (0, 0);
    let mut anchors = anchors(left.as_slice(), right.as_slice());
    anchors.push((left.len(), right.len()));
    for (left_anchor, right_anchor) in anchors {
        while left_at < left_anchor || right_at < right_anchor {
            let one = if left_at < left_anchor {
                left.next()
            } else {
                None
            };
            let other = if right_at < right_anchor {
                right.next()
            } else {
                None
            };
            left_at += usize::from(one.is_some());
            right_at += usize::from(other.is_some());
            rows.extend(change(one, other));
        }
        rows.extend(change(left.next(), right.next()));
        (left_at, right_at) = (left_anchor + 1, right_anchor + 1);
    }
}

fn change<'a>(left: Option<&'a str>, right: Option<&'a str>) -> Option<Change<'a>> {
    match (left, right) {
        (Some(left), Some(right)) => Some(Change::Changed(left, right)),
        (Some(left), None) => Some(Change::Removed(left)),
        (None, Some(right)) => Some(Change::Added(right)),
        (None, None) => None,
    }
}

/// The pairs, in order on both sides, that are most alike together.
fn anchors(left: &[&str], right: &[&str]) -> Vec<(usize, usize)> {
    let mut best = vec![vec![0.0_f64; right.len() + 1]; left.len() + 1];
    let mut likeness = vec![vec![0.0; right.len()]; left.len()];
    for i in (0..left.len()).rev() {
        for j in (0..right.len()).rev() {
            likeness[i][j] = alike(left[i], right[j]);
            let beside = best[i + 1][j + 1] + likeness[i][j];
            best[i][j] = beside.max(best[i + 1][j]).max(best[i][j + 1]);
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut anchors = Vec::new();
    while i < left.len() && j < right.len() {
        let beside = best[i + 1][j + 1] + likeness[i][j];
        if likeness[i][j] > 0.0 && beside >= best[i + 1][j].max(best[i][j + 1]) {
            anchors.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if best[i + 1][j] >= best[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    anchors
}

/// Whether two lines that stand beside each other have enough in common to be one line
/// that changed.
pub(super) fn are_alike(left: &str, right: &str) -> bool {
    alike(left, right) > 0.0
}

/// The share of two lines' characters that are common, if it is enough to call them alike.
fn alike(left: &str, right: &str) -> f64 {
    let (one, other) = (size(left), size(right));
    let all = (one + other) as f64;
    // Of a short line and a long one, too little can be common.
    if 2.0 * (one.min(other) as f64) < ALIKE * all {
        return 0.0;
    }
    let (left, right) = (tokens(left), tokens(right));
    let parts = diff::slice(&left, &right);
    let common = parts.iter().map(|part| match part {
        Part::Both(word, _) => size(word),
        _ => 0,
    });
    let share = 2.0 * common.sum::<usize>() as f64 / all.max(1.0);
    if share >= ALIKE { share } else { 0.0 }
}

/// Characters that are not blank.
fn size(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// The parts of two changed lines, and whether each is in one of them only.
pub(super) fn words<'a>(left: &'a str, right: &'a str) -> [Vec<(&'a str, bool)>; 2] {
    if alike(left, right) == 0.0 {
        return [vec![(left, false)], vec![(right, false)]];
    }
    let mut sides = [Vec::new(), Vec::new()];
    // Blanks are not worth a mark.
    let is_word = |text: &str| !text.trim().is_empty();
    for part in diff::slice(&tokens(left), &tokens(right)) {
        match part {
            Part::Left(word) => sides[0].push((*word, is_word(word))),
            Part::Right(word) => sides[1].push((*word, is_word(word))),
            Part::Both(one, other) => {
                sides[0].push((*one, false));
                sides[1].push((*other, false));
            }
        }
    }
    sides
}

/// Words, runs of blanks, and each other character.
fn tokens(line: &str) -> Vec<&str> {
    let kind = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => 1,
        c if c.is_whitespace() => 2,
        _ => 0,
    };
    let mut tokens = Vec::new();
    let (mut start, mut last) = (0, None);
    for (index, character) in line.char_indices() {
        let this = kind(character);
        if last.is_some_and(|last| last != this || this == 0) {
            tokens.push(&line[start..index]);
            start = index;
        }
        last = Some(this);
    }
    tokens.extend((start < line.len()).then(|| &line[start..]));
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ_stand_beside_each_other() {
        use Change::{Added, Changed, Removed, Same};
        assert_eq!(
            changes("a\nb\nc\n", "a\nx\nc\nd\n"),
            [Same("a"), Changed("b", "x"), Same("c"), Added("d")]
        );
        assert_eq!(changes("a\nb", "a"), [Same("a"), Removed("b")]);
        let (left, right) = ("one(1);\nshared(a, b);", "shared(a, c);\nlast");
        assert_eq!(
            changes(left, right),
            [
                Removed("one(1);"),
                Changed("shared(a, b);", "shared(a, c);"),
                Added("last")
            ]
        );
    }

    #[test]
    fn words_are_marked_in_lines_that_are_alike() {
        let [left, right] = words("let a = b::c();", "let a = d::c();");
        let marked = |side: &[(&str, bool)]| -> String {
            side.iter()
                .filter(|(_, only)| *only)
                .map(|(word, _)| *word)
                .collect()
        };
        assert_eq!((marked(&left), marked(&right)), ("b".into(), "d".into()));
        let [left, _] = words("let a = 1;", "pub fn run()");
        assert_eq!(left, [("let a = 1;", false)]);
    }

    #[test]
    fn tokens_join_to_the_line() {
        for line in ["", "  a::b_c(é, 1)  ", "«x»"] {
            assert_eq!(tokens(line).concat(), line);
        }
    }
}
