//! What goes wrong on which row, and what the cure costs: parts down, rows across.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use maud::{Markup, html};
use measure::results::{ModelResults, Row};
use test_fixtures::{Surveyed, local, wrap};

use crate::{page::code, written::encoded};

/// What a row that a thing does not concern has in its place.
const SPARED: &str = "-";

/// The survey of a model.
struct Survey<'a> {
    rows: Vec<&'a Row>,
    /// One of each part, which has the titles.
    parts: Vec<&'a Surveyed>,
}

impl<'a> Survey<'a> {
    /// `None` where no row has one.
    fn of(results: &'a ModelResults) -> Option<Self> {
        let rows = results.rows.iter().filter(|row| !row.survey.is_empty());
        let rows: Vec<&Row> = rows.collect();
        let mut parts: Vec<&Surveyed> = Vec::new();
        for one in rows.iter().flat_map(|row| &row.survey) {
            if !parts.iter().any(|known| known.item == one.item) {
                parts.push(one);
            }
        }
        (!rows.is_empty()).then_some(Self { rows, parts })
    }

    /// The table, no line wider than `width`, and the rows that it has no room for. Names are
    /// in two lines where that makes room for more.
    fn within(&self, width: usize) -> (Vec<String>, &[&'a Row]) {
        let counts = (1..=self.rows.len()).rev();
        let mut tries =
            counts.flat_map(|count| [false, true].map(|in_two| (count, in_two)));
        let has_room = |(count, in_two)| {
            let table = self.table(count, in_two);
            let fits = table.iter().all(|line| line.chars().count() <= width);
            fits.then(|| (table, &self.rows[count..]))
        };
        tries.find_map(has_room).unwrap_or_else(|| {
            let table = self.table(1, true).into_iter();
            let cut = table.map(|line| line.chars().take(width).collect());
            (cut.collect(), &self.rows[1..])
        })
    }

    /// The lines of a table of the first `count` rows.
    fn table(&self, count: usize, in_two: bool) -> Vec<String> {
        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled);
        let titles = |of: fn(&str, bool) -> &str| {
            let names = self.rows.iter().map(move |row| of(&row.name, in_two));
            std::iter::once("").chain(names).take(1 + count)
        };
        if titles(over).any(|title| !title.is_empty()) {
            table.add_row(titles(over));
        }
        table.add_row(titles(under));
        for part in &self.parts {
            let failing = format!("{}, {}", part.item, part.harm);
            let failing = self.line(failing, part, |one| &one.failing);
            table.add_row(failing.into_iter().take(1 + count));
            let cured = format!("  cured, {}", part.cost);
            let cured = self.line(cured, part, |one| &one.cure);
            table.add_row(cured.into_iter().take(1 + count));
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 1));
            if column.index > 0 {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let table = table.trim_fmt();
        table.lines().map(|line| local(line).into_owned()).collect()
    }

    /// A title and a figure of each row.
    fn line(
        &self,
        title: String,
        part: &Surveyed,
        of: fn(&Surveyed) -> &Option<String>,
    ) -> Vec<String> {
        let found = self.rows.iter().map(|row| self.found(row, part));
        let figures = found.map(|found| figure(found, of).to_owned());
        std::iter::once(title).chain(figures).collect()
    }

    fn found(&self, row: &'a Row, part: &Surveyed) -> Option<&'a Surveyed> {
        row.survey.iter().find(|one| one.item == part.item)
    }
}

/// The first line of a name in two: `std_` of `std_only`.
fn over(name: &str, in_two: bool) -> &str {
    &name[..name.len() - under(name, in_two).len()]
}

/// Its last line, which may be all of it.
fn under(name: &str, in_two: bool) -> &str {
    match name.rfind('_') {
        Some(at) if in_two => &name[at + 1..],
        _ => name,
    }
}

/// What of the failing piece, or of the cure, is shown.
fn figure(found: Option<&Surveyed>, of: fn(&Surveyed) -> &Option<String>) -> &str {
    let figure = found.and_then(|found| of(found).as_deref());
    figure.unwrap_or(SPARED)
}

/// How many of the parts that concern a row go wrong on it. Every cure that was measured
/// holds, since a check accepts no other.
pub(crate) struct Count<'a> {
    pub(crate) row: &'a str,
    pub(crate) bites: usize,
    pub(crate) of: usize,
}

/// A count for each row; empty where there is no survey.
pub(crate) fn counts(results: &ModelResults) -> Vec<Count<'_>> {
    let rows = results.rows.iter().filter(|row| !row.survey.is_empty());
    let count = |row: &'_ Row| {
        let concerned = row.survey.iter().filter(|one| one.spared.is_none());
        (
            concerned.clone().filter(|one| one.bites).count(),
            concerned.count(),
        )
    };
    rows.map(|row| {
        let (bites, of) = count(row);
        Count {
            row: &row.name,
            bites,
            of,
        }
    })
    .collect()
}

