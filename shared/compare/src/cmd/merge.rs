//! `compare merge`: results of several machines in one document.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use measure::{merge, read};
use report::{merged, table::Style};
use test_fixtures::{Misuse, print, print_json};

use crate::files;

/// What to merge, and what to make of it.
#[derive(Clone, Debug, Args)]
pub(crate) struct Merge {
    /// Files of results, one a machine
    #[arg(required = true, num_args = 2.., value_name = "RESULTS.json")]
    files: Vec<PathBuf>,
    /// Print the merged document instead of tables
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// Print tables in Markdown
    #[arg(long)]
    markdown: bool,
    /// Write the merged document here, too
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Merges files, and prints the result.
pub(crate) fn run(asked: &Merge) -> Result<()> {
    if let Some(out) = &asked.out {
        let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty());
        if out.file_name().is_none() || out.is_dir() {
            let why = format!("--out {}: name a file", out.display());
            return Err(Misuse(why).into());
        }
        files::ensure_other(out, &asked.files)?;
        files::prepare(parent.unwrap_or(Path::new(".")), "--out")?;
    }
    for (place, file) in asked.files.iter().enumerate() {
        let mut before = asked.files[..place].iter();
        if before.any(|other| other == file || files::are_one(other, file)) {
            let why =
                format!("{} is named twice: name one file a machine", file.display());
            return Err(Misuse(why).into());
        }
    }
    let results = |file: &PathBuf| Ok((file.clone(), read::results(file)?));
    let files = asked
        .files
        .iter()
        .map(results)
        .collect::<Result<Vec<_>>>()?;
    let merged = merge::of(files);
    let json = || Ok::<_, anyhow::Error>(serde_json::to_string_pretty(&merged)? + "\n");
    if let Some(out) = &asked.out {
        files::whole(out, &json()?, "--out")?;
    }
    match (asked.json, asked.markdown) {
        (true, _) => print_json(&json()?),
        (_, true) => print(&merged::render(&merged, Style::Markdown)),
        _ => print(&merged::render(&merged, Style::Terminal)),
    }
}
