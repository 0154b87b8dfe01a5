//! Results in forms for programs and for documents.

use anyhow::Result;
use measure::{host::Host, results::Results};
use test_fixtures::{markdown as markdown_text, shown};

use crate::{
    findings::findings,
    latency,
    notes::not_run,
    overview::{Overview, document},
    table::{Style, legend, render},
};

/// All of it, for programs.
pub fn json(results: &Results) -> Result<String> {
    Ok(serde_json::to_string_pretty(results)? + "\n")
}

/// One line per trial.
pub fn csv(results: &Results) -> String {
    let mut text = String::from(
        "model,row,kind,round,nanos,user_nanos,system_nanos,peak_bytes,\
         voluntary_switches,involuntary_switches,facts,noisy\n",
    );
    for model in &results.models {
        for row in &model.rows {
            for sample in &row.samples {
                let usage = sample.usage;
                let noisy = model.noisy.iter().any(|noisy| noisy.round == sample.round);
                let peak = sample
                    .memory
                    .map_or_else(String::new, |m| m.peak.to_string());
                let kind = format!("{:?}", row.kind).to_lowercase();
                text += &format!(
                    "{},{},{kind},{},{},{},{},{peak},{},{},{},{noisy}\n",
                    quoted(&model.name),
                    quoted(&row.name),
                    sample.round,
                    sample.nanos,
                    usage.user_nanos,
                    usage.system_nanos,
                    usage.voluntary_switches,
                    usage.involuntary_switches,
                    quoted(&sample.facts.to_string()),
                );
            }
        }
    }
    text
}

/// A field as RFC 4180 has it: quoted where it must be.
pub fn quoted(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

/// The tables, with what they were made with.
pub fn markdown(results: &Results) -> String {
    let host = &results.host;
    let mut text = format!(
        "# Comparison\n\n{} on {}\n\n",
        code(&results.command.join(" ")),
        made_on(host)
    );
    if let Some(overview) = Overview::of(results) {
        text += &format!("## Overview\n\n{}\n", document(&overview));
    }
    for model in &results.models {
        text += &render(model, &host.packages, Style::Markdown);
        text += &format!("\n{}\n\n", markdown_text(&findings(model).join(" ")));
        text += &latency::document(model);
    }
    text += &legend(&results.models, Style::Markdown);
    for line in not_run(results) {
        text += &format!("\n{}\n", markdown_text(&line));
    }
    text
}

/// The machine and the build, in a line of Markdown.
pub(crate) fn made_on(host: &Host) -> String {
    markdown_text(&format!(
        "{} ({} cores), {}, {}, {} build",
        host.processor, host.cores, host.kernel, host.rustc, host.profile
    ))
}

/// A span of code: within more backquotes than are in it, nothing ends it.
pub(crate) fn code(text: &str) -> String {
    let text = shown(text);
    let runs = text.split(|c| c != '`').map(str::len);
    match runs.max().unwrap_or(0) {
        0 => format!("`{text}`"),
        most => {
            let fence = "`".repeat(most + 1);
            format!("{fence} {text} {fence}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{csv, markdown};
    use crate::findings::findings;
    use measure::{
        host::Host,
        mock::{Machine, compare},
        progress::Progress,
        results::{Noisy, Results, VERSION},
    };

    #[test]
    fn a_noisy_round_is_one_in_every_line_of_it() {
        let mut model =
            compare(Machine::QUIET, &[("other", 1.0)], 3, 1, &Progress::shown());
        let why = "it was said so".to_owned();
        model.noisy = vec![Noisy { round: 1, why }];
        let results = Results {
            version: VERSION,
            command: Vec::new(),
            started: 0,
            host: Host::here([]),
            interrupted: false,
            models: vec![model],
        };
        let text = csv(&results);
        let mut lines = text.lines();
        let titles: Vec<_> = lines.next().expect("titles").split(',').collect();
        let at = |title| titles.iter().position(|other| *other == title);
        let (round, noisy) = (at("round").expect("round"), at("noisy").expect("noisy"));
        for line in lines {
            let fields: Vec<_> = line.split(',').collect();
            assert_eq!(fields.len(), titles.len(), "{line}");
            assert_eq!(fields[noisy] == "true", fields[round] == "1", "{line}");
        }
        assert_eq!(text.lines().count(), 1 + 3 * 3);
    }

    /// The document begins with the answer, as the terminal and the page have it.
    #[test]
    fn a_document_has_the_overview_and_the_findings() {
        let entrants = [("tokio", 0.5)];
        let model = compare(Machine::QUIET, &entrants, 12, 1, &Progress::shown());
        let found = findings(&model).join(" ");
        let results = Results {
            version: VERSION,
            command: Vec::new(),
            started: 0,
            host: Host::here([]),
            interrupted: false,
            models: vec![model],
        };
        let text = markdown(&results);
        let overview = text.find("0.50+").expect("the overview");
        let table = text.find("## mock: nothing").expect("a table");
        assert!(overview < table && text[table..].contains(&found), "{text}");
    }

    #[test]
    fn code_ends_where_its_text_does() {
        assert_eq!(super::code("a b"), "`a b`");
        assert_eq!(super::code("a `b` ``"), "``` a `b` `` ```");
        assert_eq!(super::code("a\nb"), "`a\\nb`");
    }

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        assert_eq!(super::quoted("plain"), "plain");
        assert_eq!(super::quoted("a, b"), "\"a, b\"");
        assert_eq!(super::quoted("say \"no\""), "\"say \"\"no\"\"\"");
    }
}
