//! The report in a real browser: what a reader sees, picks, shares and prints.
//!
//! Without Chromium each test is listed as skipped, with what would run it.

mod browser;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    sync::Arc,
};

use anyhow::{Context, Result, ensure};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};
use tempfile::TempDir;

use browser::Page;

const RECORDED: &str = include_str!("data/results.json");
const EVIL: &str = "<script>alert(1)</script>";

type Test = fn(&Pages, &mut Page) -> Result<()>;

const TESTS: &[(&str, Test)] = &[
    ("charts_are_there", charts_are_there),
    ("a_pair_is_picked_by_keyboard", a_pair_is_picked_by_keyboard),
    ("a_pair_is_picked_by_mouse", a_pair_is_picked_by_mouse),
    ("a_link_restores_the_pair", a_link_restores_the_pair),
    ("every_pair_can_be_shown", every_pair_can_be_shown),
    ("spans_are_told", spans_are_told),
    ("nothing_is_asked_for", nothing_is_asked_for),
    ("nothing_overflows", nothing_overflows),
    ("names_are_text", names_are_text),
    ("it_is_whole_without_scripts", it_is_whole_without_scripts),
    ("it_prints", it_prints),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let Some(program) = browser::find() else {
        let skipped = TESTS.iter().map(|(name, _)| {
            let why = "no Chromium; install one, or name it in INTERLEAVE_CHROMIUM";
            Trial::test(format!("{name}::skipped: {why}"), || Ok(()))
                .with_ignored_flag(true)
        });
        return libtest_mimic::run(&arguments, skipped.collect()).exit_code();
    };
    let pages = Arc::new(Pages::write().expect("the reports are written"));
    let tests = TESTS.iter().map(|(name, test)| {
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
    libtest_mimic::run(&arguments, tests.collect()).exit_code()
}

/// The reports that are looked at.
struct Pages {
    _directory: TempDir,
    results: Value,
    /// Addresses.
    recorded: String,
    evil: String,
}

impl Pages {
    fn write() -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let results: Value = serde_json::from_str(RECORDED)?;
        let recorded = report(directory.path(), "recorded", &results)?;
        let evil = report(directory.path(), "evil", &evil(results.clone()))?;
        Ok(Self {
            recorded,
            evil,
            results,
            _directory: directory,
        })
    }

    fn models(&self) -> &[Value] {
        self.results["models"]
            .as_array()
            .map_or(&[], |models| models)
    }
}

/// Has `compare` write the report of some results, and gives its address.
fn report(directory: &Path, name: &str, results: &Value) -> Result<String> {
    let from = directory.join(format!("{name}.json"));
    let to = directory.join(format!("{name}.html"));
    fs::write(&from, results.to_string())?;
    let output = Command::new(env!("CARGO_BIN_EXE_compare"))
        .arg("report")
        .arg(&from)
        .arg("--out")
        .arg(&to)
        .output()?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let to: PathBuf = to.canonicalize()?;
    Ok(format!("file://{}", to.display()))
}

/// Results in which whatever can be named is named like markup.
fn evil(mut results: Value) -> Value {
    for model in results["models"].as_array_mut().into_iter().flatten() {
        model["job"] = json!(EVIL);
        for row in model["rows"].as_array_mut().into_iter().flatten() {
            let long = "_and_so_on".repeat(8);
            let name = row["name"].as_str().unwrap_or_default();
            let name = format!("{name}{EVIL}\"'{long}");
            row["name"] = json!(name);
            row["failures"] = json!({"1": EVIL});
            if !row["source"].is_null() {
                row["source"]["text"] = json!(format!("// {EVIL}\n</pre>{name}\n"));
            }
            let bars = row
                .pointer_mut("/timeline/bars")
                .and_then(Value::as_array_mut);
            for bar in bars.into_iter().flatten() {
                bar["task"] = json!(EVIL);
                bar["note"] = json!(EVIL);
            }
        }
    }
    results
}

/// No error was told, by the page or about it.
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
const MODEL: &str = "document.getElementById('semaphores')";

fn charts_are_there(pages: &Pages, page: &mut Page) -> Result<()> {
    for (place, model) in pages.models().iter().enumerate() {
        for (row, results) in model["rows"].as_array().into_iter().flatten().enumerate() {
            let chart = format!("document.getElementById('samples-{place}-{row}')");
            let name = page
                .evaluate(&format!("{chart}.querySelector('.name code').textContent"))?;
            ensure!(name == results["name"], "{name} is not {}", results["name"]);
            // A dot is a line without length.
            let dots = page.evaluate(&format!(
                "[...{chart}.querySelectorAll('.dots')].map(d => d.getAttribute('d')).join('').split('h0').length - 1"
            ))?;
            let samples = results["samples"].as_array().map_or(0, Vec::len);
            ensure!(dots == samples, "{name}: {dots} dots of {samples} samples");
            let drawn = page.evaluate(&format!(
                "(() => {{ const b = {chart}.querySelector('.median').getBoundingClientRect(); \
                 const p = {chart}.querySelector('svg').getBoundingClientRect(); \
                 return b.left >= p.left - 1 && b.right <= p.right + 1 && b.height > 5; }})()"
            ))?;
            ensure!(drawn == true, "{name}: the median is not in the drawing");
        }
        let timelines = model["rows"].as_array().into_iter().flatten();
        let timelines = timelines.filter(|row| !row["timeline"].is_null()).count();
        let name = model["name"].as_str().context("a name")?;
        let drawn = page.evaluate(&format!(
            "document.getElementById('{name}').querySelectorAll('[id^=lanes] svg').length"
        ))?;
        ensure!(
            drawn == timelines,
            "{name}: {drawn} timelines of {timelines}"
        );
    }
    Ok(())
}

/// Tabs until the focus is where an expression says.
fn tab_to(page: &mut Page, expression: &str) -> Result<()> {
    for _ in 0..400 {
        if page.evaluate(expression)? == true {
            return Ok(());
        }
        page.press("Tab")?;
    }
    anyhow::bail!("400 tabs do not lead to where {expression}")
}

/// The pair is in the headline, the code, the timelines, the rows and the address.
fn pair_is(page: &mut Page, left: &str, right: &str) -> Result<()> {
    page.wait(&format!("location.hash === '#semaphores:{left}..{right}'"))?;
    let told =
        page.evaluate(&format!("{MODEL}.querySelector('.differs').textContent"))?;
    let beside = format!("{left} beside {right}");
    ensure!(
        told.as_str().is_some_and(|told| told.starts_with(&beside)),
        "{told}"
    );
    let checks = [
        "[...S.querySelectorAll('.diff th')].map(h => h.textContent.replace(/.*\\/|\\.\\w+$/g, ''))",
        "[...S.querySelectorAll('.pair .again .name code')].map(c => c.textContent)",
        "[...S.querySelectorAll('.pair-rows tbody th code')].map(c => c.textContent)",
        "[...S.querySelectorAll('.choose :checked')].map(c => c.dataset.name)",
    ];
    for check in checks {
        let seen = page.evaluate(&check.replacen('S', MODEL, 1))?;
        ensure!(seen == json!([left, right]), "{check}: {seen}");
    }
    let drawn = page.evaluate(&format!(
        "[...{MODEL}.querySelectorAll('.pair use')].every(u => u.getBBox().width > 0)"
    ))?;
    ensure!(drawn == true, "a timeline of the pair is empty");
    Ok(())
}

fn a_pair_is_picked_by_keyboard(_: &Pages, page: &mut Page) -> Result<()> {
    // A name of the first side follows the one before it.
    let focused = |side: &str| {
        format!(
            "{MODEL}.contains(document.activeElement) && document.activeElement.name === '{side}'"
        )
    };
    let until = |page: &mut Page, side: &str, name: &str| -> Result<()> {
        tab_to(page, &focused(side))?;
        let is = format!("document.activeElement.dataset.name === '{name}'");
        for _ in 0..20 {
            if page.evaluate(&is)? == true {
                return Ok(());
            }
            page.press("ArrowDown")?;
        }
        anyhow::bail!("20 times down do not lead to {name}")
    };
    until(page, "left", "tokio")?;
    until(page, "right", "smol")?;
    pair_is(page, "tokio", "smol")
}

fn a_pair_is_picked_by_mouse(_: &Pages, page: &mut Page) -> Result<()> {
    for (side, name) in [("left", "async_std"), ("right", "python")] {
        let choice = format!("[name={side}][data-name={name}]");
        page.click(&format!(
            "{MODEL}.querySelector('{choice}').closest('label')"
        ))?;
    }
    pair_is(page, "async_std", "python")?;
    page.click(&format!("{MODEL}.querySelector('[name=swap]')"))?;
    pair_is(page, "python", "async_std")
}

fn a_link_restores_the_pair(pages: &Pages, page: &mut Page) -> Result<()> {
    page.open(&format!("{}#semaphores:rayon..surf", pages.recorded))?;
    pair_is(page, "rayon", "surf")?;
    let link = page.evaluate(&format!(
        "{MODEL}.querySelector('a.link').getAttribute('href')"
    ))?;
    ensure!(link == "#semaphores:rayon..surf", "{link}");
    let seen = page.evaluate(&format!(
        "(() => {{ const b = {MODEL}.querySelector('.choose').getBoundingClientRect(); \
         return b.top >= 0 && b.top < innerHeight; }})()"
    ))?;
    ensure!(seen == true, "the pair is not in view");
    // One that there isn't changes nothing, as does none at all.
    page.evaluate("location.hash = '#semaphores:rayon..nonesuch'")?;
    page.evaluate("location.hash = '#semaphores:tokio..smol'")?;
    pair_is(page, "tokio", "smol")
}

/// Each pair shows both sources whole, and what it calls the same is the same.
fn every_pair_can_be_shown(_: &Pages, page: &mut Page) -> Result<()> {
    let wrong = page.evaluate(
        r"(() => {
            const wrong = [];
            // A browser throttles a page that changes its address so often.
            history.replaceState = () => {};
            for (const form of document.querySelectorAll('form.choose')) {
                const section = form.closest('section');
                const { left, right } = form.elements;
                for (const one of left) for (const other of right) {
                    left.value = one.value;
                    right.value = other.value;
                    form.dispatchEvent(new Event('change'));
                    const column = (n) => [...section.querySelectorAll(`.diff tbody tr`)]
                        .map(row => row.cells[n]).filter(cell => !cell.matches('.empty'))
                        .map(cell => cell.textContent).join('\n');
                    const source = (key) =>
                        document.getElementById('code-' + key).textContent.trimEnd();
                    const same = [...section.querySelectorAll('.diff tbody tr:not([class])')]
                        .every(row => row.cells[1].textContent === row.cells[4].textContent);
                    if (column(1) !== source(one.value) || column(4) !== source(other.value) || !same) {
                        wrong.push(one.dataset.name + '..' + other.dataset.name);
                    }
                }
            }
            return wrong;
        })()",
    )?;
    ensure!(wrong == json!([]), "{wrong}");
    Ok(())
}

