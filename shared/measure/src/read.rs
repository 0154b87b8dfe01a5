//! Results that were written before, read back and checked.

use std::{
    fs::{self, File},
    path::Path,
};

use anyhow::{Context, Result, anyhow};
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
struct Head {
    version: Option<u32>,
    models: Option<IgnoredAny>,
    /// Only a merged document has machines.
    machines: Option<IgnoredAny>,
    /// Only a sweep has points.
    points: Option<IgnoredAny>,
}

/// The results in a file. Whatever is wrong with it is misuse, in one line.
pub fn results(path: &Path) -> Result<Results> {
    let file = path.display();
    let misuse = |why: String| Misuse(format!("{file}: {why}"));
    let read = File::open(path).and_then(|file| read_at_most(file, LARGEST));
    let read = read.map_err(|error| misuse(format!("can't be read: {error}")))?;
    let text = utf8(&read).map_err(|why| misuse(why.to_string()))?;
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

/// The sweep in a file; `None` if there is none in it.
///
/// # Errors
/// A sweep that is damaged.
pub fn sweep(path: &Path) -> Result<Option<Sweep>> {
    // A file that can't be read, or is no JSON, is no sweep; reading it as results
    // reports what is wrong.
    let text = fs::read_to_string(path).unwrap_or_default();
    let head = serde_json::from_str::<Head>(&text);
    if !head.is_ok_and(|head| head.points.is_some()) {
        return Ok(None);
    }
    let damaged = || format!("{}: a damaged sweep", path.display());
    let sweep: Sweep = serde_json::from_str(&text).with_context(damaged)?;
    plausible::check_sweep(&sweep)
        .map_err(|why| anyhow!("{}: {}", damaged(), shortened(&why, MOST_SAID)))?;
    Ok(Some(sweep))
}
