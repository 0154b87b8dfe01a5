//! Two sources side by side above what they came to, and every source by itself.
//!
//! The opening pair is written here, so it can be read without the script, which takes
//! every other pair from the sources that stand below it.

use maud::{Markup, html};

use super::{
    Place,
    changes::{Change, are_alike, changes, words},
    figures, lanes, pair,
};
use crate::results::{ModelResults, Row, Source};

/// A model's code; nothing if no two of its rows have a source.
pub(super) fn code(place: usize, results: &ModelResults, most: usize) -> Markup {
    let Some(rows) = pair::opening(results) else {
        return html! { p { "No two rows have a source to lay side by side." } };
    };
    let places = rows.map(|row| Place { model: place, row });
    let [left, right] = rows.map(|row| &results.rows[row]);
    let link = link(&results.name, &left.name, &right.name);
    let told = Place {
        model: place,
        row: 0,
    }
    .id("differs");
    html! {
        form.choose hidden autocomplete="off" {
            (choice("Left", "left", place, results, rows[0]))
            (choice("Right", "right", place, results, rows[1]))
            p { button type="button" name="swap" { "Swap sides" } " " a.link href=(link) { "Link to this pair" } }
        }
        @if let (Some(one), Some(other)) = (&left.source, &right.source) {
            p.differs id=(told) role="status" { (differs(left, right)) }
            div.scroll.sources tabindex="0" role="region" aria-label=(format!("{}: code side by side", results.name)) {
                (side_by_side(one, other))
            }
        }
        figure.timelines.pair aria-label=(format!("{}: the timelines of the two rows", results.name)) { (lanes::pair(places, results, most)) }
        div.pair-rows { (figures::table(results, "The two rows", places.into_iter())) }
        details.files {
            summary { "Every file by itself" }
            @for (index, row) in results.rows.iter().enumerate() {
                @if let Some(source) = &row.source {
                    h4 { code { (row.name) } span.path { " " (source.path) } }
                    pre id=(Place { model: place, row: index }.id("code")) data-path=(source.path)
                        tabindex="0" { code { (source.text) } }
                }
            }
        }
    }
}

/// Two sources in a table of two columns.
fn side_by_side(left: &Source, right: &Source) -> Markup {
    let (mut left_line, mut right_line) = (0, 0);
    html! {
        table.diff aria-label="Two sources side by side" {
            colgroup { col.number; col; col.mark; col.number; col; }
            thead {
                tr { th scope="col" colspan="2" { (left.path) } td {} th scope="col" colspan="2" { (right.path) } }
            }
            tbody {
                @for change in changes(&left.text, &right.text) {
                    @let (class, mark, said) = marked(change);
                    @let (one, other) = sides(change);
                    tr class=[class] {
                        (side(one.as_deref(), &mut left_line))
                        td.mark { (mark) @if !said.is_empty() { span.unseen { (said) } } }
                        (side(other.as_deref(), &mut right_line))
                    }
                }
            }
        }
    }
}

type Words<'a> = Vec<(&'a str, bool)>;

fn sides(change: Change<'_>) -> (Option<Words<'_>>, Option<Words<'_>>) {
    match change {
        Change::Same(line) => (Some(vec![(line, false)]), Some(vec![(line, false)])),
        Change::Changed(left, right) => {
            let [left, right] = words(left, right);
            (Some(left), Some(right))
        }
        Change::Removed(line) => (Some(vec![(line, false)]), None),
        Change::Added(line) => (None, Some(vec![(line, false)])),
    }
}

/// The class of a row, its mark, and the mark in words.
fn marked(change: Change<'_>) -> (Option<&'static str>, &'static str, &'static str) {
    match change {
        Change::Same(_) => (None, "", ""),
        Change::Changed(left, right) if are_alike(left, right) => {
            (Some("changed"), "≠", " changed")
        }
        Change::Changed(..) => (Some("changed"), "‹›", " one left, another right"),
        Change::Removed(_) => (Some("removed"), "‹", " left only"),
        Change::Added(_) => (Some("added"), "›", " right only"),
    }
}

fn side(words: Option<&[(&str, bool)]>, line: &mut usize) -> Markup {
    let Some(words) = words else {
        return html! { td.number {} td.empty {} };
    };
    *line += 1;
    let first = words.iter().map(|(word, _)| word.trim_start());
    let first = first.collect::<Vec<_>>().concat();
    let is_comment = first.starts_with("//") || first.starts_with('#');
    html! {
        td.number { (*line) }
        td.comment[is_comment] {
            code { @for (word, only) in words { @if *only { mark { (word) } } @else { (word) } } }
        }
    }
}

fn choice(
    label: &str,
    name: &str,
    place: usize,
    results: &ModelResults,
    chosen: usize,
) -> Markup {
    html! {
        fieldset {
            legend { (label) }
            @for (index, row) in results.rows.iter().enumerate() {
                @if row.source.is_some() {
                    @let key = Place { model: place, row: index }.key();
                    label {
                        input type="radio" name=(name) value=(key) data-name=(row.name)
                            checked[index == chosen];
                        code { (row.name) }
                    }
                }
            }
        }
    }
}

fn differs(left: &Row, right: &Row) -> String {
    let text = |row: &Row| {
        row.source
            .as_ref()
            .map_or(String::new(), |source| source.text.clone())
    };
    let (one, other) = (text(left), text(right));
    let rows = changes(&one, &other);
    let same = rows
        .iter()
        .filter(|row| matches!(row, Change::Same(_)))
        .count();
    let differ = rows.len() - same;
    format!(
        "{} beside {}: {same} lines are the same, {differ} differ.",
        left.name, right.name
    )
}

/// An address within the page that restores a pair: `#semaphores:tokio..smol`.
fn link(model: &str, left: &str, right: &str) -> String {
    let [model, left, right] = [model, left, right].map(encoded);
    format!("#{model}:{left}..{right}")
}

/// As `encodeURIComponent` has it.
pub(super) fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte);
    let encode = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_link_is_one_word() {
        let link = super::link("semaphores", "tokio", "<a b>");
        assert_eq!(link, "#semaphores:tokio..%3Ca%20b%3E");
    }
}
