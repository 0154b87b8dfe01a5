//! A difference in a terminal: two columns, or one where there is no room for two.

use std::ops::Range;

use super::between::{Change, Marks};

/// Columns of each side at the least; with fewer, the sides stand below each other.
const NARROWEST: usize = 30;
/// Columns of each side at the most: rustfmt.toml allows no wider lines.
const WIDEST: usize = 90;
/// How far the continuation of a line is indented.
const HANGING: usize = 4;

/// How wide to draw, and whether what differs is coloured.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether text may be coloured.
    pub colour: bool,
}

/// One side of a row: its line, and what of it the other side lacks.
type Side<'a> = (&'a str, Marks);

/// The rows below the names of both sides.
pub fn render(names: [&str; 2], rows: &[Change<'_>], look: Look) -> String {
    let column = (look.width.saturating_sub(3) / 2).min(WIDEST);
    if column < NARROWEST {
        return below_each_other(names, rows, look);
    }
    let plain = |text| Some((text, Vec::new()));
    let mut text = abreast(plain(names[0]), ' ', plain(names[1]), column, look);
    text.push('\n');
    for row in rows {
        let (left, mark, right) = sides(row);
        text += &abreast(left, mark, right, column, look);
    }
    text
}

fn sides<'a>(row: &Change<'a>) -> (Option<Side<'a>>, char, Option<Side<'a>>) {
    let plain = |text: &'a str| Some((text, Vec::new()));
    let whole = |text: &'a str| {
        let start = text.len() - text.trim_start().len();
        let all = start..text.len();
        Some((text, Marks::from([all])))
    };
    match row {
        Change::Same(line) => (plain(line), ' ', plain(line)),
        Change::Changed { left, right, marks } => {
            let [one, other] = marks.clone();
            (Some((left, one)), '|', Some((right, other)))
        }
        Change::Beside(left, right) => (whole(left), '|', whole(right)),
        Change::Removed(line) => (whole(line), '<', None),
        Change::Added(line) => (None, '>', whole(line)),
    }
}

/// One line of each, as many rows as the longer one takes.
fn abreast(
    left: Option<Side<'_>>,
    mark: char,
    right: Option<Side<'_>>,
    column: usize,
    look: Look,
) -> String {
    let wrap = |side: Option<Side<'_>>, colour| match side {
        Some((line, marks)) => {
            wrapped(line, &marks, column, look.colour.then_some(colour))
        }
        None => Vec::new(),
    };
    let (left, right) = (wrap(left, RED), wrap(right, GREEN));
    let mut text = String::new();
    for index in 0..left.len().max(right.len()) {
        let (one, width) = left.get(index).map_or(("", 0), |row| (&row.0, row.1));
        let other = right.get(index).map_or("", |row| &row.0);
        let line = format!("{one}{:1$} {mark} {other}", "", column - width);
        text += line.trim_end();
        text.push('\n');
    }
    text
}

