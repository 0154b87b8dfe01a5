//! The page: everything of a comparison in one file that asks for nothing else.
//!
//! A function from results to text. The markup is made with `maud`, which escapes what it
//! is given; whatever a name or a message holds is text in the page.

mod chart;
pub(crate) mod code;
mod cures;
mod encoding;
mod figures;
mod lanes;
pub(crate) mod made_with;
mod model;
mod opening;
mod packed;
mod row;
mod spans;
mod tails;
mod thinned;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use measure::results::Results;

use packed::Packed;

use crate::{
    findings::findings,
    notes::not_run,
    overview::{Overview, markup},
    written::encoded,
};

const STYLE: &str = include_str!("page/style.css");
/// One module: its parts see each other.
const SCRIPT: &str = concat!(
    include_str!("page/code.js"),
    include_str!("page/lanes.js"),
    include_str!("page/script.js")
);
/// Nothing may be fetched, whatever a name in the results holds.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/// The whole page.
pub fn render(results: &Results) -> String {
    let script = html! { script type="module" { (PreEscaped(SCRIPT)) } };
    let mut packed = Packed::default();
    let page = frame(
        &title(results),
        "",
        &html! {
            a.skip href="#models" { "Skip to the first model" }
            (header(results))
            main id="models" tabindex="-1" {
                @for (place, model) in results.models.iter().enumerate() {
                    (model::section(place, model, &results.host.packages, &mut packed))
                }
            }
            footer {
                (made_with::section(results))
                p.quiet { "How these figures are made, and what they can't say, is in " code { "docs/src/methodology.md" } "." }
            }
            div #tip aria-hidden="true" hidden {}
            div #said .unseen role="status" {}
            (packed.markup())
            (script)
        },
    );
    without_implied_ends(&page)
}

/// A page without the end tags of cells and rows. HTML implies these, and there are
/// thousands. None is ever text, where `<` is escaped, or in the style or the script.
fn without_implied_ends(page: &str) -> String {
    let mut rest = page;
    let mut kept = String::with_capacity(page.len());
    while let Some(at) = rest.find("</t") {
        let (before, tag) = rest.split_at(at);
        kept += before;
        rest = ["</td>", "</th>", "</tr>"]
            .into_iter()
            .find_map(|end| tag.strip_prefix(end))
            .unwrap_or_else(|| {
                let (start, behind) = tag.split_at("</t".len());
                kept += start;
                behind
            });
    }
    kept + rest
}

/// A document that needs nothing from outside, with this style beside that of all pages.
pub(crate) fn frame(title: &str, style: &str, body: &Markup) -> String {
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                // Without one, a server would be asked for an icon.
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) (PreEscaped(style)) }
            }
            body { (body) }
        }
    };
    markup.into_string()
}

fn title(results: &Results) -> String {
    let names: Vec<&str> = results.models.iter().map(|model| &*model.name).collect();
    format!("Interleave: {}", names.join(", "))
}

fn header(results: &Results) -> Markup {
    html! {
        header {
            h1 { "One job, every runtime, side by side" }
            p.quiet { (made_with::line(&results.host, results.started)) "." }
            @for line in not_run(results) { p.quiet { (line) "." } }
            @if results.interrupted {
                p.warning { "This comparison was interrupted: what follows is what was done until then." }
            }
            @if results.host.profile == "debug" {
                p.warning { "This was a debug build: its figures mean little." }
            }
            @if let Some(overview) = Overview::of(results) { (markup(&overview)) }
            (how_to_read())
            nav aria-label="Models" {
                dl.findings {
                    @for model in &results.models {
                        dt { a href=(format!("#{}", encoded(&model.name))) { (model.name) } ": " span.quiet { (model.job) } }
                        dd { (findings(model).join(" ")) }
                    }
                    dt { a href="#host" { "Made with" } ": " span.quiet { "machine, versions, command" } }
                }
            }
        }
    }
}

