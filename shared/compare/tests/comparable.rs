//! The default comparison compares: each current variant did the same work as the reference,
//! so that with rounds enough it gets a verdict. Where a job has items, each reports them.

use std::process::Command;

use measure::{
    results::{Kind, Results, Row},
    summary::is_comparable,
};
use test_fixtures::temporary::TemporaryDir;

#[test]
fn every_current_variant_did_the_work_of_the_reference() {
    let directory = TemporaryDir::new().expect("a temporary directory");
    let list = Command::new(env!("CARGO_BIN_EXE_compare"))
        .args(["list", "--json"])
        .output()
        .expect("compare starts");
    let list: serde_json::Value = serde_json::from_slice(&list.stdout).expect("JSON");
    let mut names: Vec<&str> = Vec::new();
    let models = list.as_array().expect("models");
    for contestant in models.iter().flat_map(|model| {
        let contestants = model["contestants"].as_array();
        contestants.expect("contestants")
    }) {
        let name = contestant["name"].as_str().expect("a name");
        if contestant["is_peer"] == false && !names.contains(&name) {
            names.push(name);
        }
    }
    let output = Command::new(env!("CARGO_BIN_EXE_compare"))
        .args(["--rounds", "1", "--percentiles", "--json"])
        .args(["--variants", &names.join(",")])
        .arg("--out")
        .arg(directory.path())
        .output()
        .expect("compare starts");
    let results: Results = serde_json::from_slice(&output.stdout).expect("results");
    assert_eq!(results.models.len(), models.len());
    let mut with_items = 0;
    for model in &results.models {
        with_items += usize::from(model.item.is_some());
        let named = |name: &str| model.rows.iter().find(|row| row.name == name);
        let reference = named(&model.reference).expect("the reference has a row");
        for row in model.rows.iter().filter(|row| row.kind == Kind::Variant) {
            let place = format!("{}/{}", model.name, row.name);
            assert!(row.failures.is_empty(), "{place}: {:?}", row.failures);
            assert!(is_comparable(row, reference), "{place} is not compared");
            assert_eq!(items(row).is_some(), model.item.is_some(), "{place}");
            // A server is stopped under load, and so are the last of its requests.
            let (own, others) = (items(row), items(reference));
            let is_alike = own.zip(others).is_none_or(|(a, b)| a.abs_diff(b) <= b / 10);
            assert!(is_alike, "{place}: {own:?} items, and {others:?}");
        }
    }
    assert_eq!(with_items, 8, "the models whose jobs have items");
}

/// How many items the row's trial reported.
fn items(row: &Row) -> Option<usize> {
    let sample = row.samples.first()?;
    Some(sample.latency.as_ref()?.items)
}
