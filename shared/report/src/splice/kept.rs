//! Results as they are kept in the repository: what was measured, without the samples.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    ops::RangeInclusive,
};

use measure::{
    foreign::Foreign,
    host::Host,
    results::{Kind, ModelResults, Results, Row},
    statistics::{Estimate, Verdict, median},
    summary,
    sweep::results::Sweep,
};
use serde::{Deserialize, Serialize};
use test_fixtures::{Surveyed, Value};

use crate::written::{date, words};

/// The version of this form.
pub const VERSION: u32 = 1;

/// Flags of `compare` for where results are written and how they are shown. They change
/// no figure, and may name a place on the user's machine.
const OF_OUTPUT: [&str; 6] = [
    "--out",
    "--trace",
    "--json",
    "--csv",
    "--markdown",
    "--timeline",
];
/// Those of them that a word follows.
const WITH_PLACE: [&str; 2] = ["--out", "--trace"];

/// One model's comparison, or a sweep of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    /// The version of the form.
    pub version: u32,
    /// The model's name.
    pub model: String,
    /// The command that makes such results again.
    pub command: String,
    /// The day on which they were made: "28 Nov 2026".
    pub date: String,
    /// The processor, as the system names it.
    pub processor: String,
    /// The cores that the comparison could use.
    pub cores: usize,
    /// The load average of the last minute when it began; none in files of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<f64>,
    /// The system's name and release.
    pub kernel: String,
    /// The compiler's version.
    pub rustc: String,
    /// Versions by package.
    pub packages: BTreeMap<String, String>,
    /// The field that grows; none of a comparison.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// One for each size; of a comparison, one.
    pub sizes: Vec<Size>,
}

/// A job on all its rows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Size {
    /// The size; none of a comparison.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<u64>,
    /// The job in one line.
    pub job: String,
    /// The row that ratios are to.
    pub reference: String,
    /// Rounds that were completed.
    pub rounds: usize,
    /// The factor below which no ratio is called a difference.
    pub resolution: Option<f64>,
    /// The least time that the job could take, in nanoseconds.
    pub floor: Option<f64>,
    /// One for each row that was measured.
    pub rows: Vec<KeptRow>,
}

/// One variant, peer or control.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KeptRow {
    /// Its name.
    pub name: String,
    /// What it stands for.
    pub kind: Kind,
    /// The runtime that it is on, or a peer's language.
    pub runtime: String,
    /// Whether its packages are discontinued.
    #[serde(default, skip_serializing_if = "is_false")]
    pub legacy: bool,
    /// What it leaves out or does instead, where its job isn't quite that of the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub another_job: Option<String>,
    /// Nanoseconds.
    pub time: Figure,
    /// Times the floor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Figure>,
    /// Times the reference, round by round; none of the reference itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<Figure>,
    /// How it compares with the reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Nanoseconds of all cores.
    pub cpu: f64,
    /// Peak memory in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<f64>,
    /// Context switches.
    pub switches: f64,
    /// What the check saw, by its name.
    pub facts: BTreeMap<String, Seen>,
    /// Declared deviations that happened: what was seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deviations: Vec<String>,
    /// Rounds in which it failed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failed: usize,
    /// What goes wrong on it, and what the cure costs, each done once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub survey: Vec<Surveyed>,
    /// Its time ÷ that of each row above it, round by round; null where the two did not do
    /// the same work.
    pub above: Vec<Option<Figure>>,
}

/// A median, in JSON as `[median]` or `[median, low, high]`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<f64>", into = "Vec<f64>")]
pub struct Figure(pub Estimate);

impl TryFrom<Vec<f64>> for Figure {
    type Error = String;

