//! Functions that go wrong, each beside its cure, and every file alone.

use maud::{Markup, html};
use measure::{results::ModelResults, source::Pair};

use super::{
    code::{differs, side_by_side, take},
    encoding,
    packed::{self, Packed},
};
use crate::{
    difference::{Cut, Difference, Sections},
    taken,
    written::encoded,
};

/// A pair, with the name that a reader knows it by: `futurelock/tokio`.
struct Named<'a> {
    name: String,
    row: &'a str,
    pair: &'a Pair,
}

/// The pairs of a model; nothing where it has none.
pub(super) fn cures(
    place: usize,
    results: &ModelResults,
    packed: &mut Packed,
) -> Option<Markup> {
    let pairs = named(results);
    let first = results.pair.as_ref().map_or("", |[left, _]| left);
    let opening = pairs.iter().position(|pair| pair.row == first).unwrap_or(0);
    let Named { name, pair, .. } = pairs.get(opening)?;
    let changes: Vec<String> = pairs
        .iter()
        .map(|Named { pair, .. }| {
            encoding::of(&Cut::of(&pair.failing.text), &Cut::of(&pair.cure.text))
        })
        .collect();
    let [failing, cure] = [&pair.failing, &pair.cure].map(|source| Cut::of(&source.text));
    let lesson = Difference::between(&failing, &cure).lesson;
    let link = format!("#{}:{}", encoded(&results.name), encoded(name));
    let id = |index: usize| format!("cure-{place}-{index}");
    Some(html! {
        h3 { "What goes wrong, and its cure" }
        div.beside {
            form.choose.cures hidden autocomplete="off" data-changes=(packed.add(changes.join("\n"))) {
                fieldset {
                    legend { "Pair" }
                    @for (index, pair) in pairs.iter().enumerate() {
                        label {
                            input type="radio" name="cure" value=(id(index)) data-name=(pair.name)
                                checked[index == opening];
                            code { (pair.name) }
                        }
                    }
                }
                p {
                    label.whole { input type="checkbox" name="whole"; " Whole files" }
                    " " a.link href=(link) { "Link to this pair" }
                }
            }
            p.differs role="status" { (differs([name, "the cure"], &lesson)) }
            div.scroll.sources tabindex="0" role="region" aria-label=(format!("{}: what goes wrong, and its cure", results.name)) {
                (side_by_side([&pair.failing.path, &pair.cure.path], &lesson))
            }
            (take(1))
            details.files {
                summary { "Every pair by itself, with what can be taken home" }
                (packed::note())
                @for (index, pair) in pairs.iter().enumerate() { (files(&id(index), pair, packed)) }
            }
        }
    })
}

/// Those of one name beside each other, in the order in which names first occur.
fn named(results: &ModelResults) -> Vec<Named<'_>> {
    let mut names: Vec<&str> = Vec::new();
    let rows = results.rows.iter();
    let mut all: Vec<Named<'_>> = rows
        .flat_map(|row| row.pairs.iter().map(move |pair| (row, pair)))
        .map(|(row, pair)| Named {
            name: format!("{}/{}", pair.name, row.name),
            row: &row.name,
            pair,
        })
        .collect();
    for Named { pair, .. } in &all {
        if !names.contains(&&*pair.name) {
            names.push(&pair.name);
        }
    }
    let place =
        |named: &Named<'_>| names.iter().position(|name| *name == named.pair.name);
    all.sort_by_key(place);
    all
}

/// Both files whole. What can be taken home has a section of its own.
fn files(id: &str, Named { name, pair, .. }: &Named<'_>, packed: &mut Packed) -> Markup {
    let sections = [&pair.failing, &pair.cure].map(|source| Sections::of(&source.text));
    let sides = ["failing", "cure"];
    html! {
        div id=(id) data-failing=(pair.failing.path) data-cure=(pair.cure.path) {
            h4 { code { (name) } }
            @for (side, section) in sides.iter().zip(&sections) {
                pre tabindex="0" {
                    code class=(side) { span.header data-packed=(packed.add(section.header)) {} span.adapter data-packed=(packed.add(section.adapter)) {} }
                }
            }
            pre.taken tabindex="0" {
                code {
                    span data-packed=(packed.add(taken::cargo_lines_of(pair))) {}
                    @for (side, section) in sides.iter().zip(&sections) {
                        @if *side == "cure" { "\n" }
                        (taken::HEADING) (side) ".rs\n"
                        span class=(side) { span.lesson data-packed=(packed.add(section.lesson)) {} }
                    }
                }
            }
        }
    }
}
