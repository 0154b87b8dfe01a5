//! Two lessons side by side above their results, and every file alone.
//!
//! The opening pair is written here, so it can be read without the script. What differs
//! between the others is [packed](super::packed) as [`encoding`] has it, and so are the files
//! below, from which the script draws it.

use maud::{Markup, PreEscaped, html};
use measure::{
    results::{ModelResults, Row},
    source::{Part, Source},
};

use super::{
    encoding, figures, lanes, opening,
    packed::{self, Packed},
    row::Place,
};
use crate::{
    difference::{Change, Cut, Difference, Marks, Sections},
    taken,
    written::encoded,
};

/// The sources of a model's rows, as the page has them: what comes along with several of them
/// stands there once.
pub(super) struct Sources<'a> {
    /// One for each row.
    wholes: Vec<Option<String>>,
    shared: Vec<&'a Part>,
}

impl<'a> Sources<'a> {
    pub(super) fn of(results: &'a ModelResults) -> Self {
        let sources = results.rows.iter().map(|row| row.source.as_ref());
        let parts = || sources.clone().flatten().flat_map(|source| &source.parts);
        let mut shared: Vec<&Part> = Vec::new();
        for part in parts() {
            let is_known = shared.iter().any(|known| known.path == part.path);
            if !is_known && parts().filter(|one| one.path == part.path).count() > 1 {
                shared.push(part);
            }
        }
        let is_own = |part: &Part| shared.iter().all(|one| one.path != part.path);
        let whole = |source: &Source| taken::whole_with(source, is_own);
        Self {
            wholes: sources.clone().map(|source| source.map(whole)).collect(),
            shared,
        }
    }

    /// One for each row.
    pub(super) fn cuts(&self) -> Vec<Option<Cut<'_>>> {
        let wholes = self.wholes.iter();
        wholes.map(|whole| whole.as_deref().map(Cut::of)).collect()
    }

    /// What differs between all pairs.
    pub(super) fn changes(&self) -> String {
        let cuts = self.cuts();
        encoding::all(&cuts.iter().flatten().collect::<Vec<_>>())
    }
}

/// A model's code; nothing if no two of its rows have a source. `changes` is where those of
/// all pairs are packed.
pub(super) fn code(
    place: usize,
    results: &ModelResults,
    most: usize,
    sources: &Sources<'_>,
    all_changes: usize,
    files: &Markup,
) -> Markup {
    let cuts = sources.cuts();
    let Some(rows) = opening::opening(results, &cuts) else {
        return html! { p { "No two rows have a source to lay side by side." } };
    };
    let places = rows.map(|row| Place { model: place, row });
    let [left, right] = rows.map(|row| &results.rows[row]);
    let opening = rows.map(|row| cuts[row].as_ref().expect("a pair has sources"));
    let changes = Difference::between(opening[0], opening[1]).lesson;
    let link = link(&results.name, &left.name, &right.name);
    let told = Place {
        model: place,
        row: 0,
    }
    .id("differs");
    let paths = opening_paths([left, right]);
    html! {
        div.beside {
            form.choose.pairs hidden autocomplete="off" data-changes=(all_changes) {
                (choice("Left", "left", place, results, rows[0]))
                (choice("Right", "right", place, results, rows[1]))
                p {
                    button type="button" name="swap" { "Swap sides" }
                    label.whole { input type="checkbox" name="whole"; " Whole files" }
                    " " a.link href=(link) { "Link to this pair" }
                }
            }
            p.differs id=(told) role="status" { (differs([&left.name, &right.name], &changes)) }
            div.scroll.sources tabindex="0" role="region" aria-label=(format!("{}: code side by side", results.name)) {
                (side_by_side(paths, &changes))
            }
            (take(2))
        }
        figure.timelines.pair aria-label=(format!("{}: the timelines of the two rows", results.name)) { (lanes::pair(places, results, most)) }
        div.pair-rows { (figures::table(results, "The two rows", places.into_iter())) }
        (files)
    }
}

/// Every file of a model, packed.
pub(super) fn files(
    place: usize,
    results: &ModelResults,
    sources: &Sources<'_>,
    packed: &mut Packed,
) -> Markup {
    html! {
        details.files {
            summary { "Every file by itself, with what can be taken home" }
            (packed::note())
            @for (index, (row, whole)) in results.rows.iter().zip(&sources.wholes).enumerate() {
                @if let (Some(source), Some(whole)) = (&row.source, whole) {
                    (file(Place { model: place, row: index }, row, source, whole, &sources.shared, packed))
                }
            }
            @for (index, part) in sources.shared.iter().enumerate() {
                h4 { span.path { (part.path) } }
                pre id=(part_id(place, index)) tabindex="0" { code data-packed=(packed.add(taken::below_its_name(part))) {} }
            }
        }
    }
}

/// A whole file. What can be taken home has a section of its own, below the lines for
/// `Cargo.toml`.
fn file(
    place: Place,
    row: &Row,
    source: &Source,
    whole: &str,
    shared: &[&Part],
    packed: &mut Packed,
) -> Markup {
    let comes_with = |part: &&Part| source.parts.iter().any(|own| own.path == part.path);
    let parts = shared
        .iter()
        .enumerate()
        .filter(|(_, part)| comes_with(part));
    let parts: Vec<String> = parts
        .map(|(index, _)| part_id(place.model, index))
        .collect();
    let Sections {
        header,
        adapter,
        lesson,
    } = Sections::of(whole);
    let can_be_taken = !adapter.is_empty();
    html! {
        div id=(place.id("code")) data-path=(source.path) {
            h4 { code { (row.name) } span.path { " " (source.path) } }
            @if !(header.is_empty() && adapter.is_empty()) {
                pre tabindex="0" { code { span.header data-packed=(packed.add(header)) {} span.adapter data-packed=(packed.add(adapter)) {} } }
            }
            pre class=[can_be_taken.then_some("taken")] tabindex="0" data-parts=(parts.join(" ")) {
                code { span data-packed=(packed.add(taken::cargo_lines(source))) {} span.lesson data-packed=(packed.add(lesson)) {} }
            }
        }
    }
}

