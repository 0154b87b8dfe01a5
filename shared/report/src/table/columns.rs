//! The columns of a model's table, and which of them there is room for.

use comfy_table::{
    Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, presets,
};
use measure::{
    results::{ModelResults, Row},
    seen,
    statistics::Verdict,
};

use super::Style;
use crate::{
    figure::{digits, megabytes, ratio_of, time, word},
    groups,
    notes::missed,
    overview::ANOTHER_JOB,
};

/// One column. None holds two figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Name,
    Time,
    Floor,
    Reference,
    From,
    To,
    Verdict,
    Ties,
    Cpu,
    Memory,
    Switches,
    /// What the checks saw, by its place among such columns.
    Seen(usize),
}

/// What stands over both ends of the interval.
const INTERVAL: &str = "95 % interval";

/// The columns that are left out where there is no room, in this order.
const DISPENSABLE: [(&[Column], &str); 6] = [
    (&[Column::Switches], "switches"),
    (&[Column::Floor], "× floor"),
    (&[Column::Memory], "memory"),
    (&[Column::Ties], "ties"),
    (&[Column::Cpu], "CPU"),
    (&[Column::From, Column::To], INTERVAL),
];

impl Column {
    const ALL: [Self; 11] = [
        Self::Name,
        Self::Time,
        Self::Floor,
        Self::Reference,
        Self::From,
        Self::To,
        Self::Verdict,
        Self::Ties,
        Self::Cpu,
        Self::Memory,
        Self::Switches,
    ];

    /// The two lines of its title.
    fn title(self, results: &ModelResults) -> [&str; 2] {
        let reference = &*results.reference;
        match self {
            Self::Name | Self::Verdict => ["", ""],
            Self::Time => ["", "time"],
            Self::Floor => ["×", "floor"],
            Self::Reference => ["×", reference],
            Self::From => [INTERVAL, "from"],
            Self::To => ["", "to"],
            Self::Ties => ["", "ties"],
            Self::Cpu => ["", "CPU"],
            Self::Memory => ["", "memory"],
            Self::Switches => ["", "switches"],
            Self::Seen(at) => {
                let name = seen::columns(results)[at];
                name.rsplit_once(' ').map_or(["", name], <[&str; 2]>::from)
            }
        }
    }

    /// Its title in one line.
    fn document_title(self, results: &ModelResults) -> String {
        match self {
            Self::From => format!("{INTERVAL} from"),
            Self::To => format!("{INTERVAL} to"),
            Self::Verdict => "verdict".to_owned(),
            _ => self.title(results).join(" ").trim().to_owned(),
        }
    }

    fn cell(self, row: &Row, results: &ModelResults) -> String {
        if self == Self::Name {
            return name(row);
        }
        let Some(summary) = &row.summary else {
            let is_first = self == Self::Time;
            return if is_first { "–" } else { "" }.to_owned();
        };
        let interval = || summary.to_reference?.interval;
        let of_ratio = |ratio: Option<f64>| ratio.map_or_else(String::new, ratio_of);
        match self {
            Self::Name | Self::Ties => String::new(),
            Self::Time => time(summary.time.median),
            // Beside a floor that misses the deadline, 1.00 would look like success.
            Self::Floor if missed(results).is_some() => String::new(),
            Self::Floor => of_ratio(summary.to_floor.map(|ratio| ratio.median)),
            Self::Reference => match summary.to_reference {
                None if row.name == results.reference => "1".to_owned(),
                ratio => of_ratio(ratio.map(|ratio| ratio.median)),
            },
            Self::From => of_ratio(interval().map(|(low, _)| low)),
            Self::To => of_ratio(interval().map(|(_, high)| high)),
            // With too few rounds no row has a verdict, and the head explains that.
            Self::Verdict => match (summary.verdict, results.resolution) {
                (Some(Verdict::Unknown), None) | (None, _) => String::new(),
                (Some(verdict), _) => word(verdict).to_owned(),
            },
            Self::Cpu => time(summary.cpu),
            Self::Memory => summary.memory.map_or_else(String::new, megabytes),
            Self::Switches => format!("{}", summary.switches.round()),
            Self::Seen(at) => {
                let median = seen::median_of(row, seen::columns(results)[at]);
                median.map_or_else(String::new, digits)
            }
        }
    }
}

fn name(row: &Row) -> String {
    let mut name = row.name.clone();
    if row.legacy {
        name += " (legacy)";
    }
    if row.another_job.is_some() {
        name.extend([' ', ANOTHER_JOB]);
    }
    if !row.deviations.is_empty() {
        name += " *";
    }
    name
}

