//! What was counted, as a table for a terminal.

use report::terminal;
use test_fixtures::{local, shown, wrap};

use super::{Counted, Row, figures::Figure};

/// How many system calls of a row are named: those that it makes most.
const MOST: usize = 3;
/// Those that are made less often than one in so many items are not named.
const SELDOM: f64 = 0.01;

/// The table with its legend, the system calls by name, and notes.
pub(super) fn table(counted: &Counted) -> String {
    let [small, large] = &counted.jobs;
    let item = &counted.item;
    let width = terminal::width();
    let paragraph = |line: &str| wrap(&local(&shown(line)), width, 2) + "\n";
    let mut text = paragraph(&format!(
        "{}: {large}, less {small}: {} {item}s",
        counted.model, counted.items
    ));
    text.push('\n');
    let names = counted.rows.iter().map(|row| row.name.chars().count());
    let names = names.max().unwrap_or(0).max("variant".len());
    let reference = instructions_of(counted, &counted.reference);
    text += &line(names, "variant", &TITLES.map(str::to_owned));
    for row in &counted.rows {
        text += &line(
            names,
            &shown(&row.name),
            &cells(row, reference, counted.repeats > 1),
        );
    }
    text.push('\n');
    text += &paragraph(&format!(
        "each figure is that of one {item}; ±: the largest of {} less the smallest; ratio: \
         instructions to {}'s, \"same\" where they are no further apart than they spread",
        counted.repeats, counted.reference
    ));
    text += &repeatable(counted).map_or_else(String::new, |line| paragraph(&line));
    let calls: Vec<_> = counted.rows.iter().filter_map(calls).collect();
    if !calls.is_empty() {
        text += "\nsystem calls by name:\n";
        for (name, calls) in calls {
            let line = format!("  {name:names$}  {calls}");
            text += &(wrap(&local(&shown(&line)), width, names + 4) + "\n");
        }
    }
    let notes = notes(counted);
    if !notes.is_empty() {
        text.push('\n');
        notes.iter().for_each(|note| text += &paragraph(note));
    }
    text
}

const TITLES: [&str; 7] = [
    "calls",
    "±",
    "instructions",
    "±",
    "ratio",
    "allocs",
    "bytes",
];
/// Columns, with the space before each. With the longest name it is a line of 79.
const WIDTHS: [usize; 7] = [7, 6, 13, 7, 6, 7, 8];

fn line(names: usize, name: &str, cells: &[String; 7]) -> String {
    let mut line = format!("{name:names$}");
    for (cell, width) in cells.iter().zip(WIDTHS) {
        line += &format!(" {cell:>width$}", width = width - 1);
    }
    local(line.trim_end()).into_owned() + "\n"
}

fn cells(row: &Row, reference: Option<Figure>, is_repeated: bool) -> [String; 7] {
    let cell = |number: Option<f64>| number.map_or("-".to_owned(), digits);
    let each = |figure: Option<Figure>| cell(figure.map(|it| it.each));
    let spread =
        |figure: Option<Figure>| cell(figure.filter(|_| is_repeated).map(|it| it.spread));
    let ratio = match (row.instructions, reference) {
        (Some(own), Some(reference)) if own != reference => {
            own.ratio_to(&reference).map_or("same".to_owned(), ratio_of)
        }
        (Some(_), Some(_)) => "1".to_owned(),
        _ => "-".to_owned(),
    };
    [
        each(row.system_calls),
        spread(row.system_calls),
        each(row.instructions),
        spread(row.instructions),
        ratio,
        each(row.allocations),
        each(row.bytes),
    ]
}

fn instructions_of(counted: &Counted, name: &str) -> Option<Figure> {
    let row = counted.rows.iter().find(|row| row.name == name)?;
    row.instructions
}