    fn try_from(numbers: Vec<f64>) -> Result<Self, String> {
        numbers.iter().try_for_each(|&number| plausible(number))?;
        let (median, interval) = match *numbers {
            [median] => (median, None),
            [median, low, high] if low <= median && median <= high => {
                (median, Some((low, high)))
            }
            _ => return Err(format!("{numbers:?} is not [median, low, high]")),
        };
        Ok(Self(Estimate { median, interval }))
    }
}

impl From<Figure> for Vec<f64> {
    fn from(Figure(estimate): Figure) -> Self {
        let ends = estimate
            .interval
            .into_iter()
            .flat_map(|(low, high)| [low, high]);
        std::iter::once(estimate.median).chain(ends).collect()
    }
}

impl From<Estimate> for Figure {
    fn from(Estimate { median, interval }: Estimate) -> Self {
        Self(Estimate {
            median: five_digits(median),
            interval: interval.map(|(low, high)| (five_digits(low), five_digits(high))),
        })
    }
}

/// What the check saw over all rounds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Seen {
    /// The median, the least and the most.
    Number([f64; 3]),
    /// Words that were the same in each round.
    Text(String),
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_false(value: &bool) -> bool {
    !value
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(value: &usize) -> bool {
    *value == 0
}

/// A number that is no longer in a file than it must be to be shown in three digits.
fn five_digits(value: f64) -> f64 {
    format!("{value:.4e}").parse().unwrap_or(value)
}

/// Rounds, or cores: more than a million have none.
const COUNTS: RangeInclusive<usize> = 1..=1_000_000;
/// More than any figure is.
const MOST: f64 = 1e18;

/// Holds that a figure can be one: others may have written the file.
fn plausible(number: f64) -> Result<(), String> {
    match (0.0..=MOST).contains(&number) {
        true => Ok(()),
        false => Err(format!("{number:e} can't be")),
    }
}

impl Kept {
    /// What a file has that is kept.
    ///
    /// # Errors
    /// It is of another form or version, or has figures that can't be.
    pub fn read(text: &str) -> Result<Self, String> {
        let not_kept =
            |why: &str| format!("not results that `compare keep` wrote: {why}");
        let mut kept: Self =
            serde_json::from_str(text).map_err(|error| not_kept(&error.to_string()))?;
        if kept.version != VERSION {
            return Err(format!(
                "version {}, not {VERSION}: keep it again",
                kept.version
            ));
        }
        let mut numbers = Vec::from_iter(kept.load);
        if !COUNTS.contains(&kept.cores) {
            return Err(not_kept(&format!("{} cores can't be", kept.cores)));
        }
        for size in &kept.sizes {
            if !COUNTS.contains(&size.rounds) {
                return Err(not_kept(&format!("{} rounds can't be", size.rounds)));
            }
            if let Some(factor) = size.resolution.filter(|it| !(1.0..1e3).contains(it)) {
                return Err(not_kept(&format!("a resolution of {factor:e} can't be")));
            }
            let mut names = BTreeSet::new();
            if let Some(row) = size.rows.iter().find(|row| !names.insert(&row.name)) {
                return Err(not_kept(&format!("{:?} stands there twice", row.name)));
            }
            if !names.contains(&size.reference) {
                let why = format!("{:?} is the reference, and no row", size.reference);
                return Err(not_kept(&why));
            }
            numbers.extend(size.floor);
            for row in &size.rows {
                numbers.extend([row.cpu, row.switches]);
                numbers.extend(row.memory);
                let seen = row.facts.values();
                numbers.extend(seen.flat_map(|seen| match seen {
                    Seen::Number(all) => all.to_vec(),
                    Seen::Text(_) => Vec::new(),
                }));
            }
        }
        numbers
            .into_iter()
            .try_for_each(plausible)
            .map_err(|why| not_kept(&why))?;
        kept.escape();
        Ok(kept)
    }

    /// One model of a comparison.
    pub fn of_model(results: &Results, model: &ModelResults) -> Self {
        let head = Head {
            command: &results.command,
            started: results.started,
            host: &results.host,
        };
        head.keep(&model.name, None, vec![size(None, model)])
    }

    /// A sweep.
    pub fn of_sweep(sweep: &Sweep) -> Self {
        let head = Head {
            command: &sweep.command,
            started: sweep.started,
            host: &sweep.host,
        };
        let points = sweep.points.iter();
        let sizes = points.map(|point| size(Some(point.value), &point.results));
        head.keep(&sweep.model, Some(sweep.field.clone()), sizes.collect())
    }

    /// As JSON: a line for each row, so that a change of it can be read.
    ///
    /// # Errors
    /// A number that JSON does not know.
    pub fn json(&self) -> serde_json::Result<String> {
        let mut head = self.clone();
        let sizes = mem::take(&mut head.sizes);
        let head = serde_json::to_string_pretty(&head)?;
        let sizes =
            sizes.into_iter().map(|mut size| {
                let rows = mem::take(&mut size.rows);
                let head = serde_json::to_string(&size)?;
                let rows = rows.iter().map(serde_json::to_string);
                Ok(open_list(&head)
                    + &listed(&rows.collect::<Result<Vec<_>, _>>()?, 6)
                    + "}")
            });
        let sizes = listed(&sizes.collect::<serde_json::Result<Vec<_>>>()?, 4);
        Ok(open_list(&head) + &sizes + "\n}\n")
    }
}

impl Foreign for Kept {
    fn escape(&mut self) {
        let Self {
            version: _,
            model,
            command,
            date,
            processor,
            cores: _,
            load: _,
            kernel,
            rustc,
            packages,
            field,
            sizes,
        } = self;
        for text in [model, command, date, processor, kernel, rustc] {
            text.escape();
        }
        packages.escape();
        field.escape();
        sizes.escape();
    }
}

impl Foreign for Size {
    fn escape(&mut self) {
        let Self {
            value: _,
            job,
            reference,
            rounds: _,
            resolution: _,
            floor: _,
            rows,
        } = self;
        job.escape();
        reference.escape();
        rows.escape();
    }
}

impl Foreign for KeptRow {
    fn escape(&mut self) {
        let Self {
            name,
            kind: _,
            runtime,
            legacy: _,
            another_job,
            time: _,
            floor: _,
            ratio: _,
            verdict: _,
            cpu: _,
            memory: _,
            switches: _,
            facts,
            deviations,
            failed: _,
            survey,
            above: _,
        } = self;
        name.escape();
        runtime.escape();
        another_job.escape();
        facts.escape();
        deviations.escape();
        survey.escape();
    }
}

impl Foreign for Seen {
    fn escape(&mut self) {
        match self {
            Self::Number(_) => {}
            Self::Text(text) => text.escape(),
        }
    }
}

/// What a comparison and a sweep have in common.
struct Head<'a> {
    command: &'a [String],
    started: u64,
    host: &'a Host,
}

