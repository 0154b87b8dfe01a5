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

/// Lines that differ: those of one side beside those of the other.
fn block<'a>(
    rows: &mut Vec<Change<'a>>,
    removed: &mut Vec<&'a str>,
    added: &mut Vec<&'a str>,
) {
    for index in 0..removed.len().max(added.len()) {
        rows.extend(match (removed.get(index), added.get(index)) {
            (Some(left), Some(right)) => Some(Change::Changed(left, right)),
            (Some(left), None) => Some(Change::Removed(left)),
            (None, Some(right)) => Some(Change::Added(right)),
            (None, None) => None,
        });
    }
    removed.clear();
    added.clear();
}

/// The parts of two changed lines, and whether each is in one of them only.
pub(super) fn words<'a>(left: &'a str, right: &'a str) -> [Vec<(&'a str, bool)>; 2] {
    let (left_tokens, right_tokens) = (tokens(left), tokens(right));
    let mut sides = [Vec::new(), Vec::new()];
    let mut common = 0;
    for part in diff::slice(&left_tokens, &right_tokens) {
        match part {
            Part::Left(word) => sides[0].push((*word, true)),
            Part::Right(word) => sides[1].push((*word, true)),
            Part::Both(word, _) => {
                common += word.trim().len();
                sides[0].push((*word, false));
                sides[1].push((*word, false));
            }
        }
    }
    let all = left.split_whitespace().chain(right.split_whitespace());
    let all: usize = all.map(str::len).sum();
    match 2.0 * common as f64 >= ALIKE * all as f64 {
        true => sides,
        false => [vec![(left, false)], vec![(right, false)]],
    }
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
