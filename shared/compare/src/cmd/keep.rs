//! `compare keep`: results without their samples, for the documents to quote.

mod list;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result};
use clap::Args;
use measure::read::{self, Written};
use report::splice::{kept::Kept, recorded::Recorded};
use test_fixtures::{Misuse, die_with_parent, print, shown, tell, unknown};

use crate::{files, workspace::workspace};

/// The list of what the documents quote, below the workspace.
const LIST: &str = "docs/results/commands.txt";

/// The folder of kept timelines, below that of kept results.
pub(super) const TIMELINES: &str = "timelines";

/// What a build that was not made to be measured is answered.
const DEBUG: &str = "a debug build is not kept: measure with --release";

/// What to keep, and under which name.
#[derive(Debug, Args)]
pub(crate) struct Keep {
    /// The name that markers have it by: letters, digits and dashes [default: the model's,
    /// each model by its own]
    #[arg(value_name = "NAME", value_parser = plain_name)]
    names: Vec<String>,
    /// First measure it, as docs/results/commands.txt has it; without a name, all of the list
    #[arg(long, conflicts_with_all = ["from", "model"])]
    measure: bool,
    /// The model, where the results have several [default: the one of that name]
    #[arg(long, requires = "names", value_name = "MODEL")]
    model: Option<String>,
    /// A results.json of a comparison, or the sweep.json of a sweep [default:
    /// target/compare/results.json]
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Keep the timelines of these rows instead, for a picture in the model's chapter; they
    /// are kept anew with the model's results from then on
    #[arg(long, value_name = "ROWS", value_delimiter = ',', requires = "names")]
    #[arg(conflicts_with = "measure")]
    timelines: Vec<String>,
    /// Where kept results are [default: docs/results]
    #[arg(long, value_name = "DIR")]
    results: Option<PathBuf>,
}

/// A name that stands in a marker as it is, or the list's word for every model.
fn plain_name(name: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let is_plain = !name.is_empty() && name.chars().all(plain);
    match is_plain || name == list::EACH {
        true => Ok(name.to_owned()),
        false => Err("a name is letters, digits, - and _".to_owned()),
    }
}

/// Where kept results are, unless another place is named.
pub(crate) fn results_directory(named: Option<&PathBuf>) -> Result<PathBuf> {
    match (named, workspace()) {
        (Some(named), _) => Ok(named.clone()),
        (None, Some(root)) => Ok(root.join("docs/results")),
        (None, None) => Err(gone()),
    }
}

pub(super) fn gone() -> anyhow::Error {
    anyhow::anyhow!("the workspace that this was built from is gone; name --results")
}

/// Writes a file for each model that is kept.
pub(crate) fn run(asked: &Keep) -> Result<()> {
    let directory = results_directory(asked.results.as_ref())?;
    if asked.measure {
        return measure(&asked.names, &directory);
    }
    let name = match &*asked.names {
        [] => None,
        [name] if name == list::EACH => {
            let why = format!("{name} stands for every model, and only --measure has it");
            return Err(Misuse(why).into());
        }
        [name] => Some(name),
        _ => {
            return Err(
                Misuse::new("one name at a time, unless --measure is there").into()
            );
        }
    };
    let of_workspace = || Some(workspace()?.join("target/compare").join(files::JSON));
    let from = asked.from.clone().or_else(of_workspace).ok_or_else(gone)?;
    if let (Some(name), false) = (name, asked.timelines.is_empty()) {
        return keep_timelines(name, &asked.timelines, &from, &directory);
    }
    keep(name, asked.model.as_ref(), &from, &directory)
}

/// Writes the timelines of these rows of a model.
fn keep_timelines(
    name: &str,
    rows: &[String],
    from: &Path,
    directory: &Path,
) -> Result<()> {
    let file = from.display();
    let misuse = |why: String| Misuse(format!("{file}: {why}"));
    let Written::Results(results) = read::results_or_sweep(from)? else {
        return Err(misuse("a sweep has no timelines".to_owned()).into());
    };
    if results.host.profile == "debug" {
        return Err(misuse(DEBUG.to_owned()).into());
    }
    let names: Vec<&str> = results.models.iter().map(|model| &*model.name).collect();
    let model = results.models.iter().find(|model| model.name == name);
    let model =
        model.ok_or_else(|| unknown(&format!("{file} has no model"), name, &names))?;
    let recorded = Recorded::of(&results, model, rows).map_err(misuse)?;
    let directory = directory.join(TIMELINES);
    files::prepare(&directory, "--results")?;
    let path = directory.join(format!("{name}.json"));
    files::whole(&path, &recorded.json()?, "--results")?;
    print(&format!("{name}: {}\n", shown(&path.to_string_lossy())))
}

