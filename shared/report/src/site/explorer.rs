//! Kept results to play with: a reader picks a job, the rows, and what they are compared with.
//!
//! The figures and sentences are made here and stand in the page as JSON. Its script only
//! picks among them, so that it rounds and judges nothing in a way of its own, save the
//! ratio of two rows and the verdict on it.

use std::collections::BTreeSet;

use maud::{Markup, PreEscaped, html};
use measure::{
    results::Kind,
    statistics::verdict,
    sweep::crossing::{self, Told},
};
use serde::Serialize;

use crate::{
    figure::{megabytes, time, word},
    splice::{
        figures::Figures,
        kept::{Figure, Kept, KeptRow, Size},
    },
    sweep::sentences::{passes, whole},
};

const STYLE: &str = include_str!("explorer.css");
const SCRIPT: &str = include_str!("explorer.js");

/// What was kept under a name.
#[derive(Serialize)]
struct Job<'a> {
    name: &'a str,
    model: &'a str,
    command: &'a str,
    made: String,
    field: Option<&'a str>,
    sizes: Vec<Measured<'a>>,
    crossings: Vec<Passing>,
}

/// A job at one size.
#[derive(Serialize)]
struct Measured<'a> {
    size: Option<String>,
    job: &'a str,
    reference: &'a str,
    rounds: usize,
    resolution: Option<f64>,
    floor: Option<String>,
    rows: Vec<Line<'a>>,
}

/// A row.
#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    notes: Vec<&'a str>,
    time: String,
    /// For the order.
    nanos: f64,
    cpu: String,
    memory: Option<String>,
    /// Against the reference, as it was found before its figures were rounded.
    verdict: Option<&'a str>,
    /// Its time ÷ that of each line above it.
    above: Vec<Option<Figure>>,
}

/// That one passes another in a sweep.
#[derive(Serialize)]
struct Passing {
    rows: [String; 2],
    told: String,
}

/// The explorer, as HTML that can stand in a page of Markdown.
///
/// # Errors
/// A number that JSON does not know.
pub fn render(Figures(all): &Figures) -> serde_json::Result<String> {
    let jobs: Vec<Job<'_>> = all.iter().map(|(name, kept)| job(name, kept)).collect();
    let models: BTreeSet<&str> = jobs.iter().map(|job| job.model).collect();
    // What would end the script, or be read as a comment in it, is written as an escape.
    let data = serde_json::to_string(&jobs)?.replace('<', r"\u003c");
    let markup = form(&models).into_string();
    Ok(format!(
        "<style>\n{STYLE}</style>\n\n{markup}\n\n\
         <script type=\"application/json\" id=\"explorer-data\">\n{data}\n</script>\n\n\
         <script>\n{SCRIPT}</script>\n"
    ))
}

/// What the script fills. It is on one line: Markdown ends HTML at an empty one.
fn form(models: &BTreeSet<&str>) -> Markup {
    html! {
        noscript { p { "This needs scripts. The same figures are in the chapters." } }
        div #explorer hidden {
            form {
                label { "Model " select name="model" { @for model in models { option { (model) } } } }
                label { "Job " select name="job" {} }
                label .sizes { span {} " " select name="size" {} }
                label { "Compared with " select name="with" {} }
                label { input type="checkbox" name="fastest"; " fastest first" }
                fieldset { legend { "Rows" } div .rows {} }
            }
            p .job aria-live="polite" {}
            div .table-wrapper {
                table {
                    thead { tr {
                        th scope="col" { "" } th scope="col" .scale { "" } th scope="col" .ratio { "" }
                        th scope="col" { "verdict" } th scope="col" { "time" } th scope="col" { "CPU" }
                        th scope="col" { "memory" }
                    } }
                    tbody {}
                }
            }
            ul .notes {}
            div .crossings {}
            p .made {}
            pre { code class="language-sh" { (PreEscaped("\u{a0}")) } }
        }
    }
}

fn job<'a>(name: &'a str, kept: &'a Kept) -> Job<'a> {
    let Kept {
        date,
        processor,
        cores,
        ..
    } = kept;
    Job {
        name,
        model: &kept.model,
        command: &kept.command,
        made: format!("{cores} cores ({processor}), {date}"),
        field: kept.field.as_deref(),
        sizes: kept.sizes.iter().map(measured).collect(),
        crossings: crossings(kept),
    }
}