impl Head<'_> {
    fn keep(self, model: &str, field: Option<String>, sizes: Vec<Size>) -> Kept {
        let host = self.host;
        let date = date(self.started);
        let day = date.get(.."01 Jan 1970".len()).unwrap_or(&date);
        Kept {
            version: VERSION,
            model: model.to_owned(),
            command: command(self.command),
            date: day.to_owned(),
            processor: host.processor.clone(),
            cores: host.cores,
            load: Some(host.load),
            kernel: host.kernel.clone(),
            rustc: host.rustc.clone(),
            packages: host.packages.clone(),
            field,
            sizes,
        }
    }
}

/// The command as a reader types it, whatever the program was called.
fn command(all: &[String]) -> String {
    let mut kept = Vec::new();
    let mut rest = all.iter().skip(1);
    while let Some(word) = rest.next() {
        let flag = word.split('=').next().unwrap_or_default();
        match OF_OUTPUT.contains(&flag) {
            true if WITH_PLACE.contains(&&**word) => drop(rest.next()),
            true => {}
            false => kept.push(word.clone()),
        }
    }
    match &*kept {
        [] => "cargo run --release".to_owned(),
        kept => format!("cargo run --release -- {}", words(kept)),
    }
}

fn size(value: Option<u64>, model: &ModelResults) -> Size {
    let rows: Vec<&Row> = model
        .rows
        .iter()
        .filter(|row| row.summary.is_some())
        .collect();
    let of_rows = rows.iter().enumerate();
    Size {
        value,
        job: model.job.clone(),
        reference: model.reference.clone(),
        rounds: model.rounds,
        resolution: model.resolution.map(five_digits),
        floor: model.floor().map(five_digits),
        rows: of_rows
            .filter_map(|(index, row)| kept(row, &rows[..index], model.tail()))
            .collect(),
    }
}

