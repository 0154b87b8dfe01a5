//! What the results were made with: the machine, the versions, the command.

use std::time::{Duration, UNIX_EPOCH};

use maud::{Markup, html};
use measure::{host::Host, results::Results};

/// A line for the top of the page.
pub(crate) fn line(host: &Host, started: u64) -> String {
    format!(
        "{}, {} cores, {}, {} build, on {}",
        host.processor,
        host.cores,
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

/// Words as a shell takes them.
pub(crate) fn words(words: &[String]) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    let word = |word: &String| match !word.is_empty() && word.chars().all(plain) {
        true => word.clone(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    };
    words.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// A day and a minute, in UTC. A time beyond what can be written is none.
pub(crate) fn date(seconds: u64) -> String {
    const LAST: u64 = 253_402_300_799;
    let time = UNIX_EPOCH + Duration::from_secs(seconds.min(LAST));
    let text = httpdate::fmt_http_date(time);
    format!(
        "{} UTC",
        &text["Thu, ".len().."Thu, 01 Jan 1970 00:00".len()]
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_date_is_a_day_and_a_minute() {
        assert_eq!(super::date(0), "01 Jan 1970 00:00 UTC");
        assert_eq!(super::date(u64::MAX), "31 Dec 9999 23:59 UTC");
    }

    #[test]
    fn a_command_can_be_given_to_a_shell() {
        let words = ["compare", "--with", "a=sleep 1; it's"].map(String::from);
        assert_eq!(super::words(&words), r"compare --with 'a=sleep 1; it'\''s'");
    }
}
