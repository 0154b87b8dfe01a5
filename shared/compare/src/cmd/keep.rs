//! `compare keep`: results without their samples, for the documents to quote.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use measure::{read, sweep::results::Sweep};
use report::splice::kept::Kept;
use test_fixtures::{Misuse, print, shown, unknown};

use crate::{files, workspace::workspace};

/// What to keep, and under which name.
#[derive(Debug, Args)]
pub(crate) struct Keep {
    /// The name that markers have it by: letters, digits and dashes [default: the model's,
    /// each model by its own]
    #[arg(value_name = "NAME", value_parser = plain_name)]
    name: Option<String>,
    /// The model, where the results have several [default: the one of that name]
    #[arg(long, requires = "name", value_name = "MODEL")]
    model: Option<String>,
    /// A results.json of a comparison, or the sweep.json of a sweep [default:
    /// target/compare/results.json]
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Where kept results are [default: docs/results]
    #[arg(long, value_name = "DIR")]
    results: Option<PathBuf>,
}

/// A name that stands in a marker as it is.
fn plain_name(name: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match !name.is_empty() && name.chars().all(plain) {
        true => Ok(name.to_owned()),
        false => Err("a name is letters, digits, - and _".to_owned()),
    }
}

/// Where kept results are, unless another place is named.
pub(super) fn results_directory(named: Option<&PathBuf>) -> Result<PathBuf> {
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
    let of_workspace = || Some(workspace()?.join("target/compare").join(files::JSON));
    let from = asked.from.clone().or_else(of_workspace).ok_or_else(gone)?;
    let kept = kept(asked, &from)?;
    files::prepare(&directory, "--results")?;
    for (name, kept) in kept {
        let path = directory.join(format!("{name}.json"));
        files::whole(&path, &kept.json()?, "--results")?;
        print(&format!("{name}: {}\n", shown(&path.to_string_lossy())))?;
    }
    Ok(())
}

fn kept(asked: &Keep, from: &PathBuf) -> Result<Vec<(String, Kept)>> {
    let file = from.display();
    let misuse = |why: &str| Err(Misuse(format!("{file}: {why}")).into());
    let not_whole = "an interrupted run is not kept: let it end";
    let debug = "a debug build is not kept: measure with --release";
    if let Some(sweep) = sweep(from)? {
        if asked
            .model
            .as_ref()
            .is_some_and(|model| *model != sweep.model)
        {
            return misuse(&format!("a sweep of {}", sweep.model));
        }
        return match () {
            () if sweep.interrupted => misuse(not_whole),
            () if sweep.host.profile == "debug" => misuse(debug),
            () => {
                let own = || format!("{}-{}", sweep.model, sweep.field);
                let name = asked.name.clone().unwrap_or_else(own);
                Ok(vec![(name, Kept::of_sweep(&sweep))])
            }
        };
    }
    let results = read::results(from)?;
    match () {
        () if results.interrupted => return misuse(not_whole),
        () if results.host.profile == "debug" => return misuse(debug),
        () => {}
    }
    let models = results.models.iter();
    let Some(name) = &asked.name else {
        let each =
            models.map(|model| (model.name.clone(), Kept::of_model(&results, model)));
        return Ok(each.collect());
    };
    let names: Vec<&str> = models.clone().map(|model| &*model.name).collect();
    let wanted = asked.model.as_ref().unwrap_or(name);
    let model = match (&*results.models, &asked.model) {
        ([only], None) => only,
        (all, _) => all
            .iter()
            .find(|model| model.name == *wanted)
            .ok_or_else(|| unknown(&format!("{file} has no model"), wanted, &names))?,
    };
    Ok(vec![(name.clone(), Kept::of_model(&results, model))])
}

/// The sweep in a file, if it is one.
fn sweep(from: &PathBuf) -> Result<Option<Sweep>> {
    #[derive(serde::Deserialize)]
    struct Head {
        points: Option<serde::de::IgnoredAny>,
    }
    // What can't be read or is no JSON, results are asked about, which say so.
    let text = fs::read_to_string(from).unwrap_or_default();
    let head = serde_json::from_str::<Head>(&text);
    if head.is_ok_and(|head| head.points.is_some()) {
        let file = from.display();
        let sweep = serde_json::from_str(&text);
        return Ok(Some(
            sweep.with_context(|| format!("{file}: a damaged sweep"))?,
        ));
    }
    Ok(None)
}
