//! Entries as text for a terminal.

use std::fmt::Write;

use test_fixtures::wrap;

use super::page::{Block, Entry};

/// The entry, whole.
pub(super) fn entry(entry: &Entry, width: usize) -> String {
    let mut text = format!("{}: {}\n", entry.name, lower(&entry.summary));
    text = wrap(text.trim_end(), width, 2) + "\n\nPython\n" + &indented(&entry.python);
    for (label, blocks) in &entry.parts {
        text += "\n";
        text += label;
        text += "\n";
        for block in blocks {
            text += &match block {
                Block::Prose(prose) => wrap(&format!("  {prose}"), width, 2) + "\n",
                Block::Code(code) => indented(code),
                Block::Point(point) => wrap(&format!("  - {point}"), width, 4) + "\n",
                Block::Shown(shown, what) => {
                    format!("  {shown}\n{}\n", wrap(&format!("      {what}"), width, 6))
                }
            };
        }
    }
    text
}

/// Entries to choose from, and how many more there are.
pub(super) fn list(entries: &[&Entry], left: usize, width: usize) -> String {
    let names = entries.iter().map(|entry| entry.name.len());
    // Names that are longer stand on lines of their own.
    let column = names
        .filter(|length| *length <= width / 2)
        .max()
        .unwrap_or(0);
    let mut text = match entries {
        [_] => "Best match:\n\n".to_owned(),
        _ => String::new(),
    };
    for Entry { name, summary, .. } in entries {
        let line = match name.len() > column {
            true => {
                text += &format!("{name}\n");
                format!("{:column$}  {summary}", "")
            }
            false => format!("{name:column$}  {summary}"),
        };
        text += &wrap(&line, width, column + 2);
        text += "\n";
    }
    text += "\n";
    if left > 0 {
        text += &format!("{left} more match less well: more words tell them apart.\n");
    }
    text + "compare how NAME shows one of them.\n"
}

/// All names, in columns by module.
pub(super) fn names(entries: &[Entry], width: usize) -> String {
    let mut text = String::new();
    for of_module in entries.chunk_by(|left, right| left.module == right.module) {
        let names: Vec<_> = of_module.iter().map(Entry::short).collect();
        _ = writeln!(text, "{}\n{}", of_module[0].module, columns(&names, width));
    }
    text + "compare how NAME shows one; compare how WORD … searches.\n"
}

/// The names down as many columns as have room.
fn columns(names: &[&str], width: usize) -> String {
    let rows = (1..names.len()).find(|rows| {
        let columns = names.chunks(*rows);
        let widths = columns.map(|column| 2 + widest(column));
        widths.sum::<usize>() <= width
    });
    let columns: Vec<_> = names.chunks(rows.unwrap_or(names.len().max(1))).collect();
    let mut text = String::new();
    for row in 0..columns.first().map_or(0, |column| column.len()) {
        let mut line = String::new();
        for column in &columns {
            let name = column.get(row).copied().unwrap_or_default();
            _ = write!(line, "  {name:0$}", widest(column));
        }
        text += line.trim_end();
        text += "\n";
    }
    text
}

fn widest(names: &[&str]) -> usize {
    names.iter().map(|name| name.len()).max().unwrap_or(0)
}

fn indented(code: &str) -> String {
    let lines = code.lines().map(|line| match line {
        "" => "\n".to_owned(),
        line => format!("    {line}\n"),
    });
    lines.collect()
}

/// The sentence, to stand behind a colon.
fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}