/// A column with its cells.
struct Filled {
    column: Column,
    cells: Vec<String>,
}

/// The rows that a table has. A line for all models names what isn't installed. Where
/// nothing is installed, the table shows these rows.
pub(super) fn rows(results: &ModelResults) -> impl Iterator<Item = &Row> {
    let has_rows = results.rows.iter().any(|row| !row.is_not_installed);
    let rows = results.rows.iter();
    rows.filter(move |row| !row.is_not_installed || !has_rows)
}

/// All columns that have anything in them.
fn filled(results: &ModelResults, style: Style) -> Vec<Filled> {
    let letters = groups::letters(results).unwrap_or_default();
    let cell = |column: Column, row: &Row| match column {
        Column::Ties => letters.get(&*row.name).cloned().unwrap_or_default(),
        column => column.cell(row, results),
    };
    let own = (0..seen::columns(results).len()).map(Column::Seen);
    let columns = Column::ALL.into_iter().chain(own).map(|column| {
        let cells = rows(results).map(|row| style.text(&cell(column, row)));
        Filled {
            column,
            cells: cells.collect(),
        }
    });
    let has_cells = |filled: &Filled| filled.cells.iter().any(|cell| !cell.is_empty());
    columns.filter(has_cells).collect()
}

/// The table in a document.
pub(super) fn document(results: &ModelResults) -> String {
    let columns = filled(results, Style::Markdown);
    let title = |filled: &Filled| {
        let title = filled.column.document_title(results);
        Style::Markdown.text(&title)
    };
    let mut table = table(columns.iter().map(title), &columns);
    table.load_style(presets::ASCII_MARKDOWN);
    table.trim_fmt()
}

/// The table in `width` columns of a terminal, and the titles of what had no room.
pub(super) fn within(
    results: &ModelResults,
    width: usize,
) -> (String, Vec<&'static str>) {
    let mut columns = filled(results, Style::Terminal);
    let titles = |filled: &Filled| {
        let titles = filled.column.title(results);
        titles.map(|title| Style::Terminal.text(title))
    };
    let width_of = |filled: &Filled| {
        let [_, title] = titles(filled);
        let cells = filled.cells.iter().chain([&title]);
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let all = |columns: &[Filled]| {
        let widths = columns.iter().map(|filled| width_of(filled) + 1);
        widths.sum::<usize>().saturating_sub(1)
    };
    let mut left_out = Vec::new();
    for (parts, title) in DISPENSABLE {
        if all(&columns) <= width {
            break;
        }
        let before = columns.len();
        columns.retain(|filled| !parts.contains(&filled.column));
        if columns.len() < before {
            left_out.push(title);
        }
    }
    let bottom = columns.iter().map(|filled| {
        let [_, title] = titles(filled);
        title
    });
    let mut table = table(bottom, &columns);
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        // The last column's padding is trimmed.
        .set_width(u16::try_from(width + 1).unwrap_or(u16::MAX));
    // Where there is too little room even so, names are broken, and no figure is.
    for column in table.column_iter_mut().skip(1) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    let table = table.trim_fmt();
    // Titles are aligned to the right, so where the first line ends, the last column does.
    let mut end = table.lines().next().map_or(0, |line| line.chars().count());
    let mut top = vec![' '; end];
    for filled in columns.iter().skip(1).rev() {
        let [title, _] = titles(filled);
        let wide = width_of(filled);
        let start = match filled.column {
            Column::From => end.saturating_sub(wide),
            _ => end.saturating_sub(title.chars().count()),
        };
        for (place, letter) in (start..).zip(title.chars()) {
            match top.get_mut(place) {
                Some(free) => *free = letter,
                None => top.push(letter),
            }
        }
        end = end.saturating_sub(wide + 1);
    }
    let top: String = top.into_iter().collect();
    match top.trim_end() {
        "" => (table, left_out),
        top => (format!("{top}\n{table}"), left_out),
    }
}

fn table(titles: impl Iterator<Item = String>, columns: &[Filled]) -> Table {
    let mut table = Table::new();
    let right = |title| Cell::new(title).set_alignment(CellAlignment::Right);
    table.set_header(titles.map(right));
    let rows = columns.first().map_or(0, |first| first.cells.len());
    for row in 0..rows {
        table.add_row(columns.iter().map(|filled| &filled.cells[row]));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
        if column.index > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
