//! The chapters that the site has beyond the files of the book.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// Where the explorer goes, in a page of the book.
const EXPLORER: &str = "<!-- site: explorer -->";
/// Where a link to the report goes.
const REPORT: &str = "<!-- site: report -->";

/// Files and folders of the workspace whose text, or README, becomes a chapter.
const READMES: [&str; 4] = ["README.md", "CONTRIBUTING.md", "crates", "shared"];

/// What mdBook passes to a preprocessor, completed: the book as it is to be rendered.
pub(super) fn completed(
    asked: Value,
    root: &Path,
    explorer: &str,
    report: Option<&str>,
) -> Result<Value> {
    let (_, mut book): (Value, Value) =
        serde_json::from_value(asked).context("not what mdbook passes on")?;
    let items = book["items"]
        .as_array_mut()
        .context("the book has no items: mdbook 0.5 is needed")?;
    let report = match report {
        Some(address) => format!("[The report]({address}) is of the last comparison."),
        None => "No comparison was at hand when this site was made.".to_owned(),
    };
    fill(items, &[(EXPLORER, explorer), (REPORT, &report)]);
    items.push(json!({"PartTitle": "The workspace"}));
    for (name, path) in readmes(root)? {
        let content = fs::read_to_string(root.join(&path))?;
        items.push(chapter(&name, &path, &content));
    }
    Ok(book)
}

/// Replaces marks in all chapters.
fn fill(items: &mut [Value], marks: &[(&str, &str)]) {
    for item in items {
        // Others are titles of parts, and lines between them.
        let Some(chapter) = item.get_mut("Chapter") else {
            continue;
        };
        if let Some(content) = chapter["content"].as_str() {
            let filled = marks
                .iter()
                .fold(content.to_owned(), |content, (mark, text)| {
                    content.replace(mark, text)
                });
            chapter["content"] = filled.into();
        }
        if let Some(below) = chapter["sub_items"].as_array_mut() {
            fill(below, marks);
        }
    }
}

/// The names and paths of what becomes a chapter.
pub(super) fn readmes(root: &Path) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for path in READMES {
        if root.join(path).is_file() {
            let (name, _) = path.split_once('.').unwrap_or((path, ""));
            found.push((name.to_owned(), path.to_owned()));
            continue;
        }
        let mut below = Vec::new();
        for entry in fs::read_dir(root.join(path))? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let path = format!("{path}/{name}/README.md");
            if root.join(&path).is_file() {
                below.push((name, path));
            }
        }
        below.sort();
        found.extend(below);
    }
    Ok(found)
}

fn chapter(name: &str, path: &str, content: &str) -> Value {
    json!({"Chapter": {
        "name": name,
        "content": content,
        "number": null,
        "sub_items": [],
        "path": path,
        "source_path": null,
        "parent_names": [],
    }})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_filled_wherever_a_chapter_stands() {
        let mut inner = chapter("inner", "a/b.md", REPORT);
        inner["Chapter"]["sub_items"] = json!([chapter("innermost", "a/c.md", EXPLORER)]);
        let mut items = [json!("Separator"), json!({"PartTitle": "a part"}), inner];
        let before = items.clone();
        fill(&mut items, &[(EXPLORER, "a form"), (REPORT, "a link")]);
        assert_eq!(items[..2], before[..2]);
        let inner = &items[2]["Chapter"];
        assert_eq!(inner["content"], "a link");
        assert_eq!(inner["sub_items"][0]["Chapter"]["content"], "a form");
    }
}
