//! The book's pages and what they name.

use std::{fs, path::Path};

/// A page with a Rust block that no test compiles would go stale unseen.
#[test]
fn every_page_with_rust_is_compiled() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let compiled = include_str!("../src/lib.rs");
    let mut pages = vec![root.join("docs/src")];
    while let Some(path) = pages.pop() {
        if path.is_dir() {
            let within = fs::read_dir(&path).expect("a directory of pages");
            pages.extend(within.map(|entry| entry.expect("an entry").path()));
            continue;
        }
        if path.extension().is_none_or(|kind| kind != "md") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a page");
        let has_rust = text.lines().any(|line| line.trim_start() == "```rust");
        let page = path.strip_prefix(&root).expect("below the workspace");
        let is_compiled = compiled.contains(&format!("\"../../../{}\"", page.display()));
        assert!(
            !has_rust || is_compiled,
            "{} has Rust, and is not in shared/book/src/lib.rs",
            page.display()
        );
    }
}
