//! `compare splice`: figures in documents, from kept results, and functions from their files.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use clap::Args;
use report::{
    overview::{self, Overview},
    splice::{
        document::{Problem, Sources, splice},
        figures::Figures,
        kept::Kept,
        lesson::Found,
        recorded::Recorded,
    },
    timeline::drawing,
};
use test_fixtures::{Misuse, print, shortened, shown, tell, utf8};

use super::keep::{TIMELINES, gone, results_directory};
use crate::{
    choose::page,
    files,
    models::{self, MODELS},
    pairs,
    workspace::workspace,
};

/// The overview as a picture, below the workspace.
const PICTURE: &str = "docs/overview.svg";
/// The folder of the chapters, each with its model's timelines as a picture beside it.
const CHAPTERS: &str = "docs/src/learn";

/// Characters of a file that an error quotes at the most.
const MOST_SAID: usize = 400;

/// The documents, and what to do about them.
#[derive(Debug, Args)]
pub(crate) struct Splice {
    /// Documents with markers [default: each README.md and all of docs/src]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Write nothing; say where documents and kept results disagree
    #[arg(long)]
    check: bool,
    /// Refuse figures with a unit that are typed into sections of findings
    #[arg(long, requires = "check")]
    strict: bool,
    /// Where kept results are [default: docs/results]
    #[arg(long, value_name = "DIR")]
    results: Option<PathBuf>,
}

/// Writes figures into documents, or looks at those that stand there. False if a figure is
/// wrong, or could not be written.
pub(crate) fn run(asked: &Splice) -> Result<bool> {
    if let Some(named) = asked.results.as_ref().filter(|named| !named.is_dir()) {
        let named = named.display();
        let why = format!("--results {named}: no directory; `compare keep` makes it");
        return Err(Misuse(why).into());
    }
    let results = results_directory(asked.results.as_ref())?;
    let sources = Sources {
        figures: figures(&results)?,
        timelines: read_all(&results.join(TIMELINES), Recorded::read)?,
        find,
    };
    let files = match asked.files.is_empty() {
        true => documents(&workspace().ok_or_else(gone)?)?,
        false => asked.files.clone(),
    };
    let mut is_well = true;
    let mut written = 0;
    for file in &files {
        let text = plain_text(file)?;
        let spliced = splice(&text, &sources, &page::block);
        let mut problems = spliced.wrong;
        if asked.check {
            problems.extend(spliced.changed);
            if asked.strict {
                problems.extend(spliced.typed);
            }
        } else if !spliced.changed.is_empty() {
            files::whole(file, &spliced.text, "FILE")?;
            let places = spliced.changed.len();
            let s = if places == 1 { "" } else { "s" };
            print(&format!("{}: {places} place{s} written\n", name(file)))?;
            written += 1;
        }
        problems.sort_by_key(|problem| problem.line);
        is_well &= problems.is_empty();
        for Problem { line, what } in problems {
            tell(format_args!("{}:{line}: {what}", name(file)));
        }
    }
    if asked.files.is_empty() {
        let root = workspace().ok_or_else(gone)?;
        for (path, picture) in pictures(&sources) {
            match drawn(&root.join(&path), &picture, asked.check)? {
                Drawn::AsItWas => {}
                Drawn::Anew => written += 1,
                Drawn::Otherwise => {
                    tell(format_args!("{path}: not the picture of the kept results"));
                    is_well = false;
                }
            }
        }
    }
    match (asked.check, is_well) {
        (true, true) => print("every figure is as its results have it\n")?,
        (true, false) => tell("`compare splice` writes what the kept results have"),
        (false, _) if written == 0 => print("nothing to write\n")?,
        (false, _) => {}
    }
    Ok(is_well)
}

/// What became of a picture.
enum Drawn {
    AsItWas,
    Anew,
    Otherwise,
}

