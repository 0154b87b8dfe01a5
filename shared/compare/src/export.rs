//! Results in other forms, and as files that are whole or not there.

use std::{fs, io::Write, os::unix::fs::PermissionsExt, path::Path};

use anyhow::{Context, Result};
use test_fixtures::Misuse;

use crate::{
    report,
    results::{self, Results},
    table::{Style, render},
};

/// The file that holds everything.
pub(crate) const JSON: &str = "results.json";
/// The file to look at.
pub(crate) const PAGE: &str = "report.html";

/// All of it, for programs.
pub(crate) fn json(results: &Results) -> Result<String> {
    Ok(serde_json::to_string_pretty(results)? + "\n")
}

/// A line a trial.
pub(crate) fn csv(results: &Results) -> String {
    let mut text = String::from(
        "model,row,kind,round,nanos,user_nanos,system_nanos,peak_bytes,\
         voluntary_switches,involuntary_switches,facts\n",
    );
    for model in &results.models {
        for row in &model.rows {
            for sample in &row.samples {
                let usage = sample.usage;
                let peak = sample
                    .memory
                    .map_or_else(String::new, |m| m.peak.to_string());
                let kind = format!("{:?}", row.kind).to_lowercase();
                text += &format!(
                    "{},{},{kind},{},{},{},{},{peak},{},{},{}\n",
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
fn quoted(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

/// The tables, with what they were made with.
pub(crate) fn markdown(results: &Results) -> String {
    let host = &results.host;
    let mut text = format!(
        "# Comparison\n\n`{}` on {} ({} cores), {}, {}, {} build\n\n",
        results.command.join(" "),
        host.processor,
        host.cores,
        host.kernel,
        host.rustc,
        host.profile,
    );
    for model in &results.models {
        text += &render(model, Style::Markdown);
        text.push('\n');
    }
    text
}

/// Makes the directory, and sees that files can be made in it.
pub(crate) fn prepare(directory: &Path) -> Result<()> {
    fs::create_dir_all(directory)
        .and_then(|()| tempfile::tempfile_in(directory))
        .map(drop)
        .with_context(|| {
            let directory = directory.display();
            format!("can't write results to {directory}; name another with --out")
        })
}

/// A temporary file that others may read, as far as the umask lets them.
fn readable() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.permissions(fs::Permissions::from_mode(0o666));
    builder
}

/// Writes every form into the directory. A file is there whole or as it was before.
pub(crate) fn write(directory: &Path, results: &Results) -> Result<()> {
    let files = [
        (JSON, json(results)?),
        ("results.csv", csv(results)),
        ("results.md", markdown(results)),
        (PAGE, report::page(results)),
    ];
    files
        .iter()
        .try_for_each(|(name, text)| write_file(&directory.join(name), text))
}

/// Writes one file. It is there whole or as it was before.
pub(crate) fn write_file(path: &Path, text: &str) -> Result<()> {
    // A name alone has an empty parent, which is no directory.
    let parent = path.parent().filter(|parent| *parent != Path::new(""));
    let directory = parent.unwrap_or(Path::new("."));
    let replace = || {
        let mut file = readable().tempfile_in(directory)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path).map(drop).map_err(|error| error.error)
    };
    // A device or a pipe is written to: put in its place, a file would be its end.
    let written = match path.metadata() {
        Ok(there) if !there.is_file() => fs::write(path, text),
        _ => replace(),
    };
    written.with_context(|| {
        let path = path.display();
        format!("can't write {path}; name another place with --out")
    })?;
    Ok(())
}

/// Reads what [`write()`] wrote as [`JSON`].
pub(crate) fn read(path: &Path) -> Result<Results> {
    let name = path.display();
    let text = fs::read_to_string(path).map_err(|error| {
        Misuse(format!(
            "can't read {name}: {error}; compare writes one to --out DIR"
        ))
    })?;
    let results: Results = serde_json::from_str(&text).map_err(|error| {
        Misuse(format!("{name} is no results.json of compare: {error}"))
    })?;
    if results.version != results::VERSION {
        let (theirs, ours) = (results.version, results::VERSION);
        let why = format!("{name} is of version {theirs}; this compare reads {ours}");
        return Err(Misuse(why).into());
    }
    Ok(results)
}

#[cfg(test)]
mod tests {
    #[test]
    fn fields_are_quoted_where_they_must_be() {
        assert_eq!(super::quoted("plain"), "plain");
        assert_eq!(super::quoted("a, b"), "\"a, b\"");
        assert_eq!(super::quoted("say \"no\""), "\"say \"\"no\"\"\"");
    }
}
