//! What differs between all pairs of a model's sources, in few characters.
//!
//! A line is a pair of sources: first the first source with each of those behind it, then
//! the second, and so on. Its three parts, with `|` between, are header, adapter and
//! lesson.
//!
//! In a part, `=3` is three lines that are the same. `-3` and `+3` are lines of the left
//! and of the right alone. `/3` is lines that stand beside each other and have little in
//! common. Without a number it is one line. `!4,2;7,1,1,3;` is one line that changed: how
//! long each mark of a side is, and what stands between it and the one before. These
//! lengths are to the base of 36, in units of UTF-16, as scripts count.

use std::fmt::Write;

use crate::difference::{Change, Cut, Difference, Marks};

/// All pairs, a line each.
pub(super) fn all(cuts: &[&Cut<'_>]) -> String {
    let mut lines = Vec::new();
    for (index, left) in cuts.iter().enumerate() {
        for right in &cuts[index + 1..] {
            lines.push(of(left, right));
        }
    }
    lines.join("\n")
}

/// One pair.
pub(super) fn of(left: &Cut<'_>, right: &Cut<'_>) -> String {
    let Difference {
        header,
        adapter,
        lesson,
    } = Difference::between(left, right);
    let parts = [header, adapter, lesson];
    parts.map(|rows| encoded(&rows)).join("|")
}

fn encoded(rows: &[Change<'_>]) -> String {
    let mut text = String::new();
    let mut rows = rows.iter().peekable();
    while let Some(row) = rows.next() {
        if let Change::Changed { left, right, marks } = row {
            let [one, other] = marks;
            write!(text, "!{};{};", places(left, one), places(right, other))
                .expect("a String takes all");
            continue;
        }
        let mut count = 1;
        while rows.next_if(|next| sign(next) == sign(row)).is_some() {
            count += 1;
        }
        text.push(sign(row));
        if count > 1 {
            write!(text, "{count}").expect("a String takes all");
        }
    }
    text
}

fn sign(row: &Change<'_>) -> char {
    match row {
        Change::Same(_) => '=',
        Change::Changed { .. } => '!',
        Change::Beside(..) => '/',
        Change::Removed(_) => '-',
        Change::Added(_) => '+',
    }
}

fn places(line: &str, marks: &Marks) -> String {
    let units = |text: &str| short(text.encode_utf16().count());
    let mut before = 0;
    let place = |mark: &std::ops::Range<usize>| {
        let between = units(&line[before..mark.start]);
        before = mark.end;
        format!("{between},{}", units(&line[mark.clone()]))
    };
    marks.iter().map(place).collect::<Vec<_>>().join(",")
}

/// A number to the base of 36.
fn short(number: usize) -> String {
    let last = char::from_digit((number % 36) as u32, 36).expect("it is below 36");
    match number / 36 {
        0 => last.to_string(),
        rest => short(rest) + &last.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_a_line() {
        let texts = [
            "//! Says.\n\nfn f() {\n    a(«é», one);\n}\n",
            "//! Says.\n\nfn f() {\n    a(«é», two);\n    more();\n}\n",
            "//! Says.\n\nfn f() {\n}\n",
        ];
        let cuts = texts.map(Cut::of);
        let expected = "=2||=!b,3;b,3;+=\n=2||=-=\n=2||=-2=";
        assert_eq!(all(&cuts.each_ref()), expected);
    }

    #[test]
    fn marks_are_counted_from_the_one_before() {
        let line = format!("{}ab«é»cd", " ".repeat(40));
        let at = |word: &str| {
            let start = line.find(word).expect("it is there");
            start..start + word.len()
        };
        let marks = vec![at("ab"), at("é"), at("cd")];
        assert_eq!(places(&line, &marks), "14,2,1,1,1,2");
        assert_eq!([0, 35, 36, 1295].map(short), ["0", "z", "10", "zz"]);
    }
}