fn spans_are_told(_: &Pages, page: &mut Page) -> Result<()> {
    let drawing = format!("{MODEL}.querySelector('[id^=lanes] svg')");
    tab_to(page, &format!("document.activeElement === {drawing}"))?;
    page.press("ArrowRight")?;
    page.wait("!document.getElementById('tip').hidden")?;
    let first = page.evaluate("document.getElementById('tip').textContent")?;
    let words = first.as_str().unwrap_or_default();
    ensure!(
        words.starts_with("task ") && words.contains("connection"),
        "{words}"
    );
    page.press("ArrowRight")?;
    let second = page.evaluate("document.getElementById('tip').textContent")?;
    ensure!(first != second, "{second}");
    let said = page.evaluate("document.getElementById('said').textContent")?;
    ensure!(said == second, "{said}");
    page.press("ArrowDown")?;
    let next = format!("{MODEL}.querySelectorAll('[id^=lanes] svg')[1]");
    page.wait(&format!("document.activeElement === {next}"))
}

fn nothing_is_asked_for(pages: &Pages, page: &mut Page) -> Result<()> {
    page.click(&format!(
        "{MODEL}.querySelector('[name=left]:not(:checked)').closest('label')"
    ))?;
    let asked: Vec<_> = page
        .told("Network.requestWillBeSent")
        .iter()
        .filter_map(|request| request["request"]["url"].as_str())
        .filter(|url| !url.starts_with("data:"))
        .collect();
    ensure!(asked == [pages.recorded.as_str()], "{asked:?}");
    Ok(())
}

