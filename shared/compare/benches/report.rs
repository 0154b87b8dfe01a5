//! How long the report takes to write and to open, and how large it is.
//!
//! The recorded results' four models are copied to ten, with 10,000 spans among them.
//! `cargo bench -p compare --bench report` prints medians of five.

#[path = "../tests/browser/browser.rs"]
mod browser;

use std::{fs, process::Command, time::Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use browser::Page;

const RECORDED: &str = include_str!("../tests/data/results.json");
const MODELS: usize = 10;
const SPANS: usize = 10_000;
const TIMES: usize = 5;

fn main() -> Result<()> {
    let directory = tempfile::tempdir()?;
    let from = directory.path().join("results.json");
    let to = directory.path().join("report.html");
    let (results, spans) = large(serde_json::from_str(RECORDED)?);
    fs::write(&from, results.to_string())?;
    let mut written = Vec::new();
    for _ in 0..TIMES {
        let clock = Instant::now();
        let status = Command::new(env!("CARGO_BIN_EXE_compare"))
            .arg("report")
            .arg(&from)
            .arg("--out")
            .arg(&to)
            .status();
        ensure!(status?.success(), "the report is not written");
        written.push(clock.elapsed().as_secs_f64() * 1e3);
    }
    let size = fs::metadata(&to)?.len() as f64 / 1e3;
    println!("{MODELS} models, {spans} spans: {size:.0} kB");
    tell("written from results.json", written);
    let Some(program) = browser::find() else {
        println!("opened: no Chromium to open it in");
        return Ok(());
    };
    let mut page = Page::new(&program, 1440)?;
    let [mut opened, mut chosen] = [Vec::new(), Vec::new()];
    for _ in 0..TIMES {
        page.open(&format!("file://{}", to.display()))?;
        page.wait("performance.getEntriesByName('ready').length > 0")?;
        let ready = "performance.getEntriesByName('ready')[0].startTime";
        opened.push(page.evaluate(ready)?.as_f64().context("a time")?);
        page.click("document.querySelector('[name=left]:checked').closest('label')")?;
        let clock = Instant::now();
        page.press("ArrowDown")?;
        // What the choice changed is laid out before this is answered.
        page.evaluate("document.body.getBoundingClientRect().height")?;
        chosen.push(clock.elapsed().as_secs_f64() * 1e3);
    }
    tell("opened, until the page and its script are ready", opened);
    tell("another pair, from the key to its layout", chosen);
    Ok(())
}

fn tell(what: &str, mut millis: Vec<f64>) {
    millis.sort_unstable_by(f64::total_cmp);
    println!("{what}: {:.0} ms", millis[millis.len() / 2]);
}

/// Results with [`MODELS`] models, by copying the given ones, and about [`SPANS`] spans
/// among them. Returns how many spans there are.
fn large(mut results: Value) -> (Value, usize) {
    let models = results["models"].as_array().cloned().unwrap_or_default();
    let mut models: Vec<Value> = models.into_iter().cycle().take(MODELS).collect();
    let rows = |models: &[Value]| -> usize {
        let rows = models.iter().filter_map(|model| model["rows"].as_array());
        rows.flatten()
            .filter(|row| row.get("timeline").is_some())
            .count()
    };
    let each = SPANS.div_ceil(rows(&models));
    let mut spans = 0;
    for (place, model) in models.iter_mut().enumerate() {
        let name = format!("{}-{place}", model["name"].as_str().unwrap_or_default());
        model["name"] = json!(name);
        for row in model["rows"].as_array_mut().into_iter().flatten() {
            if let Some(bars) = row.pointer_mut("/timeline/bars") {
                let known = bars.as_array().cloned().unwrap_or_default();
                *bars = known.into_iter().cycle().take(each).collect();
                spans += each;
            }
        }
    }
    results["models"] = json!(models);
    (results, spans)
}
