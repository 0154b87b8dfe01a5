//! The site: its links, and what a reader sees, finds, copies and reaches by keys.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, OnceLock},
};

use anyhow::{Context, Result, ensure};
use libtest_mimic::{Failed, Trial};
use measure::statistics::{Estimate, Verdict, verdict};
use serde_json::{Value, json};
use test_fixtures::temporary::TemporaryDir;

use crate::{
    browser::{Page, find_any},
    quiet,
    reading::tab_to,
    skipped,
};

type Test = fn(&Site, &Path) -> Result<()>;

pub(crate) const TESTS: &[(&str, Test)] = &[
    ("links_of_the_site_lead_somewhere", links_lead_somewhere),
    ("the_site_is_readable", it_is_readable),
    ("keys_are_enough_for_the_site", keys_are_enough),
    ("search_of_the_site_finds", search_finds),
    ("code_of_the_site_is_copied", code_is_copied),
    ("kept_results_are_explored", results_are_explored),
];

const READABLE: &str = include_str!("readable.js");
/// Every kept job, chosen in the form: its rows with their verdicts, at each size.
const EXPLORED: &str = include_str!("explored.js");
/// Pages of sources are all alike, so that some are enough.
const SOURCES: usize = 3;

/// A trial for each test. The first that runs makes the site.
pub(crate) fn trials(program: &Path) -> Vec<Trial> {
    let tools =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/ci-tools/bin/mdbook");
    if find_any("INTERLEAVE_MDBOOK", &["mdbook"]).is_none() && !tools.is_file() {
        let why = "no mdbook; install it, or name it in INTERLEAVE_MDBOOK";
        return TESTS.iter().map(|(name, _)| skipped(name, why)).collect();
    }
    let site = Arc::new(OnceLock::new());
    let trial = |(name, test): &(&str, Test)| {
        let (site, program, test) = (Arc::clone(&site), program.to_owned(), *test);
        Trial::test(*name, move || {
            let site =
                site.get_or_init(|| Site::make().map_err(|error| format!("{error:#}")));
            let site = site.as_ref().map_err(|why| Failed::from(why.clone()))?;
            test(site, &program).map_err(|error| Failed::from(format!("{error:#}")))
        })
    };
    TESTS.iter().map(trial).collect()
}

/// A site in a directory of its own.
pub(crate) struct Site {
    _directory: TemporaryDir,
    root: PathBuf,
    /// The text of each page, by its path from the top.
    pages: BTreeMap<PathBuf, String>,
    /// Whether all was well when it was made, and what was said.
    told: (bool, String),
}

impl Site {
    fn make() -> Result<Self> {
        let directory = TemporaryDir::new()?;
        let root = directory.path().join("site");
        let results = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/results.json");
        let made = Command::new(env!("CARGO_BIN_EXE_compare"))
            .args(["site", "--report", results, "--out"])
            .arg(&root)
            .output()?;
        let told = String::from_utf8_lossy(&made.stderr).into_owned();
        ensure!(root.join("index.html").is_file(), "{told}");
        let mut pages = BTreeMap::new();
        for path in files(&root)? {
            if path.extension().is_some_and(|kind| kind == "html") {
                let text = fs::read_to_string(root.join(&path))?;
                pages.insert(path, text);
            }
        }
        Ok(Self {
            root: root.canonicalize()?,
            pages,
            told: (made.status.success(), told),
            _directory: directory,
        })
    }

    fn address(&self, page: &Path) -> String {
        format!("file://{}", self.root.join(page).display())
    }

    /// The chapters of the book.
    fn chapters(&self) -> impl Iterator<Item = &Path> {
        let is_chapter = |text: &str| text.contains("id=\"mdbook-content\"");
        let pages = self.pages.iter();
        pages
            .filter(move |(_, text)| is_chapter(text))
            .map(|(path, _)| &**path)
    }