fn how_to_read() -> Markup {
    html! {
        details.reading {
            summary { "How to read this" }
            ul {
                li {
                    "A round is one trial of every row, or the middle one of several, each in a process of its own, in an order that changes. "
                    "A dot is a trial whose output was checked."
                }
                li {
                    "The " strong { "floor" } " is the least time that the job could take on this machine. "
                    "It is a bound, not a goal."
                }
                li {
                    "The " strong { "ratio" } " to the reference is the median of the ratios of each round, with its 95 % "
                    "interval: a slow round slows both, so it says more than the two times do."
                }
                li {
                    "The reference runs twice a round, the second time as “again”. What these two differ by is "
                    strong { "noise" } "; a ratio within it, or whose interval holds 1, is a " strong { "tie" } "."
                }
                li {
                    "CPU, memory and switches are of the whole process, its start included; time is of the job alone."
                }
                li {
                    strong { "Legacy" } " rows are on packages that are no longer maintained; they are here because "
                    "people meet them in existing code."
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDED: &str = include_str!("../../compare/tests/data/results.json");

    fn recorded() -> Results {
        serde_json::from_str(RECORDED).expect("recorded results")
    }

    #[test]
    fn every_row_is_in_the_page() {
        let results = recorded();
        let page = render(&results);
        for model in &results.models {
            for row in &model.rows {
                let name = format!("<code>{}</code>", row.name);
                assert!(page.contains(&name), "{}: no {name}", model.name);
            }
        }
    }

    #[test]
    fn nothing_is_addressed_outside_the_page() {
        let page = render(&recorded());
        // Sources may name addresses in their comments: as text, not as attributes.
        for outside in ["src=\"http", "href=\"http", "url(http", "@import", "xmlns"] {
            assert!(!page.contains(outside), "{outside}");
        }
    }

    /// Every text of a result, turned into markup, is still text.
    #[test]
    fn whatever_a_name_holds_is_text() {
        const EVIL: &str =
            "</script><script>alert(1)</script><img src=x onerror=\"alert(2)\">";
        let mut results = recorded();
        results.command.push(EVIL.into());
        for host in [&mut results.host.processor, &mut results.host.kernel] {
            *host = EVIL.into();
        }
        let scripts = |page: &str| page.matches("<script").count();
        for model in &mut results.models {
            for text in [&mut model.name, &mut model.about, &mut model.job] {
                *text += EVIL;
            }
            model.args.push(EVIL.into());
            for row in &mut model.rows {
                row.name += EVIL;
                row.about += EVIL;
                row.failures.insert(0, EVIL.into());
                if let Some(source) = &mut row.source {
                    source.text += EVIL;
                    source.path += EVIL;
                }
                for bar in row
                    .timeline
                    .iter_mut()
                    .flat_map(|timeline| &mut timeline.bars)
                {
                    bar.task = EVIL.into();
                    bar.note = Some(EVIL.into());
                }
                for lane in row
                    .timeline
                    .iter_mut()
                    .flat_map(|timeline| &mut timeline.lanes)
                {
                    *lane = EVIL.into();
                }
            }
        }
        let page = render(&results);
        assert_eq!(scripts(&page), 1);
        assert!(!page.contains("<img"));
        assert!(page.contains("&lt;script&gt;alert(1)"));
    }

    #[test]
    fn only_ends_that_are_implied_are_left_out() {
        let page = "<title>a</title><table><thead><tr><th>b</th></tr></thead><tbody>\
            <tr><td>&lt;/td></td><td></td></tr><tr><td>c</td></tr></tbody></table>";
        let due = "<title>a</title><table><thead><tr><th>b</thead><tbody>\
            <tr><td>&lt;/td><td><tr><td>c</tbody></table>";
        assert_eq!(without_implied_ends(page), due);
        assert!(![STYLE, SCRIPT].iter().any(|text| text.contains("</t")));
    }

    #[test]
    fn a_model_is_at_most_140_kilobytes() {
        let mut results = recorded();
        for model in results.models.clone() {
            results.models = vec![model];
            let bytes = render(&results).len();
            assert!(
                bytes <= 140_000,
                "{}: {bytes} bytes",
                results.models[0].name
            );
        }
    }

    #[test]
    fn too_many_spans_are_left_out_and_counted() {
        let mut results = recorded();
        results.models.truncate(1);
        for row in &mut results.models[0].rows {
            if let Some(timeline) = &mut row.timeline {
                let mut bar = timeline.bars[0].clone();
                bar.note = Some("given up, and for a long reason".to_owned());
                timeline.bars = vec![bar; 2000];
            }
        }
        let page = render(&results);
        assert!(page.len() <= 200_000, "{} bytes", page.len());
        assert!(page.contains("last spans"));
    }
}
