//! Results in other forms, and as files that are whole or not there.

use std::{
    fs,
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use anyhow::{Result, anyhow};

use crate::{
    report,
    results::Results,
    table::{Style, render},
    timeline::trace,
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
pub(crate) fn quoted(text: &str) -> String {
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

/// Makes the directory that an option names, and sees that files can be made in it.
pub(crate) fn prepare(directory: &Path, option: &str) -> Result<()> {
    fs::create_dir_all(directory)
        .and_then(|()| tempfile::tempfile_in(directory))
        .map(drop)
        .map_err(|error| {
            let directory = directory.display();
            let why = cause(error);
            anyhow!("can't write to {directory}: {why}; name another place with {option}")
        })
}

/// The cause alone: the error of a temporary file names a file that nobody has heard of.
fn cause(error: io::Error) -> io::Error {
    match error.get_ref() {
        Some(_) => error.kind().into(),
        None => error,
    }
}

/// A temporary file that others may read, as far as the umask lets them.
fn readable() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.permissions(fs::Permissions::from_mode(0o666));
    builder
}

/// Writes every form into the directory. A file is there whole or as it was before.
pub(crate) fn write(directory: &Path, results: &Results) -> Result<()> {
    write_all(
        directory,
        &[
            (JSON, json(results)?),
            ("results.csv", csv(results)),
            ("results.md", markdown(results)),
            (PAGE, report::page(results)),
        ],
    )
}

/// Writes files of these names and texts. Each is there whole or as it was before.
pub(crate) fn write_all(directory: &Path, files: &[(&str, String)]) -> Result<()> {
    for (name, text) in files {
        whole(&directory.join(name), text, "--out")?;
    }
    Ok(())
}

/// Writes a trace for everyone who told a timeline; how many there are.
pub(crate) fn traces(directory: &Path, results: &Results) -> Result<usize> {
    let mut written = 0;
    for model in &results.models {
        for row in &model.rows {
            let Some(timeline) = &row.timeline else {
                continue;
            };
            let trace = trace::of(&model.name, &model.job, &row.name, timeline);
            let path = directory.join(format!("{}-{}.json", model.name, row.name));
            whole(&path, &serde_json::to_string(&trace)?, "--trace")?;
            written += 1;
        }
    }
    Ok(written)
}

/// Writes a file that an option names. It is there whole or as it was before.
pub(crate) fn whole(path: &Path, text: &str, option: &str) -> Result<()> {
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
    written.map_err(|error| {
        let (path, why) = (path.display(), cause(error));
        anyhow!("can't write {path}: {why}; name another place with {option}")
    })
}

#[cfg(test)]
mod tests {
    use super::csv;
    use crate::{
        host::Host,
        mock::{Machine, compare},
        progress::Progress,
        results::{Noisy, Results, VERSION},
    };

    #[test]
    fn a_noisy_round_is_one_in_every_line_of_it() {
        let machine = Machine {
            name: "none",
            round: 0.01,
            persistence: 0.0,
            reference: 0.01,
            trial: 0.01,
            tail: 0.0,
        };
        let mut model = compare(machine, &[("other", 1.0)], 3, 1, &Progress::new());
        let why = "it was said so".to_owned();
        model.noisy = vec![Noisy { round: 1, why }];
        let results = Results {
            version: VERSION,
            command: Vec::new(),
            started: 0,
            host: Host::here(),
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

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        assert_eq!(super::quoted("plain"), "plain");
        assert_eq!(super::quoted("a, b"), "\"a, b\"");
        assert_eq!(super::quoted("say \"no\""), "\"say \"\"no\"\"\"");
    }
}
