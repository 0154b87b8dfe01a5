//! Statuses: which outcome each of them has, whatever the client.

use std::io;

use anyhow::{Result, ensure};
use test_fixtures::{Bench, Case, Model, Settings, Value};

use super::Hold;
use crate::raw::{Asked, Client, RawServer, Then};

/// The statuses of answers whose body is what was asked for.
const SUCCESSES: &[&str] = &["200", "201", "203", "204", "205", "206", "226", "299"];
/// The statuses that mean something else. Redirects have no `Location`.
const OTHERS: &[&str] = &[
    "300", "301", "302", "303", "304", "305", "306", "307", "308", "309", "399", "400",
    "404", "418", "499", "500", "503", "599", "600", "999",
];
/// None.
const NONE: &[&str] = &["000", "099", "20", "2000", "OK"];

/// What a model makes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// Any answer is a page.
    Page,
    /// A success has what was asked for; any other answer is a failure of class `status`.
    Content,
}

/// What must come of statuses, where an answer means this; `run` calls [`hold`].
pub fn case<M: Model>(run: Hold<M>) -> Case<M> {
    const ABOUT: &str =
        "200 to 299 is a success, each other status is none, 000 is no status";
    Case::custom("statuses", ABOUT, run).with_peers()
}

/// Holds a variant to what each status means.
///
/// # Errors
/// It differs.
pub fn hold<M: Model>(bench: &Bench<M>, means: Means) -> Result<()> {
    let server = RawServer::start(answer)?;
    let url = |status: &&str| server.url(&format!("/{status}"));
    let counts = |statuses: &[&str]| -> Result<(u64, u64, u64)> {
        let urls: Vec<_> = statuses.iter().map(url).collect();
        let facts = bench.trial(&urls, &Settings::default())?.facts;
        let count = |name| match facts.seen.iter().find(|fact| fact.name == name) {
            Some(fact) => match fact.value {
                Value::Count(count) => count,
                _ => 0,
            },
            None => 0,
        };
        let failed = (count("failed (status)"), count("failed (malformed)"));
        Ok((count("ok"), failed.0, failed.1))
    };
    for (statuses, is_success) in [(SUCCESSES, true), (OTHERS, false)] {
        let all = statuses.len() as u64;
        let due = match is_success || means == Means::Page {
            true => (all, 0, 0),
            false => (0, all, 0),
        };
        let seen = counts(statuses)?;
        ensure!(
            seen == due,
            "{statuses:?}: ok, of class status, malformed: {seen:?}, where {due:?} was due"
        );
    }
    let seen = counts(NONE)?;
    ensure!(
        seen == (0, 0, NONE.len() as u64),
        "{NONE:?}: ok, of class status, malformed: {seen:?}, where all are malformed"
    );
    Ok(())
}

fn answer(asked: &Asked, client: &mut Client<'_>) -> io::Result<Then> {
    let status = asked.path.trim_start_matches('/');
    let body = match status {
        "204" | "304" => "\r\n",
        "205" => "Content-Length: 0\r\n\r\n",
        _ => "Content-Length: 5\r\n\r\nhello",
    };
    client.send(format!("HTTP/1.1 {status} Odd\r\n{body}").as_bytes())?;
    Ok(Then::Keep)
}
