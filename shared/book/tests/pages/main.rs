//! The book's pages and what they name.

mod chapters;
mod markdown;
mod numbers;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use markdown::{anchors, blocks, links};

fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().expect("the workspace is there")
}

/// Every page of the book, by its place below `docs/src`, with its text.
fn pages() -> Vec<(String, String)> {
    let book = root().join("docs/src");
    let mut pages = Vec::new();
    let mut folders = vec![book.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of pages") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "md") {
                let name = path.strip_prefix(&book).expect("below the book");
                let text = fs::read_to_string(&path).expect("a page");
                pages.push((name.display().to_string(), text));
            }
        }
    }
    pages.sort();
    pages
}

/// A page with a Rust block that no test compiles would go stale unseen.
#[test]
fn every_page_with_rust_is_compiled() {
    let compiled = include_str!("../../src/lib.rs");
    for (page, text) in pages() {
        let has_rust = text.lines().any(|line| line.trim_start() == "```rust");
        let is_compiled = compiled.contains(&format!("\"../../../docs/src/{page}\""));
        assert!(
            !has_rust || is_compiled,
            "{page} has Rust, and is not in shared/book/src/lib.rs"
        );
    }
}

/// What is shown and not compiled is of a source that is: each of its lines stands there.
#[test]
fn code_that_is_not_compiled_stands_in_a_source() {
    let squeezed = |text: &str| text.replace(char::is_whitespace, "");
    let sources: String = ["crates", "shared"]
        .into_iter()
        .flat_map(|folder| sources(&root().join(folder)))
        .map(|source| squeezed(&source))
        .collect();
    let mut seen = 0;
    for (page, text) in pages() {
        let (blocks, _) = blocks(&text);
        let shown = blocks.iter().filter(|block| {
            // `splice --check` holds the lessons, included files are sources, and the
            // test of taken-home named `alone` runs what needs a package of its own.
            let above = text.lines().nth(block.line.saturating_sub(3));
            block.kind == "rust,ignore"
                && !above.is_some_and(|line| line.starts_with("<!-- splice: "))
                && !block.text.starts_with("{{#include")
                && !block.text.starts_with("// Cargo.toml:")
        });
        for block in shown {
            for line in block.text.lines() {
                let line = squeezed(line);
                // A row goes on in its source, and a call there has a line for each part.
                let line = line.trim_end_matches([';', ',', ')']);
                let at = block.line;
                assert!(
                    sources.contains(line),
                    "{page}:{at}: {line:?} is in no source"
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 10, "only {seen} lines");
}

/// The Rust of all folders named `src` below this one.
fn sources(folder: &Path) -> Vec<String> {
    let mut sources = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let is_source = path.components().any(|part| part.as_os_str() == "src");
            if path.is_dir() {
                folders.push(path);
            } else if is_source && path.extension().is_some_and(|kind| kind == "rs") {
                sources.push(fs::read_to_string(&path).expect("a source"));
            }
        }
    }
    sources
}

/// A page that the summary lacks is in no menu, and mdBook does not make it.
#[test]
fn the_summary_has_every_page_once() {
    let pages = pages();
    let summary = pages.iter().find(|(page, _)| page == "SUMMARY.md");
    let (_, summary) = summary.expect("there is a summary");
    let named = links(summary);
    let mut seen = BTreeSet::new();
    for name in &named {
        assert!(seen.insert(name), "SUMMARY.md has {name} twice");
        assert!(
            pages.iter().any(|(page, _)| page == name),
            "SUMMARY.md has {name}, which is not there"
        );
    }
    for (page, _) in pages.iter().filter(|(page, _)| page != "SUMMARY.md") {
        assert!(seen.contains(page), "SUMMARY.md lacks {page}");
    }
}

/// Links within the workspace lead to a file, and to a heading in it.
#[test]
fn every_link_leads_somewhere() {
    let root = root();
    let mut documents: Vec<(PathBuf, String)> = pages()
        .into_iter()
        .map(|(page, text)| (root.join("docs/src").join(page), text))
        .collect();
    for folder in fs::read_dir(root.join("crates")).expect("the models") {
        let readme = folder.expect("a model").path().join("README.md");
        let text = fs::read_to_string(&readme).expect("a README");
        documents.push((readme, text));
    }
    let mut wrong = Vec::new();
    for (document, text) in &documents {
        let folder = document.parent().expect("a folder");
        let here = document.strip_prefix(&root).expect("below the workspace");
        for included in text.split("{{#include ").skip(1) {
            let named = included.split_once("}}").map_or("", |(named, _)| named);
            let (path, part) = named.split_once(':').unwrap_or((named, ""));
            let text = fs::read_to_string(folder.join(path));
            let has_part = |text: &String| {
                part.is_empty() || text.contains(&format!("ANCHOR: {part}\n"))
            };
            if !text.as_ref().is_ok_and(has_part) {
                wrong.push(format!("{}: {named} is not there", here.display()));
            }
        }
        for link in links(text) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = match path {
                "" => document.clone(),
                path => folder.join(path),
            };
            let Ok(target) = target.canonicalize() else {
                wrong.push(format!("{}: {link} is not there", here.display()));
                continue;
            };
            if anchor.is_empty() {
                continue;
            }
            let there = fs::read_to_string(&target).unwrap_or_default();
            if !anchors(&there).contains(anchor) {
                wrong.push(format!("{}: {link} has no such heading", here.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
