//! What of Markdown the tests look at.

use std::collections::BTreeSet;

/// A block of code.
#[derive(Debug)]
pub(crate) struct Block {
    /// The line on which it begins, from 1.
    pub(crate) line: usize,
    /// What stands behind the fence: `rust,ignore`.
    pub(crate) kind: String,
    pub(crate) text: String,
}

/// The blocks of a page, and its other lines with their numbers.
pub(crate) fn blocks(text: &str) -> (Vec<Block>, Vec<(usize, &str)>) {
    let (mut blocks, mut prose) = (Vec::new(), Vec::new());
    let mut open: Option<(&str, Block)> = None;
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        let ticks = trimmed.len() - trimmed.trim_start_matches('`').len();
        if let Some((fence, mut block)) = open.take() {
            if trimmed == fence {
                blocks.push(block);
            } else {
                block.text += line;
                block.text += "\n";
                open = Some((fence, block));
            }
        } else if ticks >= 3 {
            let (fence, kind) = trimmed.split_at(ticks);
            let block = Block {
                line: index + 1,
                kind: kind.trim().to_owned(),
                text: String::new(),
            };
            open = Some((fence, block));
        } else {
            prose.push((index + 1, line));
        }
    }
    (blocks, prose)
}

/// The targets of all links and pictures, those in code left out.
pub(crate) fn links(text: &str) -> Vec<String> {
    let (_, prose) = blocks(text);
    let mut links = Vec::new();
    for (_, line) in prose {
        // Every second part stands between backquotes; a link's text may be code, too.
        let line = line.replace("`]", "]").replace("[`", "[");
        let plain: String = line.split('`').step_by(2).collect();
        for part in plain.split("](").skip(1) {
            if let Some((target, _)) = part.split_once(')') {
                links.push(target.to_owned());
            }
        }
    }
    links
}

/// The anchors of a page's headings, as mdBook and GitHub make them.
pub(crate) fn anchors(text: &str) -> BTreeSet<String> {
    let (_, prose) = blocks(text);
    let titles = prose.iter().filter_map(|(_, line)| {
        let title = line.trim_start_matches('#');
        (title.len() < line.len()).then_some(title.trim())
    });
    let mut anchors = BTreeSet::new();
    for title in titles {
        let kept = title.chars().filter_map(|c| match c {
            c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c),
            c if c.is_whitespace() => Some('-'),
            _ => None,
        });
        let anchor = kept.collect::<String>().to_lowercase();
        let again = (1..).map(|nth| format!("{anchor}-{nth}"));
        let mut all = std::iter::once(anchor.clone()).chain(again);
        all.find(|anchor| anchors.insert(anchor.clone()));
    }
    anchors
}

/// How many words a reader has before them, code included, tables and comments left out.
pub(crate) fn words_outside_tables(text: &str) -> usize {
    let lines = text.lines().filter(|line| !line.starts_with('|'));
    let seen = lines.map(|line| {
        let mut parts = line.split("<!--");
        let first = parts.next().unwrap_or_default();
        let rest = parts.filter_map(|part| Some(part.split_once("-->")?.1));
        std::iter::once(first).chain(rest).collect::<String>()
    });
    seen.map(|line| line.split_whitespace().count()).sum()
}

#[test]
fn words_are_counted_as_they_are_seen() {
    let text = "# A title\n\n| a | b |\n<!-- splice: x -->\n\n\
        It took <!--=a/b time-->1.2 ms<!--/--> here.\n\n```\ncargo run\n```\n";
    assert_eq!(words_outside_tables(text), 3 + 5 + 2 + 2);
}

#[test]
fn headings_have_anchors() {
    let text = "# One\n\n```\n# no\n```\n\n## What goes wrong, with `x_y`\n\n## One\n";
    let anchors = anchors(text);
    let all: Vec<&str> = anchors.iter().map(String::as_str).collect();
    assert_eq!(all, ["one", "one-1", "what-goes-wrong-with-x_y"]);
    let text = "[a](b.md#c) `[no](d)` [`e`](f) ![g](h.svg)\n";
    assert_eq!(links(text), ["b.md#c", "f", "h.svg"]);
}
