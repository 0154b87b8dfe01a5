//! Every way through the questions leads to something that is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fs,
};

use report::splice::figures::Figures;

use super::{
    Answer, Choice, Question, Then,
    answers::{Next, Step, counts, next, unasked, walk},
    dialogue,
    end::{self, Local},
    page,
    reasons::filled,
    tree::WAITS,
};
use crate::{
    cmd::{keep::results_directory, splice::figures},
    command_line::{Request, parse},
    models,
    workspace::workspace,
};

fn kept() -> Figures {
    let directory = results_directory(None).expect("this is built from the workspace");
    figures(&directory).expect("kept results")
}

#[test]
fn what_is_built_on_request_is_asked_for() {
    let manifest = include_str!("../../Cargo.toml");
    let (_, features) = manifest.split_once("[features]\n").expect("it has some");
    let features = features.lines().take_while(|line| !line.is_empty());
    let names = features.filter_map(|line| line.split_once(" = [\"shared-memory/"));
    assert!(names.map(|(name, _)| name).eq(end::ON_REQUEST));
    let choice = Choice::new("shared-memory", "iceoryx2", "");
    assert_eq!(choice.run(), "cargo run --release --features iceoryx2 --");
    assert_eq!(
        Choice::new("shared-memory", "ring", "").run(),
        "cargo run --release --"
    );
}

/// Each way, where an answer with counts is taken at both of its ends, too.
fn ways() -> Vec<Vec<Step>> {
    let mut done = Vec::new();
    let mut open = vec![Vec::new()];
    while let Some(steps) = open.pop() {
        let Next::Ask(question) = next(&steps) else {
            done.push(steps);
            continue;
        };
        let mut least = 1;
        for answer in question.answers {
            let mut all = vec![question.step(answer.name).expect("its own answer")];
            if let Some(most) = answer.most {
                for count in [least, most] {
                    let step = question.step(&count.to_string()).expect("a count");
                    assert_eq!(step.answer.name, answer.name, "{count}");
                    all.push(step);
                }
                least = most + 1;
            }
            for step in all {
                open.push([&steps[..], &[step]].concat());
            }
        }
    }
    done
}

/// A command as a shell would split it.
fn line(command: &str) -> Vec<OsString> {
    let command = command.replace("'mine=COMMAND'", "mine=true");
    let words = command.split_whitespace().map(OsString::from);
    [OsString::from("compare")]
        .into_iter()
        .chain(words)
        .collect()
}

#[test]
fn every_way_ends_at_a_variant_and_at_commands_that_parse() {
    let ways = ways();
    let mut seen = BTreeSet::new();
    let mut done = BTreeSet::new();
    for steps in &ways {
        let Next::Take(choice) = next(steps) else {
            panic!("a way ends at a choice")
        };
        let path = choice.path().expect("a variant with a file");
        let root = workspace().expect("this is built from it");
        assert!(root.join(&path).is_file(), "{path}");
        let commands = choice.commands(&counts(steps));
        assert!(!commands.compare.contains('{'), "{}", commands.compare);
        if !done.insert(commands.compare.clone()) {
            continue;
        }
        for command in [&commands.compare, &commands.with] {
            match parse(&line(command)) {
                Ok(Request::Compare(asked, options)) => {
                    let names = asked[0].model.names();
                    let rows = &options.variants;
                    assert!(rows.iter().any(|row| row == choice.variant), "{command}");
                    assert!(rows.iter().all(|row| names.contains(&&**row)), "{command}");
                    asked[0]
                        .model
                        .job(&asked[0].matches)
                        .and_then(|job| job.describe())
                        .unwrap_or_else(|error| panic!("{command}: {error}"));
                }
                Ok(_) => panic!("{command} compares nothing"),
                Err(error) => panic!("{command}: {error}"),
            }
        }
        // A function is there to take, and the parser is asked once for each model: it
        // builds the command line of all of them.
        let model = choice.model();
        if choice.hazard.is_none() {
            let source = model.source(choice.variant).expect("a variant");
            assert!(report::taken::text(&source).is_some(), "{}", commands.take);
        }
        if seen.insert(choice.model) {
            assert!(matches!(parse(&line(&commands.take)), Ok(Request::Take(_))));
            assert!(matches!(parse(&line(&commands.diff)), Ok(Request::Diff(_))));
        }
        let mut words = commands.diff.split(' ').skip(2);
        assert!(
            words.all(|name| end::path(model, name).is_ok()),
            "{}",
            commands.diff
        );
    }
    // Every model is the end of some way.
    let all = models::MODELS.iter().map(|model| model.name());
    assert_eq!(seen, all.collect());
    assert!(ways.len() > 100, "{} ways", ways.len());
}

