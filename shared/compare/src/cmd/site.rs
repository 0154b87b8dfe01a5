//! `compare site`: the book, the kept results to explore, and a report, as a static site.
//!
//! mdBook makes the pages. It asks this program for the chapters that are no files of the
//! book (`chapters`); behind it come the report and the files that pages link (`links`).

mod chapters;
mod links;

use std::{
    env,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use measure::read;
use report::page;
use test_fixtures::{Misuse, die_with_parent, print, print_json, shown, tell};

use super::{keep::results_directory, splice::figures};
use crate::{files, workspace::workspace};

/// The report's name in the site.
const REPORT: &str = "comparison.html";
/// mdBook writes it beside its pages, so a directory that has it may be emptied.
const MADE: &str = ".nojekyll";
/// Where `.ci/run` installs what it needs, below the workspace.
const TOOLS: &str = "target/ci-tools/bin";
const INSTALL: &str = "cargo install mdbook --version 0.5.4 --locked \
                       --no-default-features --features search";

/// Where the site goes, and what is in it.
#[derive(Debug, Args)]
pub(crate) struct Site {
    /// Where the site goes; a site that is there is replaced [default: target/site]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The results.json of the report [default: target/compare/results.json, if it is
    /// there]
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// What mdBook asks its preprocessor
    #[arg(long, hide = true, num_args = 0..)]
    chapters: Option<Vec<String>>,
}

/// Makes the site. False if a link leads nowhere.
pub(crate) fn run(site: &Site) -> Result<bool> {
    let root = workspace().ok_or_else(|| Misuse::new("its workspace is gone"))?;
    if let Some(question) = &site.chapters {
        return chapters(question, &root, site.report.is_some());
    }
    let out = site.out.clone().unwrap_or_else(|| root.join("target/site"));
    ensure_empty_or_site(&out)?;
    let mdbook = find().ok_or_else(|| {
        Misuse(format!(
            "no mdbook, which makes the pages; install it: {INSTALL}"
        ))
    })?;
    let last = root.join("target/compare").join(files::JSON);
    let from = site
        .report
        .clone()
        .or_else(|| last.is_file().then_some(last));
    let results = from.as_deref().map(read::results).transpose()?;

    files::prepare(&out, "--out")?;
    // mdBook starts where the book is, and takes a path from there.
    let out = out.canonicalize()?;
    let mut command = Command::new(&mdbook);
    command
        .arg("build")
        .arg(root.join("docs"))
        .arg("--dest-dir")
        .arg(&out)
        .env(
            "MDBOOK_PREPROCESSOR__WORKSPACE",
            preprocessor(from.as_deref())?,
        )
        .env("MDBOOK_LOG", "warn")
        .stdin(Stdio::null());
    die_with_parent(&mut command);
    let ended = command.status().context("mdbook")?;
    if !ended.success() {
        bail!("mdbook: {ended}");
    }
    if let Some(results) = results {
        files::whole(&out.join(REPORT), &page::render(&results), "--out")?;
    }
    let readmes = chapters::readmes(&root)?.into_iter();
    let readmes = readmes.map(|(_, path)| path.into()).collect();
    let broken = links::follow(&root, &out, &readmes)?;
    for link in &broken {
        tell(link);
    }
    let index = out.join("index.html");
    print(&format!("site: {}\n", shown(&index.to_string_lossy())))?;
    Ok(broken.is_empty())
}

/// Answers mdBook: whether a renderer is known, or the book with more chapters.
fn chapters(question: &[String], root: &Path, has_report: bool) -> Result<bool> {
    if let [word, renderer] = question
        && word == "supports"
    {
        return Ok(renderer == "html");
    }
    let asked = serde_json::from_reader(io::stdin().lock())?;
    let explorer = report::site::explorer::render(&figures(&results_directory(None)?)?)?;
    let report = has_report.then_some(REPORT);
    let book = chapters::completed(asked, root, &explorer, report)?;
    print_json(&serde_json::to_string(&book)?)?;
    Ok(true)
}

/// The setting by which mdBook starts this program once it has put in what is included.
fn preprocessor(report: Option<&Path>) -> Result<OsString> {
    let mut words = vec![env::current_exe()?.into_os_string(), "site".into()];
    if let Some(report) = report {
        words.extend(["--report".into(), report.canonicalize()?.into_os_string()]);
    }
    words.push("--chapters".into());
    let words: Option<Vec<&str>> = words.iter().map(|word| word.to_str()).collect();
    let words = words.context("a path that is no text")?;
    let words = words
        .iter()
        .map(|word| format!("'{}'", word.replace('\'', r"'\''")));
    let command = words.collect::<Vec<_>>().join(" ");
    let setting = serde_json::json!({
        "command": command,
        "after": ["links", "index"],
        "renderers": ["html"],
    });
    Ok(setting.to_string().into())
}

/// mdBook empties the directory that it writes to.
fn ensure_empty_or_site(out: &Path) -> Result<(), Misuse> {
    let has_files = fs::read_dir(out).is_ok_and(|mut there| there.next().is_some());
    match has_files && !out.join(MADE).is_file() {
        false => Ok(()),
        true => {
            let out = out.display();
            let why = "is no site, and would be emptied; name another place with --out";
            Err(Misuse(format!("{out} {why}")))
        }
    }
}

/// Where mdBook is, if it is anywhere: `INTERLEAVE_MDBOOK`, on the path, or where the
/// checks install it.
fn find() -> Option<PathBuf> {
    if let Some(named) = env::var_os("INTERLEAVE_MDBOOK") {
        return Some(named.into());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let tools = workspace().map(|root| root.join(TOOLS));
    let folders = env::split_paths(&path).chain(tools);
    folders
        .map(|folder| folder.join("mdbook"))
        .find(|program| program.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_site_is_not_emptied() {
        let there = tempfile::tempdir().expect("a directory");
        let out = there.path();
        assert!(ensure_empty_or_site(&out.join("nonesuch")).is_ok());
        assert!(ensure_empty_or_site(out).is_ok());
        fs::write(out.join("thesis.txt"), "").expect("a file");
        let why = ensure_empty_or_site(out).expect_err("it would be lost");
        assert!(why.to_string().contains("would be emptied"), "{why}");
        fs::write(out.join(MADE), "").expect("a file");
        assert!(ensure_empty_or_site(out).is_ok());
    }
}
