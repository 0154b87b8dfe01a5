//! What the results were made with: the machine, the versions, the command.

use maud::{Markup, html};
use measure::{host::Host, results::Results};

use crate::written::{date, words};

/// A line for the top of the page.
pub(crate) fn line(host: &Host, started: u64) -> String {
    format!(
        "{}, {} cores, load {:.2} when it began, {}, {} build, on {}",
        host.processor,
        host.cores,
        host.load,
        host.kernel,
        host.profile,
        date(started),
    )
}

/// All of it, with what each model was given.
pub(super) fn section(results: &Results) -> Markup {
    let models = html! {
        @for model in &results.models {
            dt { (model.name) }
            dd {
                @if !model.args.is_empty() { code { (words(&model.args)) } ", " }
                (model.rounds) " rounds, order seed " (model.seed)
            }
        }
    };
    made_with(&results.command, results.started, &results.host, &models)
}

/// What any results were made with, and `more` that belongs to it.
pub(crate) fn made_with(
    command: &[String],
    started: u64,
    host: &Host,
    more: &Markup,
) -> Markup {
    html! {
        section.host aria-labelledby="host" {
            h2 id="host" { "Made with" }
            dl.notes {
                dt { "Command" }
                dd { code { (words(command)) } }
                dt { "Started" }
                dd { (date(started)) }
                dt { "Machine" }
                dd {
                    (host.processor) ", " (host.cores) " cores, "
                    (format!("{:.1} GB", host.memory as f64 / 1e9)) ", " (host.architecture) ", " (host.kernel)
                }
                dt { "Load when it began" }
                dd { (format!("{:.2}", host.load)) }
                dt { "Compiler" }
                dd { (host.rustc) ", " (host.profile) " build" }
                dt { "Packages" }
                dd {
                    @for (index, (name, version)) in host.packages.iter().enumerate() {
                        @if index > 0 { ", " }
                        span.package { (name) " " (version) }
                    }
                }
                (more)
            }
        }
    }
}
