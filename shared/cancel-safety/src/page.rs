//! What the page shows of the observations.

use std::fmt::Write;

use anyhow::{Context, Result};

use crate::{Documented, GROUPS, Method, Observation, Sources, Verdict};

const BEGIN: &str = "<!-- written by cancel-safety -->";
const END: &str = "<!-- end of what cancel-safety has written -->";

/// What stands between the page's markers: how documentation and observation compare, and
/// a table for each group of methods.
///
/// # Errors
/// A package is not in the lock file.
pub fn findings(
    observed: &[(&Method, Observation)],
    sources: &Sources,
) -> Result<String> {
    let mut text = summary(observed);
    for group in GROUPS {
        let rows: Vec<_> = observed
            .iter()
            .filter(|(method, _)| group.has(method))
            .collect();
        if rows.is_empty() {
            continue;
        }
        write!(text, "\n### {}\n\n", group.title)?;
        text.push_str(
            "| method | seen | documented | what became of it | undisturbed | before | after | where |\n\
             | --- | --- | --- | --- | --- | --- | --- | --- |\n",
        );
        for (method, seen) in rows {
            let documented = match method.documented {
                Documented::Nothing => "nothing".to_owned(),
                Documented::As(said, _) if said != seen.verdict => {
                    format!("**{said}**")
                }
                Documented::As(said, _) => said.to_string(),
            };
            let version = sources.version(method.package)?;
            writeln!(
                text,
                "| {} | {} | {documented} | {} | {} | {} | {} | ({} {version}, {}) |",
                method.name,
                seen.verdict,
                method.note,
                trace(&seen.undisturbed),
                trace(&seen.before),
                trace(&seen.after),
                method.package,
                method.place.0,
            )?;
        }
    }
    Ok(text)
}

/// A method on three lines, for a terminal.
///
/// # Errors
/// The package is not in the lock file.
pub fn entry(method: &Method, seen: &Observation, sources: &Sources) -> Result<String> {
    let documented = match method.documented {
        Documented::Nothing => "its documentation has no word on it".to_owned(),
        Documented::As(said, words) => format!("documented as {said}: “{words}”"),
    };
    let text = format!(
        "{} {} {}: {}, {documented}\n  {}\n  seen undisturbed {}, before {}, after {}\n",
        method.package,
        sources.version(method.package)?,
        method.name,
        seen.verdict,
        method.note,
        trace(&seen.undisturbed),
        trace(&seen.before),
        trace(&seen.after),
    );
    Ok(text.replace('`', ""))
}

fn trace(seen: &str) -> String {
    if seen.is_empty() {
        "nothing".to_owned()
    } else {
        format!("`{seen}`")
    }
}

/// Where documentation and observation agree, and where they don't.
fn summary(observed: &[(&Method, Observation)]) -> String {
    let count = |verdict| {
        let of_it = observed.iter().filter(|(_, seen)| seen.verdict == verdict);
        of_it.count()
    };
    let mut otherwise = Vec::new();
    let mut silent = Vec::new();
    for (method, seen) in observed {
        match method.documented {
            Documented::Nothing => silent.push((*method, seen.verdict)),
            Documented::As(said, words) if said != seen.verdict => {
                otherwise.push(format!(
                    "- {} ({}) is documented as {said}: “{words}”. Seen: {}. {}.\n",
                    method.name,
                    method.package,
                    seen.verdict,
                    sentence(method.note),
                ));
            }
            Documented::As(..) => {}
        }
    }

    let mut text = format!(
        "Of {} methods, {} were seen kept, {} queued anew and {} lost.\n\
         The documentation of {} says what was seen, that of {} says nothing, and that \
         of {} says something else or not all of it.\n",
        observed.len(),
        count(Verdict::Kept),
        count(Verdict::QueuedAnew),
        count(Verdict::Lost),
        observed.len() - silent.len() - otherwise.len(),
        silent.len(),
        otherwise.len(),
    );
    text.push_str("\nDocumented otherwise, or only in part:\n\n");
    text.extend(otherwise);
    text.push_str("\nNot kept, and their own documentation has no word on it:\n\n");
    for group in GROUPS {
        let names: Vec<_> = silent
            .iter()
            .filter(|(method, seen)| *seen != Verdict::Kept && group.has(method))
            .map(|(method, _)| method.name)
            .collect();
        if !names.is_empty() {
            text.push_str(&format!("- {}: {}.\n", group.title, names.join("; ")));
        }
    }
    text
}

fn sentence(note: &str) -> String {
    let mut characters = note.chars();
    let first = characters.next().map(|it| it.to_uppercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}

/// The page with the findings between its markers.
///
/// # Errors
/// A marker is missing.
pub fn splice(page: &str, findings: &str) -> Result<String> {
    let (head, rest) = page
        .split_once(BEGIN)
        .with_context(|| format!("the page lacks {BEGIN}"))?;
    let (_, tail) = rest
        .split_once(END)
        .with_context(|| format!("the page lacks {END}"))?;
    Ok(format!("{head}{BEGIN}\n\n{findings}\n{END}{tail}"))
}
