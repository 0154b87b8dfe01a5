//! A line, and how alike two of them are.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The share of two lines' characters that must be common for them to be one line that
/// changed: with less, it is another line.
const ALIKE: f64 = 0.5;

/// A line in its words.
#[derive(Clone, Debug)]
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    words: Vec<&'a str>,
    /// The same in the order of the alphabet.
    sorted: Vec<&'a str>,
    /// Characters that are not blank.
    size: usize,
}

impl<'a> Line<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let words = words(text);
        let mut sorted = words.clone();
        sorted.sort_unstable();
        Self {
            text,
            words,
            sorted,
            size: size(text),
        }
    }

    /// The share of the two lines' characters that are common, if it is enough to call them
    /// alike; else 0.
    pub(super) fn likeness(&self, other: &Self) -> f64 {
        let all = (self.size + other.size).max(1) as f64;
        let enough = |common: usize| 2.0 * common as f64 >= ALIKE * all;
        // What is cheap to know rules most pairs out.
        if !enough(self.size.min(other.size)) || !enough(self.in_any_order(other)) {
            return 0.0;
        }
        let ops = capture_diff_slices(Algorithm::Lcs, &self.words, &other.words);
        let same = ops.iter().filter(|op| matches!(op, DiffOp::Equal { .. }));
        let common = same.flat_map(|op| &self.words[op.old_range()]);
        let common = common.map(|word| size(word)).sum();
        if enough(common) {
            2.0 * common as f64 / all
        } else {
            0.0
        }
    }

    /// The characters of the words that both lines have, in whichever order.
    fn in_any_order(&self, other: &Self) -> usize {
        let mut others = other.sorted.iter().peekable();
        let mut common = 0;
        for word in &self.sorted {
            while others.next_if(|other| *other < word).is_some() {}
            if others.next_if_eq(&word).is_some() {
                common += size(word);
            }
        }
        common
    }

    /// The parts of both lines that are in one of them only, in bytes. Blanks are not worth
    /// a mark.
    pub(super) fn marks(&self, other: &Self) -> [Vec<Range<usize>>; 2] {
        let mut sides = [Vec::new(), Vec::new()];
        for op in capture_diff_slices(Algorithm::Lcs, &self.words, &other.words) {
            if matches!(op, DiffOp::Equal { .. }) {
                continue;
            }
            sides[0].extend(range(&self.words, op.old_range()));
            sides[1].extend(range(&other.words, op.new_range()));
        }
        sides
    }
}

/// Where these words stand in their line, without the blanks around them; none if that is
/// all they are.
fn range(words: &[&str], these: Range<usize>) -> Option<Range<usize>> {
    let length = |words: &[&str]| words.iter().map(|word| word.len()).sum::<usize>();
    let is_blank = |word: &&str| word.trim().is_empty();
    let lead = words[these.clone()]
        .iter()
        .take_while(|word| is_blank(word));
    let start = these.start + lead.count();
    let trail = words[these.clone()].iter().rev();
    let end = these.end - trail.take_while(|word| is_blank(word)).count();
    (start < end).then(|| length(&words[..start])..length(&words[..end]))
}

/// Characters that are not blank.
fn size(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// Words, runs of blanks, and each other character.
fn words(line: &str) -> Vec<&str> {
    let kind = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => 1,
        c if c.is_whitespace() => 2,
        _ => 0,
    };
    let mut words = Vec::new();
    let (mut start, mut last) = (0, None);
    for (index, character) in line.char_indices() {
        let this = kind(character);
        if last.is_some_and(|last| last != this || this == 0) {
            words.push(&line[start..index]);
            start = index;
        }
        last = Some(this);
    }
    words.extend((start < line.len()).then(|| &line[start..]));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_marked_in_lines_that_are_alike() {
        let marked = |left: &'static str, right: &'static str| {
            let (left, right) = (Line::new(left), Line::new(right));
            assert!(left.likeness(&right) > 0.0);
            let [one, other] = left.marks(&right);
            let text = |line: &Line<'static>, marks: Vec<Range<usize>>| {
                let texts = marks.into_iter().map(|range| &line.text[range]);
                texts.collect::<Vec<_>>()
            };
            (text(&left, one), text(&right, other))
        };
        let (left, right) = ("let a = b::c();", "let a = d::c();");
        assert_eq!(marked(left, right), (vec!["b"], vec!["d"]));
        let (left, right) = ("a(é, b, c)", "a(é, x.y, c) // d");
        assert_eq!(marked(left, right), (vec!["b"], vec!["x.y", "// d"]));
        let (left, right) = ("let a = 1;", "pub fn run()");
        assert_eq!(Line::new(left).likeness(&Line::new(right)), 0.0);
    }

    #[test]
    fn words_join_to_the_line() {
        for line in ["", "  a::b_c(é, 1)  ", "«x»"] {
            assert_eq!(words(line).concat(), line);
        }
    }
}
