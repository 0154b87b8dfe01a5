//! The list of hazards, held to what else says the same.

use std::{sync::mpsc, thread, time::Duration};

use rayon::{
    ThreadPoolBuilder,
    iter::{ParallelBridge, ParallelIterator},
};
use test_fixtures::{Lesson, Model, Part};

use crate::{
    Hazard, Hazards,
    hazards::{SPARED, on, spared},
    variants::VARIANTS,
};

/// Each hazard bites a runtime or spares it.
#[test]
fn nothing_is_left_out() {
    assert_eq!(Hazards::RESULTS, Hazard::all().len());
    for variant in VARIANTS {
        for hazard in Hazard::all() {
            let (name, bites) = (variant.name, on(variant.name, *hazard).is_some());
            let is_spared = spared(name, *hazard).is_some();
            assert_ne!(bites, is_spared, "{hazard} on {name}");
        }
    }
}

/// A variant's file names its own runtime, and its pairs are those that bite it.
#[test]
fn a_variant_runs_its_own() {
    for variant in VARIANTS {
        let line = format!("watchdog::run(job, {:?})", variant.name);
        assert!(variant.text.contains(&line), "{}", variant.name);
        let hazards = Hazard::all().iter();
        let bite = hazards.filter(|hazard| on(variant.name, **hazard).is_some());
        let names = bite.map(|hazard| hazard.case());
        assert!(names.eq(variant.pairs.iter().map(|pair| pair.name)));
    }
}

/// What fails and what cures it are one function, with the same name and parameters; what
/// fails may leave some unused.
#[test]
fn a_pair_is_one_function() {
    let head = |text: &str| {
        let (_, after) = text.split_once("\npub fn ").expect("it has a function");
        let (head, _) = after.split_once(") -> ").expect("it returns something");
        head.replace("\n    _", "\n    ")
    };
    for pair in VARIANTS.iter().flat_map(|variant| variant.pairs) {
        let (failing, cure) = (head(pair.failing.text), head(pair.cure.text));
        assert_eq!(failing, cure, "{}", pair.failing.path);
    }
}

/// They differ by a few lines, as the README says: those of imports aside, 47 pairs
/// by at most four lines, and no pair by more than 25.
#[test]
fn a_pair_differs_by_a_few_lines() {
    let lines = |part: Part| {
        let lesson = Lesson::of(part.text).expect("it is a lesson");
        let mut is_import = false;
        let lines = lesson.text.lines().filter(|line| {
            let was_import = is_import || line.starts_with("use ");
            is_import = was_import && !line.ends_with(';');
            !was_import
        });
        lines.map(str::trim).collect::<Vec<_>>()
    };
    // How many lines of one are not in the other, each as often as it is there.
    let beyond = |one: &[&str], other: &[&str]| {
        let mut rest = other.to_vec();
        let is_new = |line: &&&str| match rest.iter().position(|one| one == *line) {
            Some(at) => {
                rest.swap_remove(at);
                false
            }
            None => true,
        };
        one.iter().filter(is_new).count()
    };
    let pairs = VARIANTS.iter().flat_map(|variant| variant.pairs);
    let differences: Vec<_> = pairs
        .map(|pair| {
            let (failing, cure) = (lines(pair.failing), lines(pair.cure));
            let lines = beyond(&failing, &cure) + beyond(&cure, &failing);
            (lines, pair.cure.path)
        })
        .collect();
    let few = differences.iter().filter(|(lines, _)| *lines <= 4).count();
    let most = differences.iter().max();
    assert!(most.is_some_and(|(lines, _)| *lines <= 25), "{most:?}");
    assert!(few >= 47, "{few} of {}", differences.len());
}

/// The README links each hazard, and its survey has a dash for whom it does not concern; the
/// book's page has its symptom. A hazard has its rows as soon as it is among the kept results, of which the survey is made.
#[test]
fn the_readme_says_the_same() {
    let readme = include_str!("../../README.md");
    let symptoms = include_str!("../../../../docs/src/symptoms.md");
    let kept = include_str!("../../../../docs/results/hazards.json");
    let row = |start: &str| {
        let row = readme.lines().find(|line| line.starts_with(start));
        row.unwrap_or_else(|| panic!("README.md has no row {start}"))
    };
    for hazard in Hazard::all() {
        row(&format!("| [{hazard}](src/hazards/{}) |", hazard.case()));
        assert!(symptoms.contains(&format!("\n### {hazard}\n")), "{hazard}");
        if !kept.contains(&format!("{{\"item\":\"{hazard}\"")) {
            continue;
        }
        let surveyed = row(&format!("| {hazard}, "));
        let cells: Vec<_> = surveyed.split('|').map(str::trim).skip(2).collect();
        // Behind the variants there are at least the peer and what follows the last bar.
        assert!(cells.len() > VARIANTS.len() + 1, "{surveyed}");
        for (variant, cell) in VARIANTS.iter().zip(cells) {
            let is_spared = spared(variant.name, *hazard).is_some();
            assert_eq!(cell == "–", is_spared, "{hazard} on {}", variant.name);
        }
    }
}

/// A peer says so of the same hazards for the same reasons, and of no others.
#[test]
fn a_peer_is_spared_what_it_says() {
    let peers = [
        ("python", include_str!("../../peers/python.py"), "}"),
        ("node", include_str!("../../peers/node.mjs"), "};"),
    ];
    for (name, peer, end) in peers {
        let spared = peer.split_once("SPARED = {\n").expect("it lists them").1;
        let lines = spared.lines().take_while(|line| *line != end);
        let listed: Vec<_> = lines.map(str::trim).map(str::to_owned).collect();
        let ours = SPARED.iter().filter(|spared| spared.runtime == name);
        let ours = ours.map(|spared| format!("\"{}\": {:?},", spared.hazard, spared.why));
        assert_eq!(listed, ours.collect::<Vec<_>>(), "{name}");
    }
}

/// `par_bridge` hands on what it has before it waits for more, in a pool of one thread, too:
/// each answer here is waited for before the next question.
#[test]
fn a_pool_of_one_bridges_what_another_thread_sends() {
    let (asker, questions) = mpsc::channel();
    let (answerer, answers) = mpsc::channel();
    let answering = thread::spawn(move || {
        let pool = ThreadPoolBuilder::new().num_threads(1).build();
        let answer = |question: u64| answerer.send(question).expect("it is waited for");
        let bridged = || questions.into_iter().par_bridge().for_each(answer);
        pool.expect("the system starts a thread").install(bridged);
    });
    for question in 0..20 {
        asker.send(question).expect("it is received");
        let answer = answers.recv_timeout(Duration::from_secs(20));
        assert_eq!(answer, Ok(question));
    }
    drop(asker);
    answering.join().expect("the pool has ended");
}