    /// Some pages of sources: those with the longest text, and one of a folder.
    fn sources(&self) -> Vec<&Path> {
        let mut sources: Vec<_> = self
            .pages
            .iter()
            .filter(|(path, _)| {
                path.starts_with("crates") && !path.ends_with("README.html")
            })
            .collect();
        sources.sort_by_key(|(_, text)| std::cmp::Reverse(text.len()));
        sources
            .into_iter()
            .map(|(path, _)| &**path)
            .take(SOURCES)
            .collect()
    }
}

/// All files below a folder, as paths from it.
fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = vec![root.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            match path.is_dir() {
                true => folders.push(path),
                false => found.push(path.strip_prefix(root)?.to_owned()),
            }
        }
    }
    Ok(found)
}

/// Tags with their names and attributes. What is in scripts and styles is none.
fn tags(page: &str) -> Vec<(&str, Vec<(&str, &str)>)> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let name_ends = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        let (name, behind) = rest.split_at(name_ends.unwrap_or(rest.len()));
        if name.is_empty() {
            continue;
        }
        let mut attributes = Vec::new();
        rest = behind;
        loop {
            rest = rest.trim_start();
            let Some(end) = rest.find(['=', '>', ' ', '\n']) else {
                break;
            };
            let (attribute, behind) = rest.split_at(end);
            if let Some(quoted) = behind.strip_prefix("=\"") {
                let (value, behind) = quoted.split_once('"').unwrap_or((quoted, ""));
                attributes.push((attribute, value));
                rest = behind;
            } else if let Some(behind) = behind.strip_prefix('>') {
                rest = behind;
                break;
            } else {
                rest = &behind[1..];
            }
        }
        tags.push((name, attributes));
        if name == "script" || name == "style" {
            let end = format!("</{name}");
            rest = rest.split_once(&*end).map_or("", |(_, behind)| behind);
        }
    }
    tags
}

/// Each address in each page leads to a page of the site and a place in it, and none that a
/// browser loads by itself leads out of it.
fn links_lead_somewhere(site: &Site, _: &Path) -> Result<()> {
    let (is_well, told) = &site.told;
    ensure!(*is_well && told.is_empty(), "{told}");
    let mut broken = Vec::new();
    let (mut to_places, mut to_sources) = (0, 0);
    let tags: BTreeMap<&Path, _> = site
        .pages
        .iter()
        .map(|(path, text)| (&**path, tags(text)))
        .collect();
    let ids = |path: &Path| -> BTreeSet<&str> {
        let attributes = tags
            .get(path)
            .into_iter()
            .flatten()
            .flat_map(|(_, all)| all);
        let ids = attributes.filter(|(name, _)| matches!(*name, "id" | "name"));
        ids.map(|(_, value)| *value).collect()
    };
    let ids: BTreeMap<&Path, _> = tags.keys().map(|path| (*path, ids(path))).collect();
    let mut found = BTreeSet::new();
    for (path, tags) in &tags {
        for (tag, attributes) in tags {
            for (name, address) in attributes {
                if !matches!(
                    *name,
                    "href" | "src" | "data" | "poster" | "action" | "srcset"
                ) {
                    continue;
                }
                let is_loaded = *tag != "a";
                if address.starts_with("data:")
                    || (address.starts_with("https://") && !is_loaded)
                {
                    continue;
                }
                let (to, place) = address.split_once('#').unwrap_or((address, ""));
                let to = match to {
                    "" => path.to_path_buf(),
                    to => site.root.join(path).with_file_name(to),
                };
                let to = to.canonicalize().unwrap_or(to);
                let to = to.strip_prefix(&site.root).unwrap_or(&to);
                found.insert(to.to_owned());
                let is_place = place.is_empty()
                    || ids.get(to).is_some_and(|ids| ids.contains(place))
                    // A script reads it.
                    || (to.ends_with("results.html") && place.starts_with("job="))
                    || (to.ends_with("comparison.html") && place.contains(".."));
                if !site.root.join(to).is_file() || !is_place {
                    broken.push(format!("{}: {address}", path.display()));
                }
                to_places += usize::from(!place.is_empty());
                to_sources += usize::from(address.contains(".rs.html"));
            }
        }
    }
    ensure!(broken.is_empty(), "{}", broken.join("\n"));
    ensure!(to_places > 0 && to_sources > 0, "the pages have no links");
    // No page stands there that no other leads to.
    for path in site.pages.keys() {
        let is_entry = matches!(path.to_str(), Some("index.html" | "toc.html"));
        ensure!(
            is_entry || found.contains(path),
            "nothing leads to {}",
            path.display()
        );
    }
    for path in files(&site.root)? {
        let is_style = path.extension().is_some_and(|kind| kind == "css");
        if !is_style {
            continue;
        }
        let text = fs::read_to_string(site.root.join(&path))?;
        for loaded in text.split("url(").skip(1) {
            let address = loaded.split(')').next().unwrap_or_default();
            let address = address.trim_matches(['\'', '"']);
            let is_there = site.root.join(&path).with_file_name(address).is_file();
            ensure!(
                address.starts_with("data:") || is_there,
                "{}: {address}",
                path.display()
            );
        }
        ensure!(!text.contains("@import"), "{}", path.display());
    }
    Ok(())
}