/// Three digits or, of what has more, all before the point.
fn digits(number: f64) -> String {
    // What the set-up differs by from trial to trial may leave less than nothing.
    let number = if number.abs() < 0.005 { 0.0 } else { number };
    match number.abs() {
        size if size < 9.995 => format!("{number:.2}"),
        size if size < 99.95 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}

/// Three decimals where a few hundredths are what is looked for.
fn ratio_of(ratio: f64) -> String {
    if (0.1..1.9995).contains(&ratio) {
        format!("{ratio:.3}")
    } else {
        digits(ratio)
    }
}

/// Which counts differ from trial to trial.
fn repeatable(counted: &Counted) -> Option<String> {
    if counted.repeats == 1 {
        return Some(
            "counted once, so nothing shows whether it is repeatable (--repeats)"
                .to_owned(),
        );
    }
    type Of = fn(&Row) -> Option<Figure>;
    let all: [(&str, Of); 3] = [
        ("system calls", |row| row.system_calls),
        ("instructions", |row| row.instructions),
        ("allocations", |row| row.allocations),
    ];
    let lists = all.iter().filter_map(|(what, of)| {
        let has = |row: &&Row| of(row).is_some();
        let differ = |row: &&Row| of(row).is_some_and(|figure| !figure.is_repeatable());
        let rows: Vec<_> = counted.rows.iter().filter(differ).collect();
        let names: Vec<_> = rows.iter().map(|row| &*row.name).collect();
        match rows.len() {
            0 => None,
            count if count > 1 && count == counted.rows.iter().filter(has).count() => {
                Some(format!("{what} of every row"))
            }
            _ => Some(format!("{what} of {}", names.join(", "))),
        }
    });
    let lists: Vec<_> = lists.collect();
    Some(match lists.is_empty() {
        true => "all counts are repeatable within 1 %".to_owned(),
        false => format!("not repeatable within 1 %: {}", lists.join("; ")),
    })
}

/// A row's most frequent system calls, each with how many an item makes.
fn calls(row: &Row) -> Option<(&str, String)> {
    let mut all: Vec<_> = row.calls.iter().collect();
    all.retain(|(_, figure)| figure.each >= SELDOM);
    all.sort_by(|(_, one), (_, other)| other.each.total_cmp(&one.each));
    let most = all.iter().take(MOST);
    let words: Vec<_> = most
        .map(|(name, figure)| format!("{name} {}", digits(figure.each)))
        .collect();
    (!words.is_empty()).then(|| (&*row.name, words.join(", ")))
}

/// Each note once, with all its rows.
fn notes(counted: &Counted) -> Vec<String> {
    let mut notes: Vec<(&str, Vec<&str>)> = Vec::new();
    for row in &counted.rows {
        for note in &row.notes {
            match notes.iter_mut().find(|(known, _)| known == note) {
                Some((_, rows)) => rows.push(&row.name),
                None => notes.push((note, vec![&row.name])),
            }
        }
    }
    let line = |(note, rows): (&str, Vec<&str>)| format!("{}: {note}", rows.join(", "));
    notes.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use measure::host::Host;

    use super::*;

    fn row(name: &str, instructions: f64, spread: f64) -> Row {
        let figure = |each, spread| Some(Figure { each, spread });
        Row {
            name: name.to_owned(),
            system_calls: figure(12.25, 0.0),
            calls: [("futex", 8.0), ("read", 4.25), ("brk", 0.001)]
                .map(|(name, each)| (name.to_owned(), Figure { each, spread: 0.0 }))
                .into(),
            instructions: figure(instructions, spread),
            allocations: figure(3.0, 0.0),
            bytes: figure(512.0, 0.0),
            ..Row::default()
        }
    }

    fn counted(rows: Vec<Row>) -> Counted {
        Counted {
            command: Vec::new(),
            host: Host::here([]),
            model: "made-up".to_owned(),
            item: "thing".to_owned(),
            jobs: ["10 things".to_owned(), "20 things".to_owned()],
            items: 10,
            repeats: 3,
            reference: "base".to_owned(),
            interrupted: false,
            missing: Vec::new(),
            rows,
        }
    }

    #[test]
    fn two_per_cent_more_are_shown_and_what_spreads_is_named() {
        let base = row("base", 100_000.0, 10.0);
        let mut bare = row("bare", 0.0, 0.0);
        (bare.instructions, bare.allocations) = (None, None);
        bare.notes.push("why".to_owned());
        let widest = row("buffer_unordered_block_on", 102_000.0, 20.0);
        let text = table(&counted(vec![
            base,
            widest,
            row("wild", 103_000.0, 5_000.0),
            bare,
        ]));
        let cells = |name: &str| {
            let line = text.lines().find(|line| line.starts_with(name));
            let words = line.expect("a line").split_whitespace().skip(1);
            words.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(cells("base")[2..5], ["100000", "10.0", "1"]);
        assert_eq!(cells("buffer")[2..5], ["102000", "20.0", "1.020"]);
        assert_eq!(cells("wild")[2..5], ["103000", "5000", "same"]);
        assert_eq!(cells("bare")[2..6], ["-", "-", "-", "-"]);
        let not = "not repeatable within 1 %: instructions of wild\n";
        assert!(text.contains(not), "{text}");
        assert!(text.contains("futex 8.00, read 4.25\n"), "{text}");
        assert!(text.ends_with("\nbare: why\n"), "{text}");
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(80), "{text}");
    }

    #[test]
    fn what_no_row_repeats_is_said_of_every_row() {
        let all = vec![row("base", 1e5, 5e3), row("other", 1e5, 5e3)];
        let text = table(&counted(all));
        assert!(text.contains("1 %: instructions of every row\n"), "{text}");
        let calm = table(&counted(vec![row("base", 1e5, 5.0)]));
        assert!(
            calm.contains("all counts are repeatable within 1 %\n"),
            "{calm}"
        );
        let mut once = counted(vec![row("base", 1e5, 0.0)]);
        once.repeats = 1;
        assert!(table(&once).contains("(--repeats)"));
    }
}