/// The table and its legend, no line wider than `width`; `None` where there is no survey.
pub fn text(results: &ModelResults, width: usize) -> Option<String> {
    let survey = Survey::of(results)?;
    let (table, left_out) = survey.within(width);
    let legend = format!(
        "{SPARED} not tried: it does not apply to this runtime; `compare run \
         {}` gives each reason.",
        results.name
    );
    let mut notes = vec![legend];
    notes.extend(not_seen(results));
    if !left_out.is_empty() {
        let names: Vec<&str> = left_out.iter().map(|row| &*row.name).collect();
        let names = names.join(", ");
        notes.push(format!(
            "{width} columns have no room for {names}; the report has all."
        ));
    }
    let notes = notes.iter().map(|note| wrap(&local(note), width, 2) + "\n");
    Some(format!(
        "{}\n\n{}",
        table.join("\n"),
        notes.collect::<String>()
    ))
}

/// What was tried and did not go wrong: "no: cancelled-read on python, not seen in 14
/// attempts: …."
fn not_seen(results: &ModelResults) -> Vec<String> {
    let rows = results.rows.iter();
    let all = rows.flat_map(|row| row.survey.iter().map(move |one| (row, one)));
    let notes = all.filter(|(_, one)| !one.bites && one.spared.is_none());
    notes
        .map(|(row, one)| {
            format!("no: {} on {}, {}.", one.item, row.name, seen_in_no(one))
        })
        .collect()
}

/// "not seen in 14 attempts: StreamReader.readexactly takes …".
fn seen_in_no(one: &Surveyed) -> String {
    let attempts = match one.attempts {
        None => String::new(),
        Some(1) => " in 1 attempt".to_owned(),
        Some(attempts) => format!(" in {attempts} attempts"),
    };
    let why = one.why.as_ref().map(|why| format!(": {why}"));
    format!("not seen{attempts}{}", why.unwrap_or_default())
}

/// The table in the page; a cell leads to the failing piece beside its cure.
pub(crate) fn markup(results: &ModelResults) -> Option<Markup> {
    let survey = Survey::of(results)?;
    Some(html! {
        h3 { "What goes wrong, and what the cure costs" }
        div.scroll tabindex="0" role="region" aria-label=(format!("{}: what goes wrong", results.name)) {
            table.overview.survey {
                thead {
                    tr {
                        th scope="col" { span.unseen { "what" } }
                        @for row in &survey.rows { th scope="col" { code { (row.name) } } }
                    }
                }
                tbody {
                    @for part in &survey.parts {
                        tr {
                            th scope="row" {
                                (part.item) br;
                                small.quiet { (part.harm) "; cured, " (part.cost) }
                            }
                            @for row in &survey.rows {
                                td data-runtime=(row.name) { (cell(results, row, survey.found(row, part))) }
                            }
                        }
                    }
                }
            }
        }
        p.quiet.legend {
            "Above what the failing piece did, below what the cure took. "
            (SPARED) " not tried: it does not apply to this runtime; its title has the reason. "
            "A cell leads to the code."
        }
        @for note in not_seen(results) { p.quiet.legend { (note) } }
    })
}

fn cell(results: &ModelResults, row: &Row, found: Option<&Surveyed>) -> Markup {
    let Some(found) = found.filter(|found| found.spared.is_none()) else {
        let why = found.and_then(|found| found.spared.as_deref());
        return html! { span.quiet title=[why] { (SPARED) } };
    };
    let class = if found.bites { "slower" } else { "tie" };
    let failing = figure(Some(found), |one| &one.failing);
    let cure = figure(Some(found), |one| &one.cure);
    let figures = html! {
        span class=(class) { (failing) }
        br;
        span { (cure) }
    };
    // A pair is named by its folder.
    let folder = found.item.replace('-', "_");
    let mut pairs = row.pairs.iter();
    let pair = pairs.find(|pair| pair.name == found.item || pair.name == folder);
    let link = match pair {
        Some(pair) => Some(link(results, row, &pair.name)),
        None => beside(results, row),
    };
    let title = (!found.bites).then(|| seen_in_no(found));
    html! {
        @match link {
            Some(link) => a href=(link) title=[title] { (figures) },
            None => span title=[title] { (figures) },
        }
    }
}

/// The address of a row's source beside that of the first row that has one: a peer has all
/// its pieces in one file.
fn beside(results: &ModelResults, row: &Row) -> Option<String> {
    let mut others = results
        .rows
        .iter()
        .filter(|one| one.source.is_some() && one.name != row.name);
    let first = others.next().filter(|_| row.source.is_some())?;
    Some(code::link(&results.name, &first.name, &row.name))
}

/// The address of a pair within the page.
fn link(results: &ModelResults, row: &Row, pair: &str) -> String {
    let name = format!("{pair}/{}", row.name);
    format!("#{}:{}", encoded(&results.name), encoded(&name))
}

#[cfg(test)]
mod tests;
