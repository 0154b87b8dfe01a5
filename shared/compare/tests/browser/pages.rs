//! The reports that are looked at: of recorded results, and of what can be named like markup.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use test_fixtures::temporary::TemporaryDir;

const RECORDED: &str = include_str!("../data/results.json");
pub(crate) const EVIL: &str = "<script>alert(1)</script>";

/// The reports that are looked at.
pub(crate) struct Pages {
    _directory: TemporaryDir,
    results: Value,
    /// Addresses.
    pub(crate) recorded: String,
    pub(crate) evil: String,
    /// With functions that go wrong, and a file that two rows share.
    pub(crate) cures: String,
}

impl Pages {
    pub(crate) fn write() -> Result<Self> {
        let directory = TemporaryDir::new()?;
        let results: Value = serde_json::from_str(RECORDED)?;
        let recorded = report(directory.path(), "recorded", &results)?;
        let evil = report(directory.path(), "evil", &evil(results.clone()))?;
        let cures = report(directory.path(), "cures", &with_pairs(results.clone()))?;
        Ok(Self {
            cures,
            recorded,
            evil,
            results,
            _directory: directory,
        })
    }

    pub(crate) fn models(&self) -> &[Value] {
        self.results["models"]
            .as_array()
            .map_or(&[], |models| models)
    }
}

/// Has `compare` write the report of some results, and returns its address.
fn report(directory: &Path, name: &str, results: &Value) -> Result<String> {
    let from = directory.join(format!("{name}.json"));
    let to = directory.join(format!("{name}.html"));
    fs::write(&from, results.to_string())?;
    let output = Command::new(env!("CARGO_BIN_EXE_compare"))
        .arg("report")
        .arg(&from)
        .arg("--out")
        .arg(&to)
        .output()?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let to: PathBuf = to.canonicalize()?;
    Ok(format!("file://{}", to.display()))
}

/// Results in which whatever can be named is named like markup.
fn evil(mut results: Value) -> Value {
    for model in results["models"].as_array_mut().into_iter().flatten() {
        model["job"] = json!(EVIL);
        // Of the one after the last.
        let round = model["rounds"].to_string();
        let mut renamed = Vec::new();
        for row in model["rows"].as_array_mut().into_iter().flatten() {
            let long = "_and_so_on".repeat(8);
            let name = row["name"].as_str().unwrap_or_default();
            let name = format!("{name}{EVIL}\"'{long}");
            renamed.push((row["name"].clone(), json!(name)));
            row["name"] = json!(name);
            row["failures"] = json!({round.as_str(): EVIL});
            if !row["source"].is_null() {
                row["source"]["text"] = json!(format!("// {EVIL}\n</pre>{name}\n"));
            }
            let bars = row
                .pointer_mut("/timeline/bars")
                .and_then(Value::as_array_mut);
            for bar in bars.into_iter().flatten() {
                bar["task"] = json!(EVIL);
                bar["note"] = json!(EVIL);
            }
        }
        let rename = |name: &mut Value| {
            let row = renamed.iter().find(|(before, _)| before == name);
            *name = row.expect("it names a row").1.clone();
        };
        rename(&mut model["reference"]);
        let ties = model["ties"].as_array_mut().into_iter().flatten();
        ties.filter_map(Value::as_array_mut)
            .flatten()
            .for_each(rename);
    }
    results
}

/// Two rows of the semaphores have a function that goes wrong, and its cure; and a file that
/// comes along with both.
fn with_pairs(mut results: Value) -> Value {
    let source = |file: &str, call: &str| {
        json!({
            "path": format!("{file}.rs"),
            "text": format!("//! Why {file}.\n\n// The lesson: below.\n// It needs rayon.\n\nuse a;\n\nfn f() {{\n    {call}\n}}\n"),
            "needs": ["rayon = \"1\""],
        })
    };
    let pair = |name: &str| {
        json!({
            "name": name,
            "failing": source("failing", "wait(lock, 1);"),
            "cure": source("cure", "spawn(lock, 1);"),
        })
    };
    for model in results["models"].as_array_mut().into_iter().flatten() {
        let of_semaphores = model["name"] == "semaphores";
        for row in model["rows"].as_array_mut().into_iter().flatten() {
            if of_semaphores && (row["name"] == "tokio" || row["name"] == "smol") {
                row["pairs"] = json!([pair("one_lock"), pair("two_locks")]);
                let path = "crates/semaphores/src/parts/ring.rs";
                let ring = json!({"path": path, "text": "pub struct Ring;\n"});
                row["source"]["parts"] = json!([ring]);
            }
        }
    }
    results
}
