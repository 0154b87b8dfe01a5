//! The overview: models down, runtimes across, in each cell the verdict and the ratio that it
//! rests on.
//!
//! It is made from the verdicts of a comparison and from nothing else.

mod cell;
mod document;
mod group;
mod markup;
mod picture;
mod text;

use measure::{
    host::Host,
    results::{Kind, ModelResults, Results, Row},
    statistics::{Estimate, Verdict, verdict},
    summary,
};
use test_fixtures::{NO_RUNTIME, RUNTIMES};

use crate::splice::kept::{Figure, Kept, KeptRow};

pub(crate) use self::markup::markup;
pub use self::{
    cell::{ANOTHER_JOB, Cell, Mark},
    document::document,
    group::Group,
    picture::picture,
    text::text,
};

/// Models down, runtimes across.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    /// The runtimes in which any model has a row, group by group.
    pub columns: Vec<Column>,
    /// One for each model that has a whole round.
    pub lines: Vec<Line>,
    /// The machines, and what else they did: "2 cores of AMD EPYC, load 0.45 when it began".
    pub machines: Vec<String>,
}

/// A runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// `tokio`, or the language of peers.
    pub runtime: String,
    /// Whether all of its rows are on discontinued packages.
    pub legacy: bool,
}

/// What stands over the rows that are on no runtime.
const THREADS: &str = "threads";

impl Column {
    /// What stands over it: the runtime, or `threads`.
    pub fn title(&self) -> &str {
        match &*self.runtime {
            NO_RUNTIME => THREADS,
            runtime => runtime,
        }
    }
}

/// A model's rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The model's name.
    pub model: String,
    /// The job with its sizes.
    pub job: String,
    /// The row that ratios are to.
    pub reference: String,
    /// The plain row of each column: the first in reading order that does no other job, else
    /// the first. `None` where the model has no row.
    pub plain: Vec<Option<Cell>>,
    /// The fastest row of each column that does no other job, where it is another than the
    /// plain one and faster than that by its verdict.
    pub best: Vec<Option<Cell>>,
}

/// A model's rows, and what is known of two of them.
struct Model<'a> {
    name: &'a str,
    job: &'a str,
    machine: String,
    reference: &'a str,
    rows: Vec<Entry<'a>>,
    /// The second row's time ÷ the first's, if the second is faster by its verdict.
    faster: Box<dyn Fn(usize, usize) -> Option<f64> + 'a>,
}

/// A row.
struct Entry<'a> {
    runtime: &'a str,
    legacy: bool,
    cell: Cell,
}

impl<'a> Model<'a> {
    fn of(host: &Host, model: &'a ModelResults) -> Self {
        let rows = model.rows.iter().filter(|row| row.kind != Kind::Control);
        let rows: Vec<&Row> = rows.collect();
        let entry = |row: &&'a Row| Entry {
            runtime: row.runtime(),
            legacy: row.legacy,
            cell: Cell::of(model, row),
        };
        Self {
            name: &model.name,
            job: &model.job,
            machine: machine(host.cores, &host.processor, Some(host.load)),
            reference: &model.reference,
            rows: rows.iter().map(entry).collect(),
            faster: Box::new(move |first, second| {
                let ratio =
                    summary::ratio_within(rows[second], rows[first], model.tail())?;
                faster(&ratio, model.resolution)
            }),
        }
    }

    /// A comparison that was kept, which has one size.
    fn of_kept(kept: &'a Kept) -> Option<Self> {
        let size = kept.sizes.first().filter(|_| kept.field.is_none())?;
        let rows = size.rows.iter().enumerate();
        let rows: Vec<(usize, &KeptRow)> =
            rows.filter(|(_, row)| row.kind != Kind::Control).collect();
        let entry = |(_, row): &(usize, &'a KeptRow)| Entry {
            runtime: &row.runtime,
            legacy: row.legacy,
            cell: Cell::of_kept(row, &size.reference),
        };
        Some(Self {
            name: &kept.model,
            job: &size.job,
            machine: machine(kept.cores, &kept.processor, kept.load),
            reference: &size.reference,
            rows: rows.iter().map(entry).collect(),
            faster: Box::new(move |first, second| {
                let (above, _) = rows[first];
                let Figure(ratio) = (*rows[second].1.above.get(above)?)?;
                faster(&ratio, size.resolution)
            }),
        })
    }
}

/// "2 cores of AMD EPYC, load 0.45 when it began".
fn machine(cores: usize, processor: &str, load: Option<f64>) -> String {
    let s = if cores == 1 { "" } else { "s" };
    let load = load.map(|load| format!(", load {load:.2} when it began"));
    format!("{cores} core{s} of {processor}{}", load.unwrap_or_default())
}

fn faster(ratio: &Estimate, resolution: Option<f64>) -> Option<f64> {
    (verdict(ratio, resolution) == Verdict::Faster).then_some(ratio.median)
}

impl Overview {
    /// The overview of a comparison; `None` where no model has a whole round.
    pub fn of(results: &Results) -> Option<Self> {
        let models = results.models.iter().filter(|model| model.rounds > 0);
        let models = models.map(|model| Model::of(&results.host, model));
        Self::of_models(&models.collect::<Vec<_>>())
    }

