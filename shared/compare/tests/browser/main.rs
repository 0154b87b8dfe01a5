//! The report and the site in a real browser: what a reader sees, picks, shares and prints.
//!
//! Without Chromium each test is listed as skipped, with what would run it; so are those of
//! the site without mdbook.

mod browser;
mod pages;
mod pairs;
mod reading;
mod site;

use std::{process::ExitCode, sync::Arc};

use anyhow::{Result, ensure};
use libtest_mimic::{Arguments, Failed, Trial};

use browser::Page;
use pages::Pages;

type Test = fn(&Pages, &mut Page) -> Result<()>;

const TESTS: &[(&str, Test)] = &[
    ("charts_are_there", reading::charts_are_there),
    (
        "a_pair_is_picked_by_keyboard",
        pairs::a_pair_is_picked_by_keyboard,
    ),
    (
        "a_pair_is_picked_by_mouse",
        pairs::a_pair_is_picked_by_mouse,
    ),
    ("a_link_restores_the_pair", pairs::a_link_restores_the_pair),
    ("every_pair_can_be_shown", pairs::every_pair_can_be_shown),
    (
        "lines_are_numbered_and_marked",
        pairs::lines_are_numbered_and_marked,
    ),
    ("a_function_is_taken_home", pairs::a_function_is_taken_home),
    (
        "what_fails_stands_beside_its_cure",
        pairs::what_fails_stands_beside_its_cure,
    ),
    (
        "a_shared_file_is_taken_along",
        pairs::a_shared_file_is_taken_along,
    ),
    ("spans_are_told", reading::spans_are_told),
    ("nothing_is_asked_for", reading::nothing_is_asked_for),
    ("groups_fold", reading::groups_fold),
    ("nothing_overflows", reading::nothing_overflows),
    ("names_are_text", reading::names_are_text),
    (
        "it_is_whole_without_scripts",
        reading::it_is_whole_without_scripts,
    ),
    ("it_prints", reading::it_prints),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let Some(program) = browser::find() else {
        let names = TESTS.iter().map(|(name, _)| *name);
        let all = names.chain(site::TESTS.iter().map(|(name, _)| *name));
        let why = "no Chromium; install one, or name it in INTERLEAVE_CHROMIUM";
        return libtest_mimic::run(
            &arguments,
            all.map(|name| skipped(name, why)).collect(),
        )
        .exit_code();
    };
    let pages = Arc::new(Pages::write().expect("the reports are written"));
    let of_report = TESTS.iter().map(|(name, test)| {
        let (pages, program) = (Arc::clone(&pages), program.clone());
        Trial::test(*name, move || {
            let run = || -> Result<()> {
                let mut page = Page::new(&program, 1440)?;
                page.open(&pages.recorded)?;
                test(&pages, &mut page)?;
                quiet(&page)
            };
            run().map_err(|error| Failed::from(format!("{error:#}")))
        })
    });
    let all = of_report.chain(site::trials(&program));
    libtest_mimic::run(&arguments, all.collect()).exit_code()
}

fn skipped(name: &str, why: &str) -> Trial {
    Trial::test(format!("{name}::skipped: {why}"), || Ok(())).with_ignored_flag(true)
}

/// The browser reported no error, by the page or about it.
fn quiet(page: &Page) -> Result<()> {
    for method in [
        "Runtime.exceptionThrown",
        "Log.entryAdded",
        "Runtime.consoleAPICalled",
    ] {
        let told = page.told(method);
        ensure!(told.is_empty(), "{method}: {}", told[0]);
    }
    Ok(())
}

/// The section of the semaphores, in which pairs are picked.
pub(crate) const MODEL: &str = "document.getElementById('semaphores')";