/// What the reader's system asks for: a dark page, or a light one.
fn prefer(page: &mut Page, scheme: &str) -> Result<()> {
    let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
    page.command("Emulation.setEmulatedMedia", &json!({"features": features}))?;
    Ok(())
}

/// Types text where the focus is.
fn write(page: &mut Page, text: &str) -> Result<()> {
    for key in text.chars() {
        let key = key.to_string();
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { &*key } else { "" };
            let event = json!({"type": kind, "key": key, "text": text});
            page.command("Input.dispatchKeyEvent", &event)?;
        }
    }
    Ok(())
}

/// The browser reported nothing, and asked for files of the site alone.
fn is_by_itself(site: &Site, page: &Page) -> Result<()> {
    quiet(page)?;
    let own = format!("file://{}/", site.root.display());
    for request in page.told("Network.requestWillBeSent") {
        let address = request["request"]["url"].as_str().unwrap_or_default();
        ensure!(
            address.starts_with(&own) || address.starts_with("data:"),
            "{address}"
        );
    }
    Ok(())
}

/// On a narrow screen no page is wider than it, and in both schemes the text stands out.
fn it_is_readable(site: &Site, program: &Path) -> Result<()> {
    let mut page = Page::new(program, 390)?;
    let mut found = Vec::new();
    let report = Path::new("comparison.html");
    for path in site.chapters().chain(site.sources()).chain([report]) {
        prefer(&mut page, "light")?;
        page.open(&site.address(path))?;
        for scheme in ["light", "dark"] {
            prefer(&mut page, scheme)?;
            // A chapter's script has seen the change, and code has its style, which is read
            // when it is needed first.
            let theme = if scheme == "dark" { "navy" } else { "light" };
            page.wait(&format!(
                "(!document.getElementById('mdbook-content') \
                 || document.documentElement.classList.contains('{theme}')) && \
                 [...document.querySelectorAll('link[rel=stylesheet]')] \
                 .every(link => link.disabled || link.sheet)"
            ))?;
            let told = page.evaluate(READABLE)?;
            let told: BTreeSet<String> = serde_json::from_value(told)?;
            found.extend(
                told.iter()
                    .map(|one| format!("{} {scheme}: {one}", path.display())),
            );
        }
        is_by_itself(site, &page).with_context(|| path.display().to_string())?;
    }
    ensure!(found.is_empty(), "{}", found.join("\n"));
    // Wide, the list of chapters stands beside the page.
    page.resize(1280)?;
    for scheme in ["light", "dark"] {
        prefer(&mut page, scheme)?;
        page.open(&site.address(Path::new("index.html")))?;
        let list =
            "document.getElementById('mdbook-sidebar').getBoundingClientRect().right > 0";
        ensure!(page.evaluate(list)? == true, "there is no list of chapters");
        let told = page.evaluate(READABLE)?;
        ensure!(told == json!([]), "{scheme}: {told}");
    }
    Ok(())
}

