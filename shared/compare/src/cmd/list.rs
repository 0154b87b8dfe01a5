//! `compare list`: the models, their variants and peers, and what of it this machine has.

use anyhow::Result;
use clap::Args;
use measure::model::{AnyModel, Contestant};
use serde::Serialize;
use test_fixtures::{Runner, Status, print, print_json};

use crate::models::MODELS;

/// How to list them.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Prints all of it.
pub(crate) fn run(list: &List) -> Result<()> {
    match list.json {
        true => print_json(&json()?),
        false => print(&text()),
    }
}

/// A model, for programs.
#[derive(Debug, Serialize)]
struct Listed {
    name: &'static str,
    about: &'static str,
    /// The arguments with which a comparison starts.
    comparison: &'static [&'static str],
    contestants: Vec<Entry>,
}

/// A variant or peer, for programs.
#[derive(Debug, Serialize)]
struct Entry {
    name: String,
    about: String,
    is_peer: bool,
    legacy: bool,
    /// What a peer is run with; none of a variant, which is built in.
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<Vec<String>>,
    /// What to do so that it can run; none if it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<String>,
}

/// All of it as JSON.
fn json() -> Result<String> {
    let models: Vec<Listed> = MODELS.iter().map(|model| listed(*model)).collect();
    Ok(serde_json::to_string_pretty(&models)? + "\n")
}

/// All of it in lines.
fn text() -> String {
    let models: Vec<Listed> = MODELS.iter().map(|model| listed(*model)).collect();
    let entries = models.iter().flat_map(|model| &model.contestants);
    let width = entries.map(|entry| title(entry).len()).max().unwrap_or(0);
    let mut text = String::new();
    for model in &models {
        text += &format!("{}: {}\n", model.name, model.about);
        for entry in &model.contestants {
            text += &format!("  {:width$}  {}\n", title(entry), entry.about);
            if let Some(missing) = &entry.missing {
                text += &format!("  {:width$}  can't run: {missing}\n", "");
            }
        }
        let comparison = model.comparison.join(" ");
        text += &format!("  compared with: {comparison}\n\n");
    }
    text.trim_end().to_owned() + "\n"
}

fn title(entry: &Entry) -> String {
    match (entry.legacy, entry.is_peer) {
        (true, _) => format!("{} (legacy)", entry.name),
        (_, true) => format!("{} (peer)", entry.name),
        _ => entry.name.clone(),
    }
}

fn listed(model: &dyn AnyModel) -> Listed {
    Listed {
        name: model.name(),
        about: model.about(),
        comparison: model.comparison(),
        contestants: model.contestants().into_iter().map(entry).collect(),
    }
}

fn entry(contestant: Contestant) -> Entry {
    let (command, missing) = match contestant.runner {
        Ok(Runner::Peer(words)) => {
            let words = words.iter().map(|word| word.to_string_lossy().into_owned());
            (Some(words.collect()), None)
        }
        Ok(Runner::Variant(_)) => (None, None),
        Err(missing) => (None, Some(missing)),
    };
    Entry {
        name: contestant.name,
        about: contestant.about,
        is_peer: contestant.is_peer,
        legacy: contestant.status == Status::Legacy,
        command,
        missing,
    }
}