fn opening_paths(rows: [&Row; 2]) -> [&str; 2] {
    rows.map(|row| row.source.as_ref().map_or("", |source| &*source.path))
}

/// Buttons that take home what is chosen, and where it is then shown.
pub(super) fn take(buttons: usize) -> Markup {
    html! {
        div.take hidden {
            p { @for _ in 0..buttons { button type="button" { "Take it home" } } }
            pre tabindex="0" hidden {}
        }
    }
}

fn part_id(model: usize, index: usize) -> String {
    format!("part-{model}-{index}")
}

/// Text of an element. Where it stands, `"` and `>` mean nothing else, and sources are full
/// of them.
fn text(text: &str) -> PreEscaped<String> {
    PreEscaped(text.replace('&', "&amp;").replace('<', "&lt;"))
}

/// Two sources in a table of two columns. The style knows its cells by their places, and
/// writes the numbers of lines and the marks between them, since a page has thousands.
pub(super) fn side_by_side(paths: [&str; 2], changes: &[Change<'_>]) -> Markup {
    html! {
        table.diff aria-label="Two sources side by side" {
            colgroup { col.number; col; col.mark; col.number; col; }
            thead {
                tr { th scope="col" colspan="2" { (paths[0]) } td {} th scope="col" colspan="2" { (paths[1]) } }
            }
            tbody {
                @for change in changes {
                    @let (one, other) = sides(change);
                    tr class=[class(change)] { (side(one)) td {} (side(other)) }
                }
            }
        }
    }
}

/// A line, and what of it the other side lacks.
type Side<'a> = Option<(&'a str, Marks)>;

fn sides<'a>(change: &Change<'a>) -> (Side<'a>, Side<'a>) {
    let plain = |line: &'a str| Some((line, Marks::new()));
    match change {
        Change::Same(line) => (plain(line), plain(line)),
        Change::Changed { left, right, marks } => {
            let [one, other] = marks.clone();
            (Some((left, one)), Some((right, other)))
        }
        Change::Beside(left, right) => (plain(left), plain(right)),
        Change::Removed(line) => (plain(line), None),
        Change::Added(line) => (None, plain(line)),
    }
}

/// The class of a row: by it the style knows its mark.
fn class(change: &Change<'_>) -> Option<&'static str> {
    match change {
        Change::Same(_) => None,
        Change::Changed { .. } => Some("changed"),
        Change::Beside(..) => Some("unlike"),
        Change::Removed(_) => Some("removed"),
        Change::Added(_) => Some("added"),
    }
}

/// The cell of a number, and that of a line.
fn side(side: Side<'_>) -> Markup {
    let Some((line, marks)) = side else {
        return html! { td {} td {} };
    };
    let first = line.trim_start();
    let is_comment = first.starts_with("//") || first.starts_with('#');
    // Before each mark, what stands between it and the one before.
    let starts = std::iter::once(0).chain(marks.iter().map(|mark| mark.end));
    let between = starts
        .zip(&marks)
        .map(|(start, mark)| (&line[start..mark.start], mark));
    let rest = &line[marks.last().map_or(0, |mark| mark.end)..];
    html! {
        td {}
        td class=[is_comment.then_some("comment")] {
            @for (plain, mark) in between { (text(plain)) mark { (text(&line[mark.clone()])) } }
            (text(rest))
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

pub(super) fn differs(names: [&str; 2], changes: &[Change<'_>]) -> String {
    let same = changes
        .iter()
        .filter(|change| matches!(change, Change::Same(_)));
    let same = same.count();
    let differ = changes.len() - same;
    format!(
        "{} beside {}: {same} lines are the same, {differ} differ.",
        names[0], names[1]
    )
}

/// An address within the page that restores a pair: `#semaphores:tokio..smol`.
pub(crate) fn link(model: &str, left: &str, right: &str) -> String {
    let [model, left, right] = [model, left, right].map(encoded);
    format!("#{model}:{left}..{right}")
}

#[cfg(test)]
mod tests {
    use crate::difference::Change;

    #[test]
    fn a_link_is_one_word() {
        let link = super::link("semaphores", "tokio", "<a b>");
        assert_eq!(link, "#semaphores:tokio..%3Ca%20b%3E");
    }

    /// A page has thousands of them.
    #[test]
    fn a_line_has_little_markup() {
        let changes = [Change::Same("    a(<)"), Change::Added("// b")];
        let table = super::side_by_side(["one", "two"], &changes).into_string();
        let (_, rows) = table.split_once("<tbody>").expect("rows");
        let rows = rows.replace("</td>", "");
        let due = "<tr><td><td>    a(&lt;)<td><td><td>    a(&lt;)</tr>\
            <tr class=\"added\"><td><td><td><td><td class=\"comment\">// b</tr>";
        assert_eq!(rows.trim_end_matches("</tbody></table>"), due);
    }

    #[test]
    fn no_text_is_markup() {
        let text = super::text("a -> &\"b\" </td><script>&lt;");
        let due = "a -> &amp;\"b\" &lt;/td>&lt;script>&amp;lt;";
        assert_eq!(text.into_string(), due);
    }
}
