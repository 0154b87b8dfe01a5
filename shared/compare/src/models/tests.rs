//! Every model, held to what the tables and the command line promise.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use clap::Command;
use measure::{model::Contestant, source::Source};
use report::splice::{kept::Kept, recorded::Recorded};
use test_fixtures::RUNTIMES;

use super::*;

/// A comparison's arguments are flags with their values, and examples are arguments.
#[test]
fn comparisons_and_examples_are_command_lines() {
    for model in MODELS {
        let command = model.augment(Command::new(model.name()).no_binary_name(true));
        for pair in model.comparison().chunks(2) {
            let [flag, _] = pair else {
                panic!("{}: {pair:?} is not a flag and a value", model.name());
            };
            let of_flag = |arg: &clap::Arg| flag.strip_prefix("--") == arg.get_long();
            assert!(command.get_arguments().any(of_flag), "{flag}");
        }
        let examples = model
            .examples()
            .iter()
            .map(|words| words.split(' ').collect());
        let all = examples.chain([model.comparison().to_vec()]);
        for words in all {
            let parsed = command.clone().try_get_matches_from::<Vec<_>, _>(words);
            if let Err(error) = parsed {
                panic!("{}: {error}", model.name());
            }
        }
    }
}

/// The report opens on two variants that there are.
#[test]
fn a_pair_is_two_variants() {
    for model in MODELS {
        let contestants = model.contestants();
        let [left, right] = model.pair();
        assert_ne!(left, right);
        for name in [left, right] {
            assert!(contestants.iter().any(|one| one.name == name), "{name}");
        }
    }
}

/// The overview has a column for each runtime, and no other.
#[test]
fn every_variant_is_on_a_runtime_that_is_known() {
    for model in MODELS {
        for one in model.contestants().iter().filter(|one| !one.is_peer) {
            let known = RUNTIMES.contains(&&*one.runtime);
            assert!(known, "{}/{}: on {}", model.name(), one.name, one.runtime);
        }
    }
}

/// The root README's table has every model, with every variant and peer.
#[test]
fn the_readme_has_every_variant() {
    let readme = include_str!("../../../../README.md");
    for model in MODELS {
        let start = format!("| [{}](", model.name());
        let row = readme.lines().find(|line| line.starts_with(&start));
        let row = row.unwrap_or_else(|| panic!("README.md has no row {start}"));
        let contestants = model.contestants();
        for contestant in &contestants {
            let Contestant { name, is_peer, .. } = contestant;
            let folder = if *is_peer { "peers" } else { "src/variants" };
            let link = format!("[{name}](crates/{}/{folder}/{name}.", model.name());
            assert!(row.contains(&link), "README.md has no {link}");
        }
        let links = row.split("](crates/").count() - 2;
        assert_eq!(links, contestants.len(), "{}", model.name());
    }
}

/// What a kept row says of its job is what its variant declares.
#[test]
fn kept_rows_do_the_job_that_is_declared() {
    let results = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/results");
    let mut others = 0;
    for entry in fs::read_dir(results).expect("kept results") {
        let path = entry.expect("a file").path();
        if path.extension().is_none_or(|ending| ending != "json") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("text");
        let kept: Kept = serde_json::from_str(&text).expect("kept results");
        let mut models = MODELS.iter().filter(|model| model.name() == kept.model);
        let all = models.next().expect("a model").contestants();
        for row in kept.sizes.iter().flat_map(|size| &size.rows) {
            let declared = all.iter().find(|one| one.name == row.name);
            let declared = declared.and_then(|one| one.another_job);
            assert_eq!(
                row.another_job.as_deref(),
                declared,
                "{path:?}: {}",
                row.name
            );
            others += usize::from(declared.is_some());
        }
    }
    assert!(others > 0, "no kept row does another job");
}

/// A picture in a chapter is of rows that there are.
#[test]
fn kept_timelines_are_of_present_rows() {
    let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/results/timelines");
    for entry in fs::read_dir(kept).expect("kept timelines") {
        let path = entry.expect("a file").path();
        let text = fs::read_to_string(&path).expect("text");
        let recorded = Recorded::read(&text).expect("kept timelines");
        let model = named(&recorded.model).expect("a model");
        for row in &recorded.rows {
            assert!(
                model.names().contains(&&*row.name),
                "{path:?}: {}",
                row.name
            );
        }
    }
}

/// A model that fetches nothing builds no TLS, unless it has a client that always has it.
#[test]
fn tls_comes_with_the_origin_and_nats_alone() {
    const LOCK: &str = include_str!("../../../../Cargo.lock");
    let mut depends = BTreeMap::<&str, Vec<&str>>::new();
    for package in LOCK.split("[[package]]").skip(1) {
        let mut names = package.lines().filter_map(|line| {
            let line = line.strip_prefix("name = ").or(line.strip_prefix(" "))?;
            line.trim_matches([' ', ',', '"']).split(' ').next()
        });
        let name = names.next().expect("a package has a name");
        depends.entry(name).or_default().extend(names);
    }
    // Several versions of a package are taken together: too many are reached, none too few.
    let reaches = |from: &str, to: &str| {
        let mut seen = BTreeSet::new();
        let mut next = vec![from];
        while let Some(name) = next.pop() {
            // It comes with cyper-core. Its rustls is a feature, which gather alone has.
            if name != "compio-tls" && seen.insert(name) {
                next.extend(depends.get(name).into_iter().flatten());
            }
        }
        seen.contains(to)
    };
    assert!(reaches("semaphores", "http-origin") && reaches("http-origin", "rustls"));
    for model in MODELS
        .iter()
        .filter(|model| !reaches(model.name(), "http-origin"))
        .filter(|model| !reaches(model.name(), "async-nats"))
    {
        assert!(!reaches(model.name(), "rustls"), "{}", model.name());
    }
}

/// The packages that a lesson names are packages of the workspace.
#[test]
fn every_package_that_a_lesson_needs_is_known() {
    for model in MODELS {
        for source in model.contestants().into_iter().flat_map(sources) {
            let lesson = test_fixtures::Lesson::of(&source.text);
            let needs = lesson.map_or(Vec::new(), |lesson| lesson.needs);
            assert_eq!(
                needs.len(),
                source.needs.len(),
                "{}: {needs:?}",
                source.path
            );
        }
    }
}

/// All sources of a contestant.
fn sources(contestant: Contestant) -> Vec<Source> {
    let pairs = contestant.pairs.into_iter();
    let of_pairs = pairs.flat_map(|pair| [pair.failing, pair.cure]);
    contestant.source.into_iter().chain(of_pairs).collect()
}
