//! `compare why`: what an item of each row costs in system calls, instructions and
//! allocations, counted in trials of their own.

mod figures;
mod request;
mod text;
mod tool;

use std::collections::BTreeMap;

use anyhow::Result;
use measure::{host::Host, model::Contestant, progress::Progress, results};
use serde::Serialize;
use test_fixtures::{
    Settings, TrialError, interrupt, print, print_json, shown, tell,
    temporary::TemporaryDir,
};

pub(crate) use self::request::{Request, command, parse};
use self::{
    figures::Figure,
    request::Jobs,
    tool::{ALLOCATED, BYTES, Counts, INSTRUCTIONS, KILLED, SYSTEM_CALLS, Tool},
};
use crate::options::Form;

/// A job that is too slow under a tool is tried once more with so many times fewer items.
const FEWER: u64 = 4;

/// Why a peer of ours is counted by strace alone.
const OF_PEERS: &str = "instructions and allocations would be its interpreter's";

/// What callgrind knows nothing of.
const OF_KILLED: &str =
    "instructions: without those of worker processes, which are killed at the end";

/// What was counted.
#[derive(Debug, Serialize)]
struct Counted {
    command: Vec<String>,
    host: Host,
    model: String,
    /// What an item is.
    item: String,
    /// The two jobs whose difference is counted.
    jobs: [String; 2],
    /// How many items the larger has more.
    items: u64,
    repeats: u32,
    reference: String,
    interrupted: bool,
    /// What is not counted on this machine, and what to do.
    missing: Vec<String>,
    rows: Vec<Row>,
}

/// A row, and what an item costs it.
#[derive(Debug, Default, Serialize)]
struct Row {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_calls: Option<Figure>,
    /// Those that an item makes one of in a thousand at least, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    calls: BTreeMap<String, Figure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instructions: Option<Figure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allocations: Option<Figure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<Figure>,
    /// Why something is missing or different.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    /// Whether a trial failed.
    failed: bool,
}

/// Counts and prints. False if a trial failed or it was interrupted.
pub(crate) fn run(request: &Request) -> Result<bool> {
    interrupt::listen()?;
    let jobs = request.jobs(request.size)?;
    let mut counted = Counted {
        command: results::command(),
        host: Host::here(&request.contestants),
        model: request.model.name().to_owned(),
        item: request.model.each().to_owned(),
        jobs: [jobs.small.describe()?, jobs.large.describe()?],
        items: jobs.items,
        repeats: request.repeats,
        reference: request.reference.clone(),
        interrupted: false,
        missing: Tool::ALL.into_iter().filter_map(Tool::missing).collect(),
        rows: Vec::new(),
    };
    counted.host.warn_of_debug_build();
    counted.missing.iter().for_each(tell);
    let tools = Tool::ALL
        .into_iter()
        .filter(|tool| tool.missing().is_none());
    let tools: Vec<Tool> = tools.collect();
    let progress = Progress::shown();
    progress.begin_point(&format!("{}: counting", counted.model));
    for contestant in &request.contestants {
        match row(request, contestant, &jobs, &tools, &progress) {
            Ok(row) => counted.rows.push(row),
            Err(Interrupted) => {
                counted.interrupted = true;
                break;
            }
        }
    }
    drop(progress);
    if !counted.rows.is_empty() {
        match request.form {
            Form::Json => print_json(&(serde_json::to_string_pretty(&counted)? + "\n"))?,
            _ => print(&text::table(&counted))?,
        }
    }
    if counted.interrupted {
        let (rows, all) = (counted.rows.len(), request.contestants.len());
        tell(format_args!(
            "interrupted: {rows} of {all} rows were counted"
        ));
    }
    Ok(!counted.interrupted && !counted.rows.iter().any(|row| row.failed))
}

/// The program was asked to end.
struct Interrupted;

/// Why a tool has no figures of a row.
enum Without {
    Interrupted,
    TooSlow,
    Failed(String),
}

impl From<anyhow::Error> for Without {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(format!("{error:#}"))
    }
}