fn nothing_overflows(pages: &Pages, page: &mut Page) -> Result<()> {
    for address in [&pages.recorded, &pages.evil] {
        for width in [390, 1440] {
            page.resize(width)?;
            page.open(address)?;
            page.evaluate(
                "document.querySelectorAll('details').forEach(d => d.open = true)",
            )?;
            let widths = page.evaluate(
                "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
            )?;
            ensure!(
                widths[0].as_u64() <= widths[1].as_u64(),
                "{address} at {width}: {widths}"
            );
        }
    }
    Ok(())
}

fn names_are_text(pages: &Pages, page: &mut Page) -> Result<()> {
    page.open(&pages.evil)?;
    let scripts = page.evaluate("document.scripts.length")?;
    ensure!(scripts == 1, "{scripts} scripts");
    let seen =
        page.evaluate(&format!("{MODEL}.querySelector('.figures').textContent"))?;
    ensure!(
        seen.as_str().is_some_and(|seen| seen.contains(EVIL)),
        "{seen}"
    );
    // The script writes names and sources once more.
    page.click(&format!(
        "{MODEL}.querySelector('[name=left]:not(:checked)').closest('label')"
    ))?;
    page.wait("location.hash.includes('script')")?;
    let address = page.evaluate("location.href")?;
    let told = format!("{MODEL}.querySelector('.differs').textContent");
    let before = page.evaluate(&told)?;
    page.open(address.as_str().context("an address")?)?;
    ensure!(
        page.evaluate(&told)? == before,
        "the link does not restore {before}"
    );
    let scripts = page.evaluate("document.querySelectorAll('script').length")?;
    ensure!(scripts == 1, "{scripts} scripts after a choice");
    let asked = page.told("Page.javascriptDialogOpening");
    ensure!(asked.is_empty(), "a name was run");
    Ok(())
}

