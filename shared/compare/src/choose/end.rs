//! The end of a way: the variant, its figures, and the commands for going on.

use std::path::Path;

use anyhow::Result;
use measure::{host::Host, model::AnyModel, read, results::Results, source::Source};
use report::splice::{figures::Figures, kept::Kept};
use test_fixtures::{Misuse, Surveyed, shown, wrap};

use super::Choice;
use crate::{models, pairs};

/// Variants that are built on request, by a feature of their name.
pub(crate) const ON_REQUEST: [&str; 1] = ["iceoryx2"];

/// The verdict on two that can't be told apart.
pub(crate) const TIE: &str = "tie";

/// What the command is called that measures.
const MEASURING: &str = "its figures on this machine";

/// The commands for going on.
#[derive(Debug)]
pub(crate) struct Commands {
    /// Prints the function.
    pub(crate) take: String,
    /// Measures it beside others.
    pub(crate) compare: String,
    /// Measures the reader's own program beside it.
    pub(crate) with: String,
    /// Shows what differs from its neighbour, or from its cure.
    pub(crate) diff: String,
}

impl Choice {
    /// Its model.
    pub(crate) fn model(&self) -> &'static dyn AnyModel {
        models::find(self.model).expect("a test looks for every model of the tree")
    }

    /// What `compare take` calls it.
    pub(crate) fn taken_as(&self) -> String {
        match self.hazard {
            Some(hazard) => format!("{hazard}/{}", self.variant),
            None => self.variant.to_owned(),
        }
    }

    /// The commands for going on, as `compare` takes them.
    pub(crate) fn commands(&self, counts: &[(&str, usize)]) -> Commands {
        let Self { model, variant, .. } = self;
        let taken = self.taken_as();
        let job = self.job(counts);
        let neighbour = self.neighbour();
        let beside = match (neighbour, self.hazard) {
            (Some(neighbour), None) => format!("{neighbour},{variant}"),
            _ => (*variant).to_owned(),
        };
        let compare = format!("{model} {job} --variants {beside}");
        Commands {
            take: format!("take {model} {taken}"),
            with: format!("{compare} --with 'mine=COMMAND'"),
            compare,
            diff: match (neighbour, self.hazard) {
                (Some(neighbour), None) => format!("diff {model} {neighbour} {variant}"),
                _ => format!("diff {model} {taken}"),
            },
        }
    }

    /// How its commands begin.
    pub(crate) fn run(&self) -> String {
        match ON_REQUEST.contains(&self.variant) {
            true => format!("cargo run --release --features {} --", self.variant),
            false => "cargo run --release --".to_owned(),
        }
    }

    /// The variant that it is compared with: its own or the model's first, unless it is
    /// that one.
    fn neighbour(&self) -> Option<&'static str> {
        let other = |name: &&'static str| *name != self.variant;
        let first = self.model().names().into_iter().next().filter(other);
        let or = self.or.first().map(|(name, _)| *name);
        let of_pair = || self.model().pair().into_iter().find(other);
        self.beside.or(first).or(or).or_else(of_pair)
    }

    /// The file that its function stands in, below the workspace.
    pub(crate) fn path(&self) -> Result<String, Misuse> {
        path(self.model(), &self.taken_as())
    }
}

/// The file of a variant, or of a hazard's cure.
pub(crate) fn path(model: &dyn AnyModel, name: &str) -> Result<String, Misuse> {
    if pairs::is_name(name) {
        return Ok(pairs::find(model, name)?.cure.path);
    }
    let Source { path, .. } = model.source(name)?;
    Ok(path)
}

/// What the last comparison on this machine found, if there was one.
#[derive(Debug)]
pub(crate) enum Local {
    None,
    /// The file, and what is in it.
    Found(String, Box<Results>),
    /// Why there is none of use.
    Unusable(String),
}

impl Local {
    /// The results of a file that somebody named.
    ///
    /// # Errors
    /// It can't be read, or is none of `compare`'s.
    pub(crate) fn named(path: &Path) -> Result<Self> {
        let file = shown(&path.to_string_lossy());
        Ok(Self::Found(file, Box::new(read::results(path)?)))
    }

    /// The results of a file that need not be there.
    pub(crate) fn read(path: &Path) -> Self {
        let file = shown(&path.to_string_lossy());
        if !path.exists() {
            return Self::None;
        }
        match read::results(path) {
            Ok(results) if results.host.profile == "debug" => Self::Unusable(format!(
                "{file} was made by a debug build, so it is not shown."
            )),
            Ok(results) => Self::Found(file, Box::new(results)),
            Err(error) => Self::Unusable(shown(&error.to_string())),
        }
    }
}

/// All that is said at the end.
pub(crate) fn text(
    choice: &Choice,
    counts: &[(&str, usize)],
    local: &Local,
    figures: &Figures,
    width: usize,
) -> Result<String> {
    let (model, taken) = (choice.model, choice.taken_as());
    let wrapped = |line: String, indent| wrap(&line, width, indent);
    let mut lines = vec![
        String::new(),
        wrapped(format!("{model}/{taken}: {}", choice.path()?), 2),
    ];
    for (variant, when) in choice.or {
        lines.push(wrapped(format!("  or {variant}, where {when}"), 4));
    }
    if let Some(page) = choice.leaving {
        lines.push(wrapped(format!("  the way out of it: {page}"), 4));
    }
    lines.push(String::new());
    let own = measured_here(choice, local);
    let said = match own {
        Ok(lines) => lines,
        Err(why) => [vec![why], kept(choice, figures)].concat(),
    };
    lines.extend(said.into_iter().map(|line| wrapped(line, 2)));
    lines.push(String::new());
    let (run, commands) = (choice.run(), choice.commands(counts));
    for (what, command) in [
        ("the function, with what it needs", commands.take),
        ("what differs", commands.diff),
        (MEASURING, commands.compare),
        ("the same beside a program of yours", commands.with),
    ] {
        // A command is copied as it is, so it stays on its line.
        lines.push(format!("{what}:\n  {run} {command}"));
    }
    let pages = format!(
        "Read crates/{model}/README.md for what was found, and docs/src/bias.md for what \
         tilts it."
    );
    lines.push(wrapped(pages, 2));
    Ok(lines.join("\n") + "\n")
}