/// What is kept shows the variant, or there is nothing of it anywhere.
#[test]
fn a_choice_names_the_kept_results_that_have_it() {
    let figures = kept();
    let mut without = BTreeSet::new();
    for choice in choices() {
        let Some(name) = choice.kept else { continue };
        let figure = format!("{name}/{} time", choice.variant);
        if figures.text(&figure).is_err() {
            without.insert((name, choice.variant));
        }
        let model = &figures.0[name.split('@').next().expect("a name")].model;
        assert_eq!(model, choice.model, "{name}");
        if let Some(beside) = choice.beside {
            let figure = format!("{name}/{}/{beside} time", choice.variant);
            figures.text(&figure).unwrap_or_else(|why| panic!("{why}"));
        }
    }
    // A slow stage was measured on two runtimes; figures of even ones would be no help.
    let slow = ["async_std", "smol", "surf"].map(|variant| ("pipelines-queue", variant));
    assert_eq!(without, BTreeSet::from(slow));
}

/// A runtime that was named is used: it is asked for, and no other is offered instead.
#[test]
fn the_runtime_is_a_question_and_no_afterthought() {
    for choice in choices() {
        for (variant, when) in choice.or {
            assert!(!when.contains("the program is on"), "{variant}: {when}");
        }
    }
}

/// A name stands for the same counts in every question, but for the last of each, which
/// goes as far as the model does.
#[test]
fn a_count_has_one_meaning() {
    let mut most = BTreeMap::new();
    for question in WAITS.all() {
        let counts = question.answers.iter().filter(|one| one.most.is_some());
        let counts: Vec<_> = counts.collect();
        for answer in counts.iter().rev().skip(1) {
            let key = (question.name, answer.name);
            let known = most.entry(key).or_insert(answer.most);
            assert_eq!(*known, answer.most, "{key:?} in {}", question.title);
        }
    }
    assert_eq!(most[&("count", "few")], Some(100));
}

/// Each hazard is the end of some way, or stands beside one.
#[test]
fn every_hazard_has_a_symptom() {
    let mut seen = BTreeSet::new();
    for choice in choices() {
        seen.extend(choice.hazard.map(str::to_owned));
        let beside = choice
            .or
            .iter()
            .filter_map(|(name, _)| name.split_once('/'));
        seen.extend(beside.map(|(hazard, _)| hazard.to_owned()));
    }
    let hazards = models::find("hazards").expect("the model");
    let pairs = hazards.contestants().into_iter().flat_map(|one| one.pairs);
    let all: BTreeSet<_> = pairs.map(|pair| pair.name.replace('_', "-")).collect();
    assert!(all.len() > 10, "{all:?}");
    assert_eq!(seen, all);
}

/// Names of figures that hold one row against another, each with its verdict.
fn held_against(why: &str, figures: &Figures) -> Vec<(String, String)> {
    let names = why
        .split('{')
        .skip(1)
        .filter_map(|part| part.split('}').next());
    let verdict = |name: &str| {
        let place = match name.strip_suffix(" ratio") {
            Some(place) => place,
            None => name
                .strip_suffix(" time")
                .filter(|place| place.matches('/').count() == 2)?,
        };
        let verdict = figures.text(&format!("{place} verdict")).ok()?;
        Some((name.to_owned(), verdict))
    };
    names.filter_map(verdict).collect()
}