fn measured(size: &Size) -> Measured<'_> {
    // Without the reference's second name, in rows and in what they are compared with.
    let is_kept: Vec<bool> = size.rows.iter().map(|row| !is_control(row)).collect();
    let lines = size.rows.iter().filter(|row| !is_control(row));
    let line = |row: &'_ KeptRow| {
        let above = row.above.iter().zip(&is_kept);
        above
            .filter(|(_, is_kept)| **is_kept)
            .map(|(figure, _)| *figure)
            .collect()
    };
    Measured {
        size: size.value.map(whole),
        job: &size.job,
        reference: &size.reference,
        rounds: size.rounds,
        resolution: size.resolution,
        floor: size.floor.map(time),
        rows: lines
            .map(|row| Line {
                name: &row.name,
                notes: notes(row),
                time: time(row.time.0.median),
                nanos: row.time.0.median,
                cpu: time(row.cpu),
                memory: row.memory.map(megabytes),
                verdict: row.verdict.map(word),
                above: line(row),
            })
            .collect(),
    }
}

fn is_control(row: &KeptRow) -> bool {
    row.kind == Kind::Control
}

fn notes(row: &KeptRow) -> Vec<&str> {
    let legacy = row.legacy.then_some("legacy");
    let all = legacy.into_iter().chain(row.another_job.as_deref());
    all.chain(row.deviations.iter().map(String::as_str))
        .collect()
}

/// Where one passes another, of a sweep.
fn crossings(kept: &Kept) -> Vec<Passing> {
    let (Some(field), Some(first)) = (&kept.field, kept.sizes.first()) else {
        return Vec::new();
    };
    let names: Vec<&str> = first
        .rows
        .iter()
        .filter(|row| !is_control(row))
        .map(|row| &*row.name)
        .collect();
    let mut found = Vec::new();
    for (place, below) in names.iter().enumerate() {
        for above in &names[..place] {
            let ratios = kept
                .sizes
                .iter()
                .filter_map(|size| told(size, below, above));
            found.extend(crossing::find(below, above, &ratios.collect::<Vec<_>>()));
        }
    }
    found
        .iter()
        .map(|crossing| Passing {
            rows: [crossing.passes.clone(), crossing.passed.clone()],
            told: passes(field, crossing),
        })
        .collect()
}

/// How the first compares with one that stands above it, at one size.
fn told(size: &Size, below: &str, above: &str) -> Option<Told> {
    let place = |name: &str| size.rows.iter().position(|row| row.name == name);
    let Figure(ratio) = (*size.rows[place(below)?].above.get(place(above)?)?)?;
    Some(Told {
        value: size.value?,
        ratio,
        verdict: verdict(&ratio, size.resolution),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    /// A sweep of two in which the second is faster from some size on.
    fn sweep(name: &str) -> Kept {
        let row = |name: &str, kind: &str, above: serde_json::Value| {
            json!({
                "name": name, "kind": kind, "runtime": "std", "time": [2e6, 1e6, 3e6],
                "cpu": 1e6, "switches": 1.0, "facts": {}, "above": above,
            })
        };
        let size = |value: u64, ratio: f64| {
            json!({
                "value": value, "job": "a job", "reference": name, "rounds": 7,
                "resolution": 1.1, "rows": [
                    row(name, "variant", json!([])),
                    row("again", "control", json!([[1.0, 0.9, 1.1]])),
                    row("other", "variant", json!([[ratio, ratio, ratio], [7.0, 7.0, 7.0]])),
                ],
            })
        };
        let kept = json!({
            "version": 1, "model": "locks", "command": "compare", "date": "1 Jan 2026",
            "processor": "one", "cores": 2, "kernel": "k", "rustc": "r", "packages": {},
            "field": "workers", "sizes": [size(1, 2.0), size(4, 0.5)],
        });
        Kept::read(&kept.to_string()).expect("kept results")
    }

    #[test]
    fn crossings_are_found_and_controls_left_out() {
        let kept = sweep("first");
        let job = job("locks-workers", &kept);
        let [first, second] = &*job.sizes else {
            panic!("two sizes");
        };
        let names: Vec<&str> = first.rows.iter().map(|row| row.name).collect();
        assert_eq!(names, ["first", "other"]);
        let ratio = second.rows[1].above[0].expect("a ratio").0.median;
        assert_eq!((ratio, second.rows[1].above.len()), (0.5, 1));
        let told: Vec<&str> = job.crossings.iter().map(|one| &*one.told).collect();
        assert_eq!(
            told,
            ["other passes first where workers is about 2.0 (between 1 and 4)"]
        );
    }

    #[test]
    fn a_name_ends_no_script() {
        let name = "</script><script>alert(1)</script>";
        let all = BTreeMap::from([(name.to_owned(), sweep(name))]);
        let page = render(&Figures(all)).expect("JSON");
        assert_eq!(page.matches("</script>").count(), 2);
        // Markdown would end the form at an empty line.
        let form = form(&BTreeSet::from(["locks"])).into_string();
        assert!(!form.contains('\n'), "{form}");
    }
}
