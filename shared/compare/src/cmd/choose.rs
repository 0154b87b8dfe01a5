//! `compare choose`: from a few questions to a variant, its figures and what to do next.

use std::{
    io::{self, IsTerminal},
    path::PathBuf,
};

use anyhow::Result;
use clap::Args;
use report::terminal;
use test_fixtures::{Misuse, print, tell, wrap};

use super::splice::figures;
use crate::{
    choose::{
        answers::{self, Next, counts, next, unasked},
        dialogue,
        end::{self, Local},
        page,
    },
    cmd::keep::results_directory,
    files,
    options::directory_of_results,
};

/// How to ask, and where figures are.
#[derive(Debug, Args)]
pub(crate) struct Choose {
    /// Ask nothing, and take these answers, which --tree lists, or a number where the
    /// question is how many; what is left out is assumed
    #[arg(long, value_name = "QUESTION=ANSWER,…", value_delimiter = ',')]
    #[arg(value_parser = pair, conflicts_with = "tree")]
    answers: Vec<(String, String)>,
    /// Print all questions with their answers and reasons
    #[arg(long)]
    tree: bool,
    /// The results of your last comparison [default: target/compare/results.json]
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
}

/// Reads `waits=network`.
fn pair(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=');
    let parts = parts.filter(|(name, answer)| !name.is_empty() && !answer.is_empty());
    let (name, answer) =
        parts.ok_or("write QUESTION=ANSWER, such as waits=network,count=1000")?;
    Ok((name.trim().to_owned(), answer.trim().to_owned()))
}

/// Asks, or takes the answers that were given, and prints where they lead.
pub(crate) fn run(asked: &Choose) -> Result<()> {
    let kept = figures(&results_directory(None)?)?;
    let width = terminal::width();
    if asked.tree {
        let text = page::whole(&kept).map_err(Misuse)?;
        let lines = text.lines().map(|line| {
            let indent = line.len() - line.trim_start().len();
            wrap(line, width, indent) + "\n"
        });
        return print(&lines.collect::<String>());
    }
    // Before the questions, which nobody wants to answer for an error.
    let local = match &asked.from {
        Some(path) => Local::named(path)?,
        None => Local::read(&directory_of_results().join(files::JSON)),
    };
    let is_asked = asked.answers.is_empty();
    let mut input = io::stdin().lock();
    let steps = match (is_asked, io::stdin().is_terminal()) {
        (false, _) => Some(answers::walk(&asked.answers)?),
        (true, true) if !io::stdout().is_terminal() => {
            let why =
                "the questions need a terminal on both sides: use --answers or --tree";
            return Err(Misuse::new(why).into());
        }
        (true, true) => dialogue::hold(&mut input, &mut print, &kept, width)?,
        (true, false) => dialogue::read(&mut input)?,
    };
    let Some(steps) = steps else {
        return Ok(());
    };
    let Next::Take(choice) = next(&steps) else {
        unreachable!("questions end at a variant")
    };
    let mut text = String::new();
    if !is_asked || !io::stdin().is_terminal() {
        let told = steps.iter().map(|step| dialogue::told(step, &kept, width));
        text = told.collect::<Result<Vec<_>>>()?.join("\n");
    }
    text += &end::text(&choice, &counts(&steps), &local, &kept, width)?;
    print(&text)?;
    let unasked = unasked(&asked.answers, &steps);
    if !unasked.is_empty() {
        tell(format_args!(
            "not asked on this way: {}",
            unasked.join(", ")
        ));
    }
    Ok(())
}