    /// The overview of comparisons that were kept, in this order; `None` of none.
    pub fn of_kept<'a>(kept: impl Iterator<Item = &'a Kept>) -> Option<Self> {
        Self::of_models(&kept.filter_map(Model::of_kept).collect::<Vec<_>>())
    }

    fn of_models(models: &[Model<'_>]) -> Option<Self> {
        let columns = columns(models);
        let lines = models.iter().map(|model| line(model, &columns)).collect();
        let mut machines: Vec<String> = Vec::new();
        for model in models {
            if !machines.contains(&model.machine) {
                machines.push(model.machine.clone());
            }
        }
        (!models.is_empty()).then_some(Self {
            columns,
            lines,
            machines,
        })
    }
}

fn columns(models: &[Model<'_>]) -> Vec<Column> {
    let mut columns: Vec<(usize, Column)> = Vec::new();
    for row in models.iter().flat_map(|model| &model.rows) {
        let known = columns
            .iter_mut()
            .find(|(_, column)| column.runtime == row.runtime);
        match known {
            Some((_, column)) => column.legacy &= row.legacy,
            None => {
                let place = RUNTIMES.iter().position(|name| *name == row.runtime);
                let column = Column {
                    runtime: row.runtime.to_owned(),
                    legacy: row.legacy,
                };
                columns.push((place.unwrap_or(RUNTIMES.len()), column));
            }
        }
    }
    columns.sort_by_key(|(place, column)| (column.group(), *place));
    columns.into_iter().map(|(_, column)| column).collect()
}

fn line(model: &Model<'_>, columns: &[Column]) -> Line {
    let does_another_job = |at: usize| model.rows[at].cell.another_job.is_some();
    let of = |column: &Column| -> Vec<usize> {
        let rows = model.rows.iter().enumerate();
        let rows = rows.filter(|(_, row)| row.runtime == column.runtime);
        let mut rows: Vec<usize> = rows.map(|(at, _)| at).collect();
        rows.sort_by_key(|at| does_another_job(*at));
        rows
    };
    let cell = |at: usize| model.rows[at].cell.clone();
    let plain = |column| of(column).first().map(|at| cell(*at));
    let best = |column| {
        let rows = of(column);
        let (plain, others) = rows.split_first()?;
        let faster = others
            .iter()
            .filter(|at| !does_another_job(**at))
            .filter_map(|at| Some((*at, (model.faster)(*plain, *at)?)));
        let best = faster.min_by(|(_, a), (_, b)| a.total_cmp(b));
        best.map(|(at, _)| cell(at))
    };
    Line {
        model: model.name.to_owned(),
        job: model.job.to_owned(),
        reference: model.reference.to_owned(),
        plain: columns.iter().map(plain).collect(),
        best: columns.iter().map(best).collect(),
    }
}

/// On what it was made, and the jobs with their sizes.
fn made_on(overview: &Overview) -> String {
    let lines = overview.lines.iter();
    let jobs: Vec<String> = lines
        .map(|line| format!("{}: {}", line.model, line.job))
        .collect();
    format!("{}. {}.", overview.machines.join("; "), jobs.join("; "))
}

/// What the signs mean, and what the numbers are: one sentence each.
fn legend(overview: &Overview) -> Vec<String> {
    let cells = || {
        let lines = overview.lines.iter();
        lines.flat_map(|line| line.plain.iter().chain(&line.best).flatten())
    };
    let mut references: Vec<&str> = Vec::new();
    for line in &overview.lines {
        if !references.contains(&&*line.reference) {
            references.push(&line.reference);
        }
    }
    let mut signs: Vec<String> = Mark::ALL
        .iter()
        .filter(|mark| cells().any(|cell| cell.mark == **mark))
        .map(|mark| format!("{} {}", mark.sign(), mark.meaning()))
        .collect();
    if cells().any(|cell| cell.deviates) {
        signs.push("* deviates from a case, as declared".to_owned());
    }
    let references = references.join(", ");
    let mut lines = vec![
        format!(
            "A number is a time ÷ that of the reference ({references}), so less is faster; \
             its sign compares with that alone."
        ),
        format!("{}.", signs.join(", ")),
    ];
    lines.extend(other_jobs(overview));
    if overview
        .columns
        .iter()
        .any(|column| column.title() == THREADS)
    {
        lines.push(format!(
            "{THREADS}: plain threads or processes, without a runtime."
        ));
    }
    let legacy = overview.columns.iter().filter(|column| column.legacy);
    let legacy: Vec<&str> = legacy.map(|column| &*column.runtime).collect();
    match &*legacy {
        [] => {}
        [one] => lines.push(format!("{one} is discontinued.")),
        all => lines.push(format!("{} are discontinued.", all.join(" and "))),
    }
    lines
}

/// "~ another job: locks rayon (no shared counter), process-pool rayon (…)."
fn other_jobs(overview: &Overview) -> Option<String> {
    let of_line = |line: &Line| -> Vec<String> {
        let cells = line.plain.iter().chain(&line.best).flatten();
        let words = cells.filter_map(|cell| {
            let what = cell.another_job.as_ref()?;
            Some(format!("{} {} ({what})", line.model, cell.row))
        });
        words.collect()
    };
    let all: Vec<String> = overview.lines.iter().flat_map(of_line).collect();
    (!all.is_empty()).then(|| format!("{ANOTHER_JOB} another job: {}.", all.join(", ")))
}

#[cfg(test)]
mod tests;
