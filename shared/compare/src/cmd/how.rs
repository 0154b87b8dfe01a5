//! `compare how`: what Python's concurrency is called in Rust, from the book's pages.

mod page;
mod search;
mod text;

use anyhow::Result;
use clap::Args;
use report::terminal;
use test_fixtures::print;

use self::{page::entries, search::Found};

/// The widest lines that are written: prose in longer ones is hard to read.
const WIDTH: usize = 80;

/// What to look for.
#[derive(Debug, Args)]
pub(crate) struct How {
    /// A name (asyncio.wait_for, wait_for) or a few words (cancel a task); none lists
    /// all names
    words: Vec<String>,
}

/// Prints the entry of that name, or lists those that the words match best.
pub(crate) fn run(how: &How) -> Result<()> {
    let entries = entries();
    let width = terminal::width().min(WIDTH);
    let wanted = how.words.join(" ");
    if wanted.trim().is_empty() {
        return print(&text::names(&entries, width));
    }
    match search::find(&entries, &wanted)? {
        Found::One(entry) => print(&text::entry(entry, width)),
        Found::Several(found, left) => print(&text::list(&found, left, width)),
    }
}

/// The names of all entries.
pub(crate) fn names() -> Vec<&'static str> {
    entries().iter().map(|entry| entry.name).collect()
}

#[cfg(test)]
mod tests;
