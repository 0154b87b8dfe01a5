//! `compare diff`: two variants side by side, or what changed between two results.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use anyhow::Result;
use clap::Args;
use measure::{
    change::{self, Changes},
    model::AnyModel,
    read,
    source::Pair,
    statistics::Verdict,
};
use report::{
    change as changes,
    difference::{Cut, Difference, columns},
    taken, terminal,
};
use test_fixtures::{Lesson, Misuse, print, print_coloured};

use crate::{models, pairs};

/// What to lay side by side.
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// A model and two of its variants or peers; hazards and one of its pairs, as
    /// futurelock/tokio; or two files of results, the older first
    #[arg(value_name = "WORDS")]
    words: Vec<OsString>,
    /// Show the headers as well: what each variant says of itself
    #[arg(long)]
    headers: bool,
    /// Show the whole files, and not the functions alone
    #[arg(long)]
    whole: bool,
}

/// What the words ask for.
enum Asked {
    /// A model and two of its variants.
    Variants(&'static dyn AnyModel, [String; 2]),
    /// A model and the name of a pair: `futurelock/tokio`.
    Pair(&'static dyn AnyModel, String),
    /// Two files of results, the older first.
    Results(PathBuf, PathBuf),
}

/// Prints what differs. False if something got slower.
pub(crate) fn run(diff: &Diff) -> Result<bool> {
    match asked(&diff.words)? {
        Asked::Variants(model, names) => variants(diff, model, &names).map(|()| true),
        Asked::Pair(model, name) => pair(diff, model, &name).map(|()| true),
        Asked::Results(old, new) => results(&old, &new),
    }
}

fn variants(diff: &Diff, model: &dyn AnyModel, names: &[String; 2]) -> Result<()> {
    let [left, right] = names;
    let sources = [model.source(left)?, model.source(right)?];
    let mut texts = match diff.whole {
        true => sources.each_ref().map(taken::whole),
        false => taken::apart(sources.each_ref()),
    };
    for contestant in model.contestants() {
        // Where lessons stand in files of their own, these are what is compared.
        for (name, text) in names.iter().zip(&mut texts) {
            if contestant.name == *name {
                contestant.pairs.iter().for_each(|pair| add(text, pair));
            }
        }
    }
    show(diff, [left, right], &texts)
}

fn add(text: &mut String, pair: &Pair) {
    for (file, source) in [("failing", &pair.failing), ("cure", &pair.cure)] {
        let lesson = Lesson::of(&source.text).map_or(&*source.text, |lesson| lesson.text);
        *text += &format!("\n{}{}/{file}.rs\n{lesson}", taken::HEADING, pair.name);
    }
}

fn pair(diff: &Diff, model: &dyn AnyModel, name: &str) -> Result<()> {
    let Pair { failing, cure, .. } = pairs::find(model, name)?;
    let names = [format!("{name} failing"), format!("{name} cure")];
    show(diff, [&names[0], &names[1]], &[failing.text, cure.text])
}

fn show(diff: &Diff, names: [&str; 2], texts: &[String; 2]) -> Result<()> {
    let [one, other] = [&texts[0], &texts[1]].map(|text| Cut::of(text));
    let Difference {
        header,
        adapter,
        lesson,
    } = Difference::between(&one, &other);
    let mut rows = Vec::new();
    if diff.headers || diff.whole {
        rows.extend(header);
    }
    if diff.whole {
        rows.extend(adapter);
    }
    rows.extend(lesson);
    let look = columns::Look {
        width: terminal::width(),
        colour: terminal::takes_colour(),
    };
    print_coloured(&columns::render(names, &rows, look))
}

/// Prints what changed between two files. False if something got slower.
fn results(old: &Path, new: &Path) -> Result<bool> {
    let changes: Changes = change::between(&read::results(old)?, &read::results(new)?);
    print(&changes::render(&changes))?;
    if changes.models.is_empty() {
        let why = "nothing in the two files can be compared; the reasons are above";
        return Err(Misuse::new(why).into());
    }
    Ok(changes.times(Verdict::Slower).is_empty())
}

/// Three words are a model and two of its variants, two are a model and a pair, or files.
fn asked(words: &[OsString]) -> Result<Asked> {
    let text = |word: &OsString| word.to_string_lossy().into_owned();
    let is_file =
        |word: &OsString| text(word).ends_with(".json") || Path::new(word).is_file();
    let is_model = |word: &OsString| models::find(&text(word)).is_some();
    match words {
        [model, left, right] if is_model(model) || !words.iter().any(is_file) => {
            let model = text(model);
            let model = models::named(&model)?;
            Ok(Asked::Variants(model, [text(left), text(right)]))
        }
        [model, pair] if is_model(model) && pairs::is_name(&text(pair)) => {
            let model = models::find(&text(model)).expect("it is a model");
            Ok(Asked::Pair(model, text(pair)))
        }
        [model, ..] if is_model(model) => {
            let model = text(model);
            let why = format!("diff wants two variants: compare diff {model} A B");
            Err(Misuse(why).into())
        }
        [old, new] => Ok(Asked::Results(old.into(), new.into())),
        _ => Err(Misuse::new(
            "write compare diff MODEL A B, of two variants, or compare diff OLD.json \
             NEW.json, of two results",
        )
        .into()),
    }
}