fn kept(row: &Row, above: &[&Row], tail: f64) -> Option<KeptRow> {
    let summary = row.summary.as_ref()?;
    let ratio = |above: &&Row| summary::ratio_within(row, above, tail).map(Figure::from);
    Some(KeptRow {
        name: row.name.clone(),
        kind: row.kind,
        runtime: row.runtime().to_owned(),
        legacy: row.legacy,
        another_job: row.another_job.clone(),
        time: summary.time.into(),
        floor: summary.to_floor.map(Figure::from),
        ratio: summary.to_reference.map(Figure::from),
        verdict: summary.verdict,
        cpu: five_digits(summary.cpu),
        memory: summary.memory.map(five_digits),
        switches: five_digits(summary.switches),
        facts: facts(row),
        deviations: row.deviations.values().map(|one| one.why.clone()).collect(),
        failed: row.failures.len(),
        survey: row.survey.clone(),
        above: above.iter().map(ratio).collect(),
    })
}

/// The facts of all rounds. Words that differ between rounds are left out.
fn facts(row: &Row) -> BTreeMap<String, Seen> {
    let mut values: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for fact in row.samples.iter().flat_map(|sample| &sample.facts.seen) {
        values.entry(&fact.name).or_default().push(&fact.value);
    }
    let seen = |values: &[&Value]| {
        let number = |value: &&Value| match value {
            Value::Count(count) => Some(*count as f64),
            Value::Number(number) => Some(*number),
            Value::Text(_) => None,
        };
        let numbers: Option<Vec<f64>> = values.iter().map(number).collect();
        if let Some(mut numbers) = numbers {
            // A check leaves out what it counted none of.
            if values.iter().all(|value| matches!(value, Value::Count(_))) {
                numbers.resize(row.samples.len().max(numbers.len()), 0.0);
            }
            let least = numbers.iter().copied().reduce(f64::min)?;
            let most = numbers.iter().copied().reduce(f64::max)?;
            // A count that is always the same may be the subject, so each digit counts.
            return Some(Seen::Number(match least == most {
                true => [least; 3],
                false => [median(&numbers)?, least, most].map(five_digits),
            }));
        }
        match values {
            [Value::Text(first), rest @ ..] => {
                let is_same =
                    |value: &&Value| matches!(value, Value::Text(text) if text == first);
                rest.iter().all(is_same).then(|| Seen::Text(first.clone()))
            }
            _ => None,
        }
    };
    let facts = values.iter();
    facts
        .filter_map(|(name, values)| Some(((*name).to_owned(), seen(values)?)))
        .collect()
}

/// JSON whose last field is an empty list, up to that list.
fn open_list(json: &str) -> String {
    let end = json.rfind("[]").expect("the last field is an empty list");
    json[..end].to_owned()
}

/// A list with a line for each item.
fn listed(items: &[String], indent: usize) -> String {
    let lines = items.iter().map(|item| format!("\n{:indent$}{item}", ""));
    let lines = lines.collect::<Vec<_>>().join(",");
    format!("[{lines}\n{:1$}]", "", indent - 2)
}