/// Counts one row by each tool.
fn row(
    request: &Request,
    contestant: &Contestant,
    jobs: &Jobs,
    tools: &[Tool],
    progress: &Progress,
) -> Result<Row, Interrupted> {
    let mut row = Row {
        name: contestant.name.clone(),
        ..Row::default()
    };
    if let Err(missing) = &contestant.runner {
        row.notes.push(format!("not run: {missing}"));
        return Ok(row);
    }
    let is_ours = contestant.is_peer && contestant.source.is_some();
    if is_ours {
        row.notes.push(OF_PEERS.to_owned());
    }
    for tool in tools {
        if is_ours && *tool != Tool::Strace {
            continue;
        }
        let what = tool.counts();
        progress.tell(
            &format!("{}, {what}", request.model.name()),
            &contestant.name,
        );
        let mut counted = count(request, contestant, jobs, *tool);
        if let (Err(Without::TooSlow), Some(fewer)) =
            (&counted, fewer(request).ok().flatten())
        {
            let times = FEWER;
            row.notes.push(format!(
                "{what}: of {times} times fewer items; all take too long"
            ));
            counted = count(request, contestant, &fewer, *tool);
        }
        match counted {
            Ok(counted) => counted.put_into(&mut row),
            Err(Without::Interrupted) => return Err(Interrupted),
            Err(Without::TooSlow) => {
                let limit = request.time_limit;
                let flag = request.model.counted()[0];
                row.failed = true;
                row.notes.push(format!(
                    "{what}: none, as a trial took more than {limit:?}; give it longer \
                     (--time-limit), or fewer items ({flag})"
                ));
            }
            Err(Without::Failed(why)) => {
                row.failed = true;
                row.notes.push(format!("{what}: {}", shown(&why)));
            }
        }
    }
    Ok(row)
}

/// The jobs with fewer items, if there are such.
fn fewer(request: &Request) -> Result<Option<Jobs>> {
    let jobs = request.jobs(request.size / FEWER)?;
    Ok((jobs.items > 0).then_some(jobs))
}

/// What a tool counted of a row: in each repeat, of the small job and of the large one.
struct Repeats {
    tool: Tool,
    small: Vec<Counts>,
    large: Vec<Counts>,
    items: u64,
}

impl Repeats {
    fn put_into(&self, row: &mut Row) {
        let figure = |name: &str| Figure::of(name, &self.small, &self.large, self.items);
        match self.tool {
            Tool::Strace => {
                row.system_calls = Some(figure(SYSTEM_CALLS));
                let names = self.large.iter().flat_map(Counts::keys);
                let names = names.filter(|name| *name != SYSTEM_CALLS);
                row.calls = names
                    .map(|name| (name.clone(), figure(name)))
                    .filter(|(_, figure)| figure.each >= 0.001)
                    .collect();
            }
            Tool::Allocator => {
                row.allocations = Some(figure(ALLOCATED));
                row.bytes = Some(figure(BYTES));
            }
            Tool::Callgrind => {
                row.instructions = Some(figure(INSTRUCTIONS));
                let mut all = self.small.iter().chain(&self.large);
                if all.any(|counts| counts.get(KILLED).is_some_and(|count| *count > 0)) {
                    row.notes.push(OF_KILLED.to_owned());
                }
            }
        }
    }
}

fn count(
    request: &Request,
    contestant: &Contestant,
    jobs: &Jobs,
    tool: Tool,
) -> Result<Repeats, Without> {
    let mut repeats = Repeats {
        tool,
        small: Vec::new(),
        large: Vec::new(),
        items: jobs.items,
    };
    for _ in 0..request.repeats {
        for (job, counts) in [
            (&jobs.small, &mut repeats.small),
            (&jobs.large, &mut repeats.large),
        ] {
            let directory = TemporaryDir::new().map_err(anyhow::Error::from)?;
            let settings = Settings {
                time_limit: request.time_limit,
                under: tool.words(directory.path())?,
                ..Settings::default()
            };
            match job.trial(contestant, &settings) {
                Ok(_) => counts.push(tool.read(directory.path())?),
                Err(TrialError::Interrupted) => return Err(Without::Interrupted),
                Err(TrialError::TimedOut { .. }) => return Err(Without::TooSlow),
                Err(error) => return Err(Without::Failed(error.to_string())),
            }
        }
    }
    Ok(repeats)
}
