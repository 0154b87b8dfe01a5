//! Results that were written before, read back and checked.

use std::{fs::File, path::Path};

use anyhow::Result;
use serde::{Deserialize, de::IgnoredAny};
use test_fixtures::{Misuse, read_at_most, shortened, utf8};

use crate::{
    foreign::Foreign,
    results::{Results, VERSION},
    sweep::results::Sweep,
};

mod plausible;

/// Bytes of a file at the most: a hundred times the results of all models.
const LARGEST: u64 = 256 << 20;

/// Characters of it that an error quotes at the most.
const MOST_SAID: usize = 400;

/// What distinguishes results from other JSON, whatever their version.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Head {
    version: Option<u32>,
    models: Option<IgnoredAny>,
    /// Only a merged document has machines.
    machines: Option<IgnoredAny>,
    /// Only a sweep has points.
    points: Option<IgnoredAny>,
}

/// What a file has that `compare` wrote.
#[derive(Debug)]
pub enum Written {
    /// A comparison.
    Results(Box<Results>),
    /// A sweep.
    Sweep(Box<Sweep>),
}

/// The results in a file. Whatever is wrong with it is misuse, in one line.
pub fn results(path: &Path) -> Result<Results> {
    results_in(path, &text(path)?)
}

/// The results or the sweep in a file, which is read once, as it may be a pipe. Whatever is
/// wrong with it is misuse, in one line.
pub fn results_or_sweep(path: &Path) -> Result<Written> {
    let text = text(path)?;
    let head = serde_json::from_str::<Head>(&text);
    if !head.is_ok_and(|head| head.points.is_some()) {
        return Ok(Written::Results(Box::new(results_in(path, &text)?)));
    }
    let damaged = |why: String| {
        let why = shortened(&why, MOST_SAID);
        Misuse(format!("{}: a damaged sweep: {why}", path.display()))
    };
    let mut sweep: Sweep =
        serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
    plausible::check_sweep(&sweep).map_err(damaged)?;
    sweep.escape();
    Ok(Written::Sweep(Box::new(sweep)))
}

/// A file's text.
fn text(path: &Path) -> Result<String> {
    let misuse = |why: String| Misuse(format!("{}: {why}", path.display()));
    let read = File::open(path).and_then(|file| read_at_most(file, LARGEST));
    let read = read.map_err(|error| misuse(format!("can't be read: {error}")))?;
    Ok(utf8(&read)
        .map_err(|why| misuse(why.to_string()))?
        .to_owned())
}

fn results_in(path: &Path, text: &str) -> Result<Results> {
    let file = path.display();
    let misuse = |why: String| Misuse(format!("{file}: {why}"));
    // A parser repeats what it does not know.
    let misuse = |why: String| misuse(shortened(&why, MOST_SAID));
    let damaged =
        |why: String| misuse(format!("damaged results: {why}; make them again"));
    let not_ours = |why: String| {
        misuse(format!(
            "not results of compare: {why}; give a results.json, which compare writes to \
             target/compare or --out"
        ))
    };
    let head: Head =
        serde_json::from_str(text).map_err(|error| not_ours(error.to_string()))?;
    if head.machines.is_some() {
        let why = "merged results; give the results.json of one machine";
        return Err(misuse(why.to_owned()).into());
    }
    if head.points.is_some() {
        let why = "results of a sweep, which has its page beside it, sweep.html; give the \
                   results.json of a comparison";
        return Err(misuse(why.to_owned()).into());
    }
    let (Some(version), Some(_)) = (head.version, head.models) else {
        return Err(not_ours("no version or no models".to_owned()).into());
    };
    if version != VERSION {
        let why = format!(
            "results of version {version}, where this compare reads {VERSION}; make them \
             again, or read them with the compare that made them"
        );
        return Err(misuse(why).into());
    }
    let mut results: Results =
        serde_json::from_str(text).map_err(|error| damaged(error.to_string()))?;
    plausible::check(&results).map_err(damaged)?;
    results.escape();
    Ok(results)
}