/// A page with code that can be copied.
fn with_code(site: &Site) -> Result<&Path> {
    let mut pages = site.chapters();
    pages
        .find(|path| site.pages[*path].contains("<pre><code"))
        .context("no page has code")
}

fn keys_are_enough(site: &Site, program: &Path) -> Result<()> {
    let mut page = Page::new(program, 1280)?;
    page.open(&site.address(with_code(site)?))?;
    for target in [
        "e.closest('#mdbook-sidebar') && e.matches('.chapter-item a')",
        "e.id === 'mdbook-sidebar-toggle'",
        "e.id === 'mdbook-theme-toggle'",
        "e.id === 'mdbook-search-toggle'",
        "e.matches('main .clip-button')",
    ] {
        let is_there = format!("(e => Boolean({target}))(document.activeElement)");
        tab_to(&mut page, &is_there)?;
    }
    page.wait("getComputedStyle(document.activeElement.parentElement).opacity === '1'")?;
    // Where it is narrow, the list is hidden until it is asked for.
    page.resize(390)?;
    page.open(&site.address(Path::new("index.html")))?;
    let list = "document.getElementById('mdbook-sidebar')";
    let is_shown = format!("{list}.getBoundingClientRect().right > 100");
    ensure!(
        page.evaluate(&is_shown)? == false,
        "the list hides the page"
    );
    tab_to(
        &mut page,
        "document.activeElement.id === 'mdbook-sidebar-toggle'",
    )?;
    page.press("Enter")?;
    page.wait(&is_shown)?;
    ensure!(
        page.evaluate(&format!("{list}.contains(document.activeElement)"))? == true,
        "the focus is not in the list"
    );
    let before = page.evaluate("location.pathname")?;
    let other = "document.activeElement.matches('.chapter-item a:not(.active):not([href*=\"#\"])')";
    tab_to(&mut page, other)?;
    page.press("Enter")?;
    page.wait(&format!("location.pathname !== {before}"))?;
    is_by_itself(site, &page)
}

/// A word of a page is found, and leads there by keys alone.
fn search_finds(site: &Site, program: &Path) -> Result<()> {
    let mut page = Page::new(program, 390)?;
    for word in ["JetStream", "asyncio.Semaphore"] {
        page.open(&site.address(Path::new("index.html")))?;
        write(&mut page, "/")?;
        page.wait("document.activeElement?.id === 'mdbook-searchbar'")?;
        write(&mut page, word)?;
        page.wait("document.querySelectorAll('#mdbook-searchresults li').length > 0")?;
        let told = page.evaluate(READABLE)?;
        ensure!(told == json!([]), "{told}");
        page.press("Enter")?;
        page.wait("!location.pathname.endsWith('index.html')")?;
        page.wait("performance.getEntriesByType('navigation')[0].loadEventEnd > 0")?;
        let text = page.evaluate("document.querySelector('main').textContent")?;
        let text = text.as_str().unwrap_or_default();
        ensure!(text.contains(word), "{word} is not where it was found");
    }
    is_by_itself(site, &page)
}

/// What a button copies is what a reader pastes: the code as it is shown.
fn code_is_copied(site: &Site, program: &Path) -> Result<()> {
    let mut page = Page::new(program, 1280)?;
    let source = site.sources();
    let source = source.first().context("no page of a source")?;
    let both = [
        (with_code(site)?, "main pre > code", "main pre .clip-button"),
        (*source, "#text code", "#copy"),
    ];
    for (path, code, button) in both {
        page.open(&site.address(path))?;
        let shown =
            page.evaluate(&format!("document.querySelector('{code}').innerText"))?;
        page.click(&format!("document.querySelector('{button}')"))?;
        page.evaluate(
            "document.body.append(document.createElement('textarea')), \
             document.querySelector('body > textarea').focus()",
        )?;
        let paste = json!({"type": "keyDown", "key": "v", "commands": ["paste"]});
        page.command("Input.dispatchKeyEvent", &paste)?;
        page.wait("document.querySelector('body > textarea').value !== ''")?;
        let pasted = page.evaluate("document.querySelector('body > textarea').value")?;
        let text = |value: &Value| value.as_str().unwrap_or_default().trim().to_owned();
        ensure!(text(&pasted) == text(&shown), "{pasted} of {shown}");
        is_by_itself(site, &page)?;
    }
    Ok(())
}