fn it_is_whole_without_scripts(pages: &Pages, page: &mut Page) -> Result<()> {
    page.command(
        "Emulation.setScriptExecutionDisabled",
        &json!({"value": true}),
    )?;
    page.open(&pages.recorded)?;
    // The tests may still ask; the page's own script has not run.
    let asked = page.evaluate(
        "[...document.querySelectorAll('form.choose, .stretch')].every(f => f.hidden)",
    )?;
    ensure!(asked == true, "choices are offered that do nothing");
    for model in pages.models() {
        let name = model["name"].as_str().context("a name")?;
        let section = format!("document.getElementById('{name}')");
        let lines = page.evaluate(&format!(
            "{section}.querySelectorAll('.diff tbody tr').length"
        ))?;
        ensure!(lines.as_u64() > Some(20), "{name}: {lines} lines of code");
        let drawn = page.evaluate(&format!(
            "[...{section}.querySelectorAll('.pair use')].every(u => u.getBBox().width > 0)"
        ))?;
        ensure!(drawn == true, "{name}: a timeline of the pair is empty");
        let text = page.evaluate(&format!("{section}.textContent"))?;
        let text = text.as_str().unwrap_or_default();
        for row in model["rows"].as_array().into_iter().flatten() {
            let about = row["about"].as_str().context("what it is")?;
            ensure!(
                row["kind"] == "control" || text.contains(about),
                "{name}: no {about}"
            );
        }
    }
    Ok(())
}

fn it_prints(_: &Pages, page: &mut Page) -> Result<()> {
    let printed = page.command("Page.printToPDF", &json!({"printBackground": true}))?;
    let size = printed["data"].as_str().map_or(0, str::len);
    ensure!(size > 50_000, "{size} characters of PDF");
    page.command("Emulation.setEmulatedMedia", &json!({"media": "print"}))?;
    let shown = page.evaluate(
        "[...document.querySelectorAll('.choose, .stretch, nav')].some(e => e.offsetHeight > 0)",
    )?;
    ensure!(shown == false, "what can't be used on paper is printed");
    Ok(())
}