/// What the last comparison here found of it, or why there is nothing.
fn measured_here(choice: &Choice, local: &Local) -> Result<Vec<String>, String> {
    const NAME: &str = "here";
    let (model, taken) = (choice.model, choice.taken_as());
    let (file, results) = match local {
        Local::None => {
            return Err(format!(
                "Nothing of it is measured on this machine yet; below, \"{MEASURING}\" has \
                 the command."
            ));
        }
        Local::Unusable(why) => return Err(why.clone()),
        Local::Found(file, results) => (file, results),
    };
    let found = results.models.iter().find(|one| one.name == model);
    let none = || {
        format!(
            "{file} has no figures of {model}/{taken}; below, \"{MEASURING}\" has the \
             command."
        )
    };
    let kept = Kept::of_model(results, found.ok_or_else(none)?);
    let figures = Figures([(NAME.to_owned(), kept.clone())].into());
    let rows = rows(choice, &figures, NAME, &kept);
    if rows.is_empty() {
        return Err(none());
    }
    let (here, there) = (Host::here([]), &results.host);
    let is_here = (&here.processor, here.cores) == (&there.processor, there.cores);
    let place = if is_here {
        "here"
    } else {
        "on another machine"
    };
    let head = format!("Measured {place}, in {file}, on {}:", machine(&kept));
    Ok([vec![head], rows].concat())
}

/// What is kept of it, or that nothing is.
fn kept(choice: &Choice, figures: &Figures) -> Vec<String> {
    let name = choice.kept.unwrap_or(choice.model);
    let (stem, _) = name.split_once('@').unwrap_or((name, ""));
    if let Some(kept) = figures.0.get(stem) {
        let rows = rows(choice, figures, name, kept);
        if !rows.is_empty() {
            let machine = machine(kept);
            let head = format!("Kept in docs/results/{stem}.json, of {machine}:");
            return [vec![head], rows].concat();
        }
    }
    let (model, taken) = (choice.model, choice.taken_as());
    vec![format!(
        "docs/results/{stem}.json has no figures of {model}/{taken}."
    )]
}

/// "2 cores (AMD EPYC), 29 Nov 2026".
fn machine(kept: &Kept) -> String {
    let processor = shown(&kept.processor);
    format!("{} cores ({processor}), {}", kept.cores, kept.date)
}

/// The job, the variant's figures and those of the reference; none where the results have
/// no such row.
fn rows(choice: &Choice, figures: &Figures, name: &str, kept: &Kept) -> Vec<String> {
    let of_all = |field: &str| figures.text(&format!("{name} {field}"));
    if let Some(hazard) = choice.hazard {
        let row = kept.sizes.iter().flat_map(|size| &size.rows);
        let row = row.clone().find(|row| row.name == choice.variant);
        let survey = row.iter().flat_map(|row| &row.survey);
        let found = survey.clone().find(|one| one.item == hazard);
        return found.and_then(surveyed).into_iter().collect();
    }
    let first = kept.sizes.first().map_or("", |size| &*size.reference);
    let reference = choice.beside.unwrap_or(first);
    let row = |variant: &str| row(figures, name, variant, reference);
    let Some(own) = row(choice.variant) else {
        return Vec::new();
    };
    let job = of_all("job").map(|job| format!("  {job}"));
    let beside = (choice.variant != reference).then(|| row(reference));
    job.into_iter()
        .chain([own])
        .chain(beside.flatten())
        .collect()
}

/// A variant's figures in a line, held against the reference, unless it is that one.
fn row(figures: &Figures, name: &str, variant: &str, reference: &str) -> Option<String> {
    let field = |field: &str| figures.text(&format!("{name}/{variant} {field}")).ok();
    let against = |field: &str| {
        let figure = format!("{name}/{variant}/{reference} {field}");
        figures.text(&figure).ok().filter(|_| variant != reference)
    };
    let mut line = format!("  {variant}: {}", field("time")?);
    if let (Some(ratio), Some(verdict)) = (against("time"), against("verdict")) {
        let interval = against("time ±").filter(|interval| *interval != ratio);
        let interval = interval.map_or_else(String::new, |text| format!(", {text}"));
        line += &match &*verdict {
            // A ratio alone would say that one of them is slower.
            TIE => format!(", a tie with {reference} (ratio {ratio}{interval})"),
            _ => format!(", {ratio} times {reference} ({verdict})"),
        };
    }
    for (what, field) in [("CPU", field("cpu")), ("memory", field("memory"))] {
        line += &field.map_or_else(String::new, |figure| format!(", {what} {figure}"));
    }
    Some(line)
}

/// What a hazard did and what its cure costs, in a line.
fn surveyed(found: &Surveyed) -> Option<String> {
    let (failing, cure) = (found.failing.as_ref()?, found.cure.as_ref()?);
    let Surveyed {
        item, harm, cost, ..
    } = found;
    Some(format!(
        "  {item}, {harm}: {failing}; cured, {cost}: {cure}"
    ))
}