/// Names with their verdicts against the reference, and against the last row, at a size.
fn verdicts(size: &Value) -> [Vec<[String; 2]>; 2] {
    let all = size["rows"].as_array().into_iter().flatten();
    let is_control = |row: &Value| row["kind"] == "control";
    let last = all.clone().rfind(|row| !is_control(row));
    let of_last = |(place, row): (usize, &Value)| -> Option<Verdict> {
        let figures = last?["above"].get(place)?.as_array()?.iter();
        let figures: Option<Vec<f64>> = figures.map(Value::as_f64).collect();
        let figures: Vec<f64> = figures?.iter().map(|figure| 1.0 / figure).collect();
        let ratio = Estimate {
            median: *figures.first()?,
            interval: figures.get(2).copied().zip(figures.get(1).copied()),
        };
        (!is_control(row)).then(|| verdict(&ratio, size["resolution"].as_f64()))
    };
    let named = |row: &Value, word: Option<String>| {
        let name = row["name"].as_str().unwrap_or_default().to_owned();
        [name, word.unwrap_or_default().replace("unknown", "?")]
    };
    let rows = all.enumerate().filter(|(_, row)| !is_control(row));
    let kept = |row: &Value| row["verdict"].as_str().map(str::to_owned);
    let computed = |place| Some(json!(of_last(place)?).as_str()?.to_owned());
    [
        rows.clone().map(|(_, row)| named(row, kept(row))).collect(),
        rows.map(|place| named(place.1, computed(place))).collect(),
    ]
}

/// What the page says of two rows is what the kept results say.
fn results_are_explored(site: &Site, program: &Path) -> Result<()> {
    let mut page = Page::new(program, 390)?;
    let address = site.address(Path::new("results.html"));
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/results");
    page.open(&address)?;
    let shown = page.evaluate(EXPLORED)?;
    for path in files(&kept)? {
        // Below it are timelines.
        let is_kept = path.extension().is_some_and(|kind| kind == "json")
            && path.components().count() == 1;
        if !is_kept {
            continue;
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(kept.join(&path))?;
        let results: Value = serde_json::from_str(&text)?;
        let sizes = results["sizes"].as_array().context("sizes")?;
        let due = json!(sizes.iter().map(verdicts).collect::<Vec<_>>());
        let shown = &shown["rows"][&*name];
        ensure!(*shown == due, "{name}: {shown} is not {due}");
    }
    let crossings = shown["crossings"].as_u64();
    ensure!(crossings > Some(0), "no crossing is shown");

    // By keys: another model, its first job, and two of its rows.
    page.open(&address)?;
    tab_to(&mut page, "document.activeElement.name === 'model'")?;
    let before = page.evaluate("document.activeElement.value")?;
    page.press("ArrowDown")?;
    page.wait(&format!("document.activeElement.value !== {before}"))?;
    tab_to(&mut page, "document.activeElement.name === 'with'")?;
    page.press("ArrowDown")?;
    let with = page.evaluate("document.activeElement.value")?;
    page.wait("document.querySelector('#explorer .ratio').textContent === '× ' + document.activeElement.value")?;
    // The address brings all of it back.
    let address = page.evaluate("location.href")?;
    let table = "document.querySelector('#explorer tbody').innerText";
    let shown = page.evaluate(table)?;
    page.open(address.as_str().context("an address")?)?;
    ensure!(
        page.evaluate(table)? == shown,
        "{address} brings something else back"
    );
    let again = page.evaluate("document.querySelector('#explorer [name=with]').value")?;
    ensure!(again == with, "{again} is not {with}");
    is_by_itself(site, &page)
}