/// The form for a narrow terminal: one column, as patches have it.
fn below_each_other(names: [&str; 2], rows: &[Change<'_>], look: Look) -> String {
    let mut text = format!("--- {}\n+++ {}\n", names[0], names[1]);
    let mut add = |mark, (line, marks): Side<'_>, colour: &'static str| {
        let width = look.width.saturating_sub(1).max(NARROWEST / 2);
        for row in wrapped(line, &marks, width, look.colour.then_some(colour)) {
            text += format!("{mark}{}", row.0).trim_end();
            text.push('\n');
        }
    };
    for row in rows {
        match sides(row) {
            (Some(line), ' ', _) => add(' ', line, ""),
            (left, _, right) => {
                left.into_iter().for_each(|line| add('-', line, RED));
                right.into_iter().for_each(|line| add('+', line, GREEN));
            }
        }
    }
    text
}

const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const PLAIN: &str = "\u{1b}[0m";

/// The rows that a line takes in `columns` columns, each with how many it fills.
fn wrapped(
    line: &str,
    marks: &[Range<usize>],
    columns: usize,
    colour: Option<&str>,
) -> Vec<(String, usize)> {
    let indent = line.len() - line.trim_start().len();
    let hanging = (indent + HANGING).min(columns / 2);
    let mut rows = Vec::new();
    let (mut start, mut lead) = (0, 0);
    loop {
        let end = row_end(line, start, columns - lead);
        let row = line[start..end].trim_end();
        let width = lead + row.chars().count();
        let mut text = " ".repeat(lead);
        for (at, character) in row.char_indices() {
            let is_marked =
                |at: usize| marks.iter().any(|mark| mark.contains(&(start + at)));
            let begins = is_marked(at) && (at == 0 || !is_marked(at - 1));
            let next = at + character.len_utf8();
            let ends = is_marked(at) && (next == row.len() || !is_marked(next));
            text += colour.filter(|_| begins).unwrap_or_default();
            text.push(character);
            text += colour.filter(|_| ends).map_or("", |_| PLAIN);
        }
        rows.push((text, width));
        start = line.len() - line[end..].trim_start().len();
        lead = hanging;
        if start >= line.len() {
            return rows;
        }
    }
}

/// Where a row ends that begins at `start`: at a space, or else between words, so that it
/// keeps within its columns.
fn row_end(line: &str, start: usize, columns: usize) -> usize {
    let rest = &line[start..];
    let mut beyond = rest.char_indices().map(|(at, _)| at).skip(columns);
    let Some(most) = beyond.next() else {
        return line.len();
    };
    let begin = rest.len() - rest.trim_start().len();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let breaks = |is_good: &dyn Fn(char, char) -> bool| {
        let pairs = rest.char_indices().zip(rest.chars().skip(1));
        let good = pairs.filter(|((_, one), other)| is_good(*one, *other));
        let ends = good.map(|((at, one), _)| at + one.len_utf8());
        ends.take_while(|end| *end <= most)
            .filter(|end| *end > begin)
            .last()
    };
    let space = |least: usize| breaks(&|_, next| next == ' ').filter(|end| *end > least);
    let between = || {
        breaks(&|one, next| match next {
            '.' => is_word(one) || one == ')',
            _ => "([{,|&".contains(one) && is_word(next),
        })
    };
    let anywhere = || breaks(&|_, _| true);
    // A space far to the left would leave most of the row empty.
    let end = space(begin.max(most / 2)).or_else(between);
    let end = end.or_else(|| space(begin)).or_else(anywhere);
    start + end.unwrap_or(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(line: &str, columns: usize) -> Vec<String> {
        let rows = wrapped(line, &[], columns, None).into_iter();
        rows.map(|(row, _)| row).collect()
    }

    #[test]
    fn lines_break_between_words() {
        let line = "    let ended: Vec<_> = at_most(4, urls);";
        let expected = ["    let ended: Vec<_> =", "        at_most(4, urls);"];
        assert_eq!(rows(line, 30), expected);
        let expected = ["a::b::c(first_one", "    .second_one)"];
        assert_eq!(rows("a::b::c(first_one.second_one)", 20), expected);
        assert_eq!(rows("", 9), [""]);
        let long = "×".repeat(25);
        for row in rows(&long, 10) {
            assert!(row.chars().count() <= 10, "{row}");
        }
    }

    #[test]
    fn no_row_is_wider_than_the_terminal() {
        let long = "    one_word(another, and::a::path, \"a text that goes on and on\")";
        let mark = 4..12;
        let changed = Change::Changed {
            left: long,
            right: &long[4..],
            marks: [Marks::from([mark]), Vec::new()],
        };
        let all = [Change::Same(long), changed, Change::Removed(long)];
        for width in [10, 40, 62, 63, 80, 100, 300] {
            let look = Look {
                width,
                colour: false,
            };
            let text = render(["a", "b"], &all, look);
            for line in text.lines() {
                let most = width.max(NARROWEST / 2 + 1);
                assert!(line.chars().count() <= most, "{width}: {line}");
            }
        }
    }

    #[test]
    fn what_differs_is_marked() {
        let mark = 8..9;
        let changed = Change::Changed {
            left: "let a = b;",
            right: "let a = c;",
            marks: [Marks::from([mark.clone()]), Marks::from([mark])],
        };
        let look = |width, colour| Look { width, colour };
        let all = [Change::Same("same"), changed, Change::Added("more")];
        let text = render(["one", "two"], &all, look(80, true));
        let lines: Vec<&str> = text.lines().collect();
        let [red, green] = [RED, GREEN].map(|colour| format!("{colour}X{PLAIN};"));
        let (red, green) = (red.replace('X', "b"), green.replace('X', "c"));
        let gap = " ".repeat(28);
        assert_eq!(lines[3], format!("let a = {red}{gap} | let a = {green}"));
        assert_eq!(lines[4], format!("{} > {GREEN}more{PLAIN}", " ".repeat(38)));
        let narrow = render(["one", "two"], &all, look(40, false));
        let expected = "--- one\n+++ two\n same\n-let a = b;\n+let a = c;\n+more\n";
        assert_eq!(narrow, expected);
    }
}