/// The overview of the models that are kept by their own names, and each model's timelines,
/// by their places below the workspace.
fn pictures(sources: &Sources) -> Vec<(String, String)> {
    let Figures(all) = &sources.figures;
    let kept = MODELS.iter().filter_map(|model| all.get(model.name()));
    let overview = Overview::of_kept(kept);
    let overview = overview.map(|it| (PICTURE.to_owned(), overview::picture(&it)));
    let timelines = sources.timelines.iter().map(|(name, recorded)| {
        let path = format!("{CHAPTERS}/{name}.svg");
        (path, drawing::picture(recorded))
    });
    overview.into_iter().chain(timelines).collect()
}

/// Writes a picture, or checks whether the file has it.
fn drawn(path: &Path, picture: &str, is_check: bool) -> Result<Drawn> {
    if fs::read_to_string(path).is_ok_and(|there| there == picture) {
        return Ok(Drawn::AsItWas);
    }
    if is_check {
        return Ok(Drawn::Otherwise);
    }
    files::whole(path, picture, "FILE")?;
    print(&format!("{}: drawn\n", name(path)))?;
    Ok(Drawn::Anew)
}

/// The variant, peer or pair of this name.
fn find(model: &str, name: &str) -> Result<Found, String> {
    let found = || -> Result<Found, Misuse> {
        let model = models::named(model)?;
        Ok(match pairs::is_name(name) {
            true => Found::Pair(pairs::find(model, name)?),
            false => Found::Variant(model.source(name)?),
        })
    };
    found().map_err(|why| why.to_string())
}

/// The file as a reader finds it: from here, where it is below.
fn name(file: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    shown(&file.strip_prefix(here).unwrap_or(file).to_string_lossy())
}

/// All kept results by their names.
pub(crate) fn figures(directory: &Path) -> Result<Figures> {
    Ok(Figures(read_all(directory, Kept::read)?))
}

/// All that is kept in a directory, by the files' names.
fn read_all<T>(
    directory: &Path,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<BTreeMap<String, T>> {
    let mut all = BTreeMap::new();
    for path in of_kind(directory, "json")? {
        let file = shown(&path.to_string_lossy());
        let kept = read(&plain_text(&path)?)
            .map_err(|why| Misuse(format!("{file}: {}", shortened(&why, MOST_SAID))))?;
        let stem = path.file_stem().unwrap_or_default();
        all.insert(stem.to_string_lossy().into_owned(), kept);
    }
    Ok(all)
}

/// The text of a plain file: reading a pipe might never end.
fn plain_text(file: &Path) -> Result<String, Misuse> {
    let name = shown(&file.to_string_lossy());
    let cant = |why| Misuse(format!("{name}: {why}"));
    match file.metadata() {
        Err(error) => return Err(cant(error.to_string())),
        Ok(there) if !there.is_file() => {
            return Err(cant("it is no plain file; put it elsewhere".to_owned()));
        }
        Ok(_) => {}
    }
    let bytes = fs::read(file).map_err(|error| cant(error.to_string()))?;
    let text = utf8(&bytes).map_err(|why| cant(why.to_string()))?;
    Ok(text.to_owned())
}

/// The documents of the workspace.
fn documents(root: &Path) -> Result<Vec<PathBuf>> {
    let mut all = vec![root.join("README.md")];
    for folder in ["crates", "shared"] {
        for entry in fs::read_dir(root.join(folder))? {
            all.push(entry?.path().join("README.md"));
        }
    }
    all.retain(|path| path.is_file());
    all.sort();
    for folder in ["docs/src", CHAPTERS, "docs/src/measured"] {
        all.extend(of_kind(&root.join(folder), "md")?);
    }
    Ok(all)
}

/// The files of a directory with that ending, in order; none where there is no directory.
fn of_kind(directory: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(all),
        entries => entries.with_context(|| directory.display().to_string())?,
    };
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == ending) {
            all.push(path);
        }
    }
    all.sort();
    Ok(all)
}
