//! What a reader sees, at every width, with and without scripts, and on paper.

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::{
    MODEL,
    browser::Page,
    pages::{EVIL, Pages},
};

pub(crate) fn charts_are_there(pages: &Pages, page: &mut Page) -> Result<()> {
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
pub(crate) fn tab_to(page: &mut Page, expression: &str) -> Result<()> {
    for _ in 0..400 {
        if page.evaluate(expression)? == true {
            return Ok(());
        }
        page.press("Tab")?;
    }
    anyhow::bail!("400 tabs do not lead to where {expression}")
}

pub(crate) fn spans_are_told(_: &Pages, page: &mut Page) -> Result<()> {
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

pub(crate) fn nothing_is_asked_for(pages: &Pages, page: &mut Page) -> Result<()> {
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

/// A group of the overview's columns is folded and unfolded with a key.
pub(crate) fn groups_fold(_: &Pages, page: &mut Page) -> Result<()> {
    page.resize(1440)?;
    let button = "document.querySelector('.groups [data-group=discontinued] button')";
    tab_to(page, &format!("document.activeElement === {button}"))?;
    let seen = |page: &mut Page| {
        page.evaluate(&format!(
            "[{button}.getAttribute('aria-expanded'), \
             [...document.querySelectorAll('.overview [data-legacy]')] \
             .filter(cell => cell.offsetWidth).length, \
             [...document.querySelectorAll('.overview td[data-runtime]:not([data-legacy])')] \
             .filter(cell => !cell.offsetWidth).length]"
        ))
    };
    let before = seen(page)?;
    ensure!(
        before[0] == "true" && before[1].as_u64() > Some(0),
        "{before}"
    );
    page.press("Enter")?;
    let folded = seen(page)?;
    ensure!(folded == json!(["false", 0, 0]), "{folded}");
    page.press("Enter")?;
    let after = seen(page)?;
    ensure!(after == before, "{before} before, {after} after");
    Ok(())
}

pub(crate) fn nothing_overflows(pages: &Pages, page: &mut Page) -> Result<()> {
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
    // The heads of the overview are hidden where it is narrow; what they mark is not.
    page.resize(390)?;
    page.open(&pages.recorded)?;
    let unmarked = page.evaluate(
        "[...document.querySelectorAll('.overview td[data-runtime=async_std]:not(:empty)')] \
         .map(cell => getComputedStyle(cell, '::before').content) \
         .filter(content => !content.includes('legacy')).length",
    )?;
    ensure!(
        unmarked == 0,
        "{unmarked} cells don't say that they are legacy"
    );
    let cells =
        page.evaluate("document.querySelectorAll('.overview td[data-legacy]').length")?;
    ensure!(cells.as_u64() > Some(0), "no cell is legacy");
    Ok(())
}

pub(crate) fn names_are_text(pages: &Pages, page: &mut Page) -> Result<()> {
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

pub(crate) fn it_is_whole_without_scripts(pages: &Pages, page: &mut Page) -> Result<()> {
    page.command(
        "Emulation.setScriptExecutionDisabled",
        &json!({"value": true}),
    )?;
    page.load(&pages.recorded)?;
    // The tests may still ask; the page's own script has not run.
    let asked = page.evaluate(
        "[...document.querySelectorAll('form.choose, .stretch, .take')].every(f => f.hidden)",
    )?;
    ensure!(asked == true, "choices are offered that do nothing");
    for model in pages.models() {
        let name = model["name"].as_str().context("a name")?;
        let section = format!("document.getElementById('{name}')");
        let lines = page.evaluate(&format!(
            "{section}.querySelectorAll('.diff tbody tr').length"
        ))?;
        ensure!(lines.as_u64() > Some(20), "{name}: {lines} lines of code");
        // What can be taken home stands where every file does.
        let taken = page.evaluate(&format!(
            "{section}.querySelectorAll('details .taken').length"
        ))?;
        let rows = model["rows"].as_array().into_iter().flatten();
        let lessons = rows.filter(|row| {
            let text = row["source"]["text"].as_str().unwrap_or_default();
            text.contains("\n// The lesson")
        });
        ensure!(taken == lessons.count(), "{name}: {taken} lessons");
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

pub(crate) fn it_prints(_: &Pages, page: &mut Page) -> Result<()> {
    let printed = page.command("Page.printToPDF", &json!({"printBackground": true}))?;
    let size = printed["data"].as_str().map_or(0, str::len);
    ensure!(size > 50_000, "{size} characters of PDF");
    page.command("Emulation.setEmulatedMedia", &json!({"media": "print"}))?;
    let shown = page.evaluate(
        "[...document.querySelectorAll('.choose, .stretch, .take, nav')].some(e => e.offsetHeight > 0)",
    )?;
    ensure!(shown == false, "what can't be used on paper is printed");
    Ok(())
}