/// Writes a file for each model of these results that is kept.
fn keep(
    name: Option<&String>,
    model: Option<&String>,
    from: &Path,
    directory: &Path,
) -> Result<()> {
    let kept = kept(name, model, from)?;
    // A name from a file could lead out of the directory.
    for (name, _) in &kept {
        let file = from.display();
        plain_name(name).map_err(|why| Misuse(format!("{file}: {name:?}: {why}")))?;
    }
    files::prepare(directory, "--results")?;
    for (name, kept) in kept {
        let path = directory.join(format!("{name}.json"));
        files::whole(&path, &kept.json()?, "--results")?;
        print(&format!("{name}: {}\n", shown(&path.to_string_lossy())))?;
        // What a chapter has as a picture is of the same run as its figures.
        let timelines = directory.join(TIMELINES).join(format!("{name}.json"));
        if let Ok(text) = fs::read_to_string(timelines)
            && kept.model == name
        {
            let old = Recorded::read(&text).map_err(Misuse)?;
            let rows: Vec<String> = old.rows.into_iter().map(|row| row.name).collect();
            keep_timelines(&name, &rows, from, directory)?;
        }
    }
    Ok(())
}

/// Measures what the list has by these names, or all of it, one after the other.
fn measure(names: &[String], directory: &Path) -> Result<()> {
    let root = workspace().ok_or_else(gone)?;
    let path = root.join(LIST);
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let all = list::read(&text).map_err(Misuse)?;
    let known: Vec<&str> = all.iter().map(|entry| entry.name).collect();
    if let Some(name) = names.iter().find(|name| !known.contains(&&***name)) {
        return Err(unknown(&format!("{LIST} has no"), name, &known).into());
    }
    let is_wanted = |name: &str| names.is_empty() || names.iter().any(|one| one == name);
    if cfg!(debug_assertions) {
        return Err(Misuse::new(DEBUG).into());
    }
    let program = env::current_exe()?;
    let clock = Instant::now();
    for entry in all.iter().filter(|entry| is_wanted(entry.name)) {
        let own = (entry.name != list::EACH).then(|| entry.name.to_owned());
        let out = root
            .join("target/keep")
            .join(own.as_deref().unwrap_or("all"));
        // What an earlier run left is not what this one measured.
        let files = [files::JSON, "sweep.json"].map(|file| out.join(file));
        for file in &files {
            drop(fs::remove_file(file));
        }
        tell(format_args!(
            "{}: compare {}",
            entry.name,
            entry.words.join(" ")
        ));
        let mut command = Command::new(&program);
        command.args(&entry.words).arg("--out").arg(&out);
        die_with_parent(&mut command);
        let ended = command
            .stdout(Stdio::null())
            .status()
            .context("compare starts itself")?;
        let made = files.iter().find(|file| file.is_file());
        // A row that failed is left out; without results there is nothing to keep.
        let from =
            made.with_context(|| format!("{} left no results: {ended}", entry.name))?;
        keep(own.as_ref(), None, from, directory)?;
    }
    let seconds = clock.elapsed().as_secs();
    print(&format!(
        "measured in {}:{:02}\n",
        seconds / 60,
        seconds % 60
    ))
}

fn kept(
    name: Option<&String>,
    model: Option<&String>,
    from: &Path,
) -> Result<Vec<(String, Kept)>> {
    let file = from.display();
    let misuse = |why: &str| Err(Misuse(format!("{file}: {why}")).into());
    let not_whole = "an interrupted run is not kept: let it end";
    let results = match read::results_or_sweep(from)? {
        Written::Results(results) => results,
        Written::Sweep(sweep) => {
            if model.is_some_and(|model| *model != sweep.model) {
                return misuse(&format!("a sweep of {}", sweep.model));
            }
            return match () {
                () if sweep.interrupted => misuse(not_whole),
                () if sweep.host.profile == "debug" => misuse(DEBUG),
                () => {
                    let own = || format!("{}-{}", sweep.model, sweep.field);
                    let name = name.cloned().unwrap_or_else(own);
                    Ok(vec![(name, Kept::of_sweep(&sweep))])
                }
            };
        }
    };
    match () {
        () if results.interrupted => return misuse(not_whole),
        () if results.host.profile == "debug" => return misuse(DEBUG),
        () => {}
    }
    let models = results.models.iter();
    let Some(name) = name else {
        let each =
            models.map(|model| (model.name.clone(), Kept::of_model(&results, model)));
        return Ok(each.collect());
    };
    let names: Vec<&str> = models.clone().map(|model| &*model.name).collect();
    let wanted = model.unwrap_or(name);
    let model = match (&*results.models, model) {
        ([only], None) => only,
        (all, _) => all
            .iter()
            .find(|model| model.name == *wanted)
            .ok_or_else(|| unknown(&format!("{file} has no model"), wanted, &names))?,
    };
    Ok(vec![(name.clone(), Kept::of_model(&results, model))])
}
