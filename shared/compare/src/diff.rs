//! Two variants of a model side by side, what differs marked.

use diff::Result as Line;

use crate::terminal;

/// Lines are at most this wide: rustfmt.toml says so.
const SOURCE_WIDTH: usize = 90;

/// The two texts in two columns, or below each other where the terminal is too narrow.
pub(crate) fn render(left: (&str, &str), right: (&str, &str)) -> String {
    let column = column_width();
    let ((left_name, left), (right_name, right)) = (left, right);
    let lines = diff::lines(left.trim_end(), right.trim_end());
    if column < SOURCE_WIDTH / 2 {
        return below_each_other(left_name, right_name, &lines);
    }
    let mut text = row(column, left_name, ' ', right_name);
    text += &row(column, "", ' ', "");
    let mut removed: Vec<&str> = Vec::new();
    let mut added: Vec<&str> = Vec::new();
    for line in lines {
        match line {
            Line::Left(line) => removed.push(line),
            Line::Right(line) => added.push(line),
            Line::Both(line, _) => {
                text += &block(column, &mut removed, &mut added);
                text += &row(column, line, ' ', line);
            }
        }
    }
    text + &block(column, &mut removed, &mut added)
}

/// What a narrow terminal gets: one column, as patches have it.
fn below_each_other(left: &str, right: &str, lines: &[Line<&str>]) -> String {
    let mut text = format!("--- {left}\n+++ {right}\n");
    for line in lines {
        let (mark, line) = match line {
            Line::Left(line) => ('-', line),
            Line::Right(line) => ('+', line),
            Line::Both(line, _) => (' ', line),
        };
        text += format!("{mark}{line}").trim_end();
        text.push('\n');
    }
    text
}

/// Lines that differ: those of one side beside those of the other.
fn block(column: usize, removed: &mut Vec<&str>, added: &mut Vec<&str>) -> String {
    let mut text = String::new();
    for index in 0..removed.len().max(added.len()) {
        text += &match (removed.get(index), added.get(index)) {
            (Some(left), Some(right)) => row(column, left, '|', right),
            (Some(left), None) => row(column, left, '<', ""),
            (None, right) => row(column, "", '>', right.unwrap_or(&"")),
        };
    }
    removed.clear();
    added.clear();
    text
}

/// One line of each, as many rows as the longer one takes.
fn row(column: usize, left: &str, mark: char, right: &str) -> String {
    let (left, right) = (wrapped(column, left), wrapped(column, right));
    let mut text = String::new();
    for index in 0..left.len().max(right.len()) {
        let part = |side: &[String]| side.get(index).cloned().unwrap_or_default();
        let line = format!("{:column$} {mark} {}", part(&left), part(&right));
        text += line.trim_end();
        text.push('\n');
    }
    text
}

fn wrapped(column: usize, line: &str) -> Vec<String> {
    let characters: Vec<char> = line.chars().collect();
    match characters.is_empty() {
        true => vec![String::new()],
        false => characters
            .chunks(column)
            .map(|part| part.iter().collect())
            .collect(),
    }
}

/// Half of the terminal, less the mark between; as wide as sources get where there is none.
fn column_width() -> usize {
    terminal::width().map_or(SOURCE_WIDTH, |columns| {
        (columns.saturating_sub(3) / 2).min(SOURCE_WIDTH)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_differs_is_marked() {
        let text = super::render(("a", "same\nold\n"), ("b", "same\nnew\nmore\n"));
        let marks: Vec<char> = text
            .lines()
            .skip(2)
            .map(|line| line.chars().nth(super::SOURCE_WIDTH + 1).unwrap_or(' '))
            .collect();
        assert_eq!(marks, [' ', '|', '>']);
    }
}