/// "1.06 times as long" would say that it is slower.
#[test]
fn a_ratio_that_ties_is_called_a_tie() {
    let figures = kept();
    let mut all = 0;
    let mut wrong = Vec::new();
    for answer in answers() {
        for (name, verdict) in held_against(answer.why, &figures) {
            all += 1;
            if verdict != end::TIE {
                continue;
            }
            let why = filled(answer.why, &figures).expect("its figures");
            if !why
                .split(|c: char| !c.is_alphabetic())
                .any(|word| word == end::TIE)
            {
                wrong.push(format!("{name}: {why}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(all > 5, "{all} ratios");
}

/// Others that a choice names are there as well.
#[test]
fn the_variants_beside_a_choice_are_there() {
    for choice in choices() {
        for (variant, when) in choice.or {
            end::path(choice.model(), variant).unwrap_or_else(|why| panic!("{why}"));
            assert!(!when.is_empty());
        }
        let is_legacy = ["async_std", "surf"].contains(&choice.variant);
        assert_eq!(is_legacy, choice.leaving.is_some(), "{choice:?}");
    }
}

fn answers() -> impl Iterator<Item = &'static Answer> {
    WAITS
        .all()
        .into_iter()
        .flat_map(|question| question.answers)
}

fn choices() -> Vec<Choice> {
    let take = |answer: &Answer| match answer.then {
        Then::Take(choice) => Some(choice),
        Then::Ask(_) => None,
    };
    answers().filter_map(take).collect()
}

/// A reason rests on words of a page, and its figures on kept results.
#[test]
fn every_reason_was_found() {
    let root = workspace().expect("this is built from it");
    let figures = kept();
    let mut pages: BTreeMap<&str, String> = BTreeMap::new();
    for answer in answers() {
        let Answer { name, found, .. } = answer;
        let text = pages.entry(found.page).or_insert_with(|| {
            fs::read_to_string(root.join(found.page)).expect("the page")
        });
        let words = found.words;
        if let Some(section) = found.section {
            let heading = format!(" {section}\n");
            let of_section = text
                .split("\n##")
                .find(|one| one.trim_start_matches('#').starts_with(&heading));
            assert!(
                of_section.is_some_and(|one| one.contains(words)),
                "{name}: {section} has no {words:?}"
            );
        }
        assert!(
            text.contains(words),
            "{name}: {} has no {words:?}",
            found.page
        );
        let why = filled(answer.why, &figures).unwrap_or_else(|why| panic!("{why}"));
        assert!(why.ends_with('.') && !why.contains('|'), "{name}: {why}");
        // A figure with a unit is spliced, and an argument of a job is code.
        let typed = answer.why.split(['{', '}', '`']).step_by(2);
        for part in typed {
            let units = [" ms", " µs", " ns", " MB", " KiB", " s,", " times"];
            for unit in units {
                let mut before = part.match_indices(unit);
                let is_typed = |(at, _): (usize, &str)| {
                    part[..at].ends_with(|c: char| c.is_ascii_digit())
                };
                assert!(!before.any(is_typed), "{name}: typed by hand: {part}");
            }
        }
    }
}

#[test]
fn questions_are_known_by_their_titles_and_answers_by_their_names() {
    let mut anchors = BTreeSet::new();
    for question in WAITS.all() {
        let Question { title, answers, .. } = question;
        assert!(anchors.insert(page::anchor(title)), "{title} twice");
        assert_eq!(question.assumed().name, question.assumed);
        let names: BTreeSet<_> = answers.iter().map(|one| one.name).collect();
        assert_eq!(names.len(), answers.len(), "{title}");
        // Digits would be a place in the list.
        assert!(names.iter().all(|name| name.parse::<usize>().is_err()));
        let counts: Vec<_> = answers.iter().filter_map(|one| one.most).collect();
        assert!(counts.is_sorted());
    }
}

/// The book has every question once, in the blocks that `splice` writes.
#[test]
fn the_book_has_every_question_once() {
    let root = workspace().expect("this is built from it");
    let text = fs::read_to_string(root.join("docs/src/choosing.md")).expect("the page");
    for answer in WAITS.answers {
        let block = format!("<!-- splice: choose {} -->", answer.name);
        assert_eq!(text.matches(&block).count(), 1, "{block}");
    }
    assert_eq!(text.matches("<!-- splice: choose -->").count(), 1);
    for question in WAITS.all().into_iter().skip(1) {
        let heading = format!("\n### {}\n", question.title);
        assert_eq!(text.matches(&heading).count(), 1, "{heading}");
    }
}

fn hold(text: &str) -> (Option<Vec<Step>>, String) {
    let mut said = String::new();
    let mut say = |text: &str| {
        said += text;
        // A terminal shows the end of the line that somebody types.
        if text.ends_with("? ") {
            said += "\n";
        }
        Ok(())
    };
    let steps = dialogue::hold(&mut text.as_bytes(), &mut say, &kept(), 80);
    (steps.expect("no error"), said)
}

fn names(steps: &[Step]) -> Vec<&str> {
    steps.iter().map(|step| step.answer.name).collect()
}

#[test]
fn a_dialogue_goes_on_back_and_away() {
    let (steps, said) = hold("1\nno\n\nb\n500\n20\n2\nlittle\n");
    let steps = steps.expect("it ended");
    assert_eq!(
        names(&steps),
        ["network", "no", "more", "tens", "tokio", "little"]
    );
    assert_eq!(counts(&steps), [("count", 500), ("limit", 20)]);
    assert!(said.contains("assumed: count=more"), "{said}");
    let wide = said.lines().map(|line| line.chars().count()).max();
    assert!(wide.is_some_and(|wide| wide <= 80), "{said}");

    let (steps, said) = hold("b\n0\nsrevers\n-1\n\u{1b}[2J\n3\nq\n");
    assert!(steps.is_none());
    assert!(said.contains("This is the first question."), "{said}");
    // A wrong answer has a line of its own, and the question is not asked anew.
    let wrong = said
        .lines()
        .filter(|line| line.contains("waits has no answer"));
    assert_eq!(wrong.count(), 4, "{said}");
    assert_eq!(said.matches(WAITS.ask).count(), 1, "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");

    let (steps, said) = hold("1\n2\n");
    assert!(steps.is_none() && said.ends_with("runtime? \n\n"), "{said}");
}

#[test]
fn lines_answer_too_and_a_wrong_one_ends_it() {
    let read = |text: &str| dialogue::read(&mut text.as_bytes());
    let steps = read("value\n\n\n").expect("answers").expect("an end");
    assert_eq!(names(&steps), ["value", "together", "threads"]);
    assert!(read("q\n").expect("they left").is_none());
    for (text, why) in [
        ("", "no answers on standard input"),
        ("1\n", "the next question is stop"),
        ("1\nwhatever\n", "stop has no answer \"whatever\""),
        ("1\nno\n0\n", "a count is from 1 to 100000"),
        ("1\nno\n100001\n", "a count is from 1 to 100000"),
    ] {
        let error = read(text).expect_err(text).to_string();
        assert!(error.contains(why) && error.lines().count() == 1, "{error}");
    }
}

#[test]
fn answers_by_name_find_their_way() {
    let pairs = |text: &str| -> Vec<(String, String)> {
        let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
        pairs.map(|(name, one)| (name.into(), one.into())).collect()
    };
    let given = pairs("count=1000,waits=network,stop=no,runtime=none,guard=tasks");
    let steps = walk(&given).expect("answers");
    assert_eq!(
        names(&steps),
        ["network", "no", "more", "tens", "none", "any"]
    );
    assert_eq!(unasked(&given, &steps), ["guard"]);
    for (text, why) in [
        ("wait=network", "did you mean waits?"),
        ("waits=netwrok", "did you mean network?"),
        ("waits=network,waits=value", "answered twice"),
        (
            "waits=blocking,runtime=surf",
            "runtime has no answer \"surf\"",
        ),
    ] {
        let error = walk(&pairs(text)).expect_err(text).0;
        assert!(error.contains(why), "{error}");
    }
}

/// Every end can be said, keeps to the terminal but for its commands, and leaves nothing
/// to be filled in.
#[test]
fn every_end_is_said_in_eighty_columns() {
    let figures = kept();
    for steps in ways() {
        let Next::Take(choice) = next(&steps) else {
            panic!("a way ends at a choice")
        };
        let counts = counts(&steps);
        let text = end::text(&choice, &counts, &Local::None, &figures, 80);
        let text = text.expect("its files are there");
        assert!(!text.contains('{'), "{text}");
        for line in text.lines().filter(|line| !line.contains("cargo run")) {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}
