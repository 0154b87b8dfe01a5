//! `compare report`: the findings and the page again, from results that were kept.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use measure::read;
use report::page;
use test_fixtures::{print, shown};

use crate::{
    cmd::compare::{print_findings, print_overview},
    files,
};

/// What to make a page of.
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// The results: a results.json that a comparison wrote
    file: PathBuf,
    /// Where the page goes [default: report.html beside the results]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Writes the page, and prints what was found.
pub(crate) fn run(report: &Report) -> Result<()> {
    let Report { file, out } = report;
    let beside = || file.with_file_name(files::PAGE);
    let to = out.clone().unwrap_or_else(beside);
    files::ensure_other(&to, std::slice::from_ref(file))?;
    let results = read::results(file)?;
    files::whole(&to, &page::render(&results), "--out")?;
    for model in &results.models {
        print_findings(model)?;
    }
    print(&format!("report: {}\n", shown(&to.to_string_lossy())))?;
    print_overview(&results)
}
