//! The pages of the book, read entry by entry. They are in the program, so that it needs
//! no files.
//!
//! An entry is a heading of the second level and a line that says what it is for. Between
//! them may stand words that people ask with, as a comment, which the book does not show.
//! Then come Python's code and a part for each of `LABELS`, which begins with its label in
//! bold.

/// The parts of an entry, in this order.
pub(super) const LABELS: [&str; 5] = ["tokio", "smol", "std", "What differs", HERE];

/// What the words begin with that people ask with.
const KEYWORDS: &str = "<!-- keywords: ";

/// The part with what shows it in this workspace.
const HERE: &str = "Here";

/// A module of Python, and its page.
const PAGES: [(&str, &str); 9] = [
    (
        "asyncio",
        include_str!("../../../../../docs/src/from-python/asyncio.md"),
    ),
    (
        "threading",
        include_str!("../../../../../docs/src/from-python/threading.md"),
    ),
    (
        "concurrent.futures",
        include_str!("../../../../../docs/src/from-python/concurrent-futures.md"),
    ),
    (
        "multiprocessing",
        include_str!("../../../../../docs/src/from-python/multiprocessing.md"),
    ),
    (
        "queue",
        include_str!("../../../../../docs/src/from-python/queue.md"),
    ),
    (
        "contextvars",
        include_str!("../../../../../docs/src/from-python/contextvars.md"),
    ),
    (
        "signal",
        include_str!("../../../../../docs/src/from-python/signal.md"),
    ),
    (
        "subprocess",
        include_str!("../../../../../docs/src/from-python/subprocess.md"),
    ),
    (
        "packages",
        include_str!("../../../../../docs/src/from-python/packages.md"),
    ),
];

/// Something of Python's, and what takes its place.
#[derive(Debug)]
pub(super) struct Entry {
    /// With its module, as Python has it.
    pub(super) name: &'static str,
    pub(super) module: &'static str,
    /// What else people call it, and what they see when they need it.
    pub(super) keywords: String,
    /// What it is for, in a sentence.
    pub(super) summary: String,
    /// Its code.
    pub(super) python: String,
    /// A label of `LABELS`, and what stands under it.
    pub(super) parts: Vec<(&'static str, Vec<Block>)>,
}

/// A piece of a part.
#[derive(Debug)]
pub(super) enum Block {
    /// A paragraph on one line, its links without their targets.
    Prose(String),
    /// Without fences and hidden lines.
    Code(String),
    /// An item of a list.
    Point(String),
    /// A command or a path, and what it shows.
    Shown(String, String),
}

/// All entries of all pages.
pub(super) fn entries() -> Vec<Entry> {
    let of_page = |(module, page): (&'static str, &'static str)| {
        let parts = page.split("\n## ").skip(1);
        parts.map(move |text| entry(module, text))
    };
    PAGES.into_iter().flat_map(of_page).collect()
}

impl Entry {
    /// The name without its module.
    pub(super) fn short(&self) -> &'static str {
        let short = self.name.strip_prefix(self.module);
        short.map_or(self.name, |short| short.trim_start_matches('.'))
    }
}

fn entry(module: &'static str, text: &'static str) -> Entry {
    let (name, rest) = text.split_once('\n').unwrap_or((text, ""));
    let mut entry = Entry {
        name,
        module,
        keywords: String::new(),
        summary: String::new(),
        python: String::new(),
        parts: Vec::new(),
    };
    let mut lines = rest.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let inside = lines.by_ref().take_while(|line| *line != "```");
            let shown = inside.filter(|line| language == "python" || !is_hidden(line));
            let code = shown.collect::<Vec<_>>().join("\n").trim().to_owned();
            match entry.parts.last_mut() {
                Some((_, blocks)) => blocks.push(Block::Code(code)),
                None => entry.python = code,
            }
            continue;
        }
        if line.is_empty() {
            continue;
        }
        if let Some(keywords) = line.strip_prefix(KEYWORDS) {
            entry.keywords = keywords.trim_end_matches("-->").trim_end().to_owned();
            continue;
        }
        let mut paragraph = vec![line];
        paragraph.extend(lines.by_ref().take_while(|line| !line.is_empty()));
        let label = LABELS.into_iter().find_map(|label| {
            let marked = line.strip_prefix("**")?.strip_prefix(label)?;
            Some((label, marked.strip_prefix("**")?))
        });
        if let Some((label, rest)) = label {
            entry.parts.push((label, Vec::new()));
            paragraph[0] = rest.trim_start();
        }
        match entry.parts.last_mut() {
            Some((label, blocks)) => blocks.extend(prose(label, &paragraph)),
            None => entry.summary = without_targets(&paragraph.join(" ")),
        }
    }
    entry
}

/// A line that rustdoc and mdBook hide.
fn is_hidden(line: &str) -> bool {
    line == "#" || line.starts_with("# ")
}

/// A paragraph, or the items of a list.
fn prose(label: &str, lines: &[&str]) -> Vec<Block> {
    let block = |text: &str| {
        let text = without_targets(text);
        let Some(item) = text.strip_prefix("- ") else {
            return Block::Prose(text);
        };
        let shown = item
            .strip_prefix('`')
            .and_then(|item| item.split_once("`: "));
        match shown.filter(|_| label == HERE) {
            Some((shown, what)) => Block::Shown(shown.to_owned(), what.to_owned()),
            None => Block::Point(item.to_owned()),
        }
    };
    match lines[0] {
        "" => Vec::new(),
        first if first.starts_with("- ") => {
            lines.iter().map(|line| block(line)).collect()
        }
        _ => vec![block(&lines.join(" "))],
    }
}

/// The text with `[words](target)` as the words alone.
fn without_targets(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(middle) = rest.find("](") {
        let end = rest[middle..].find(')').map(|end| middle + end);
        let start = rest[..middle].rfind('[');
        let (Some(start), Some(end)) = (start, end) else {
            break;
        };
        plain += &rest[..start];
        plain += &rest[start + 1..middle];
        rest = &rest[end + 1..];
    }
    plain + rest
}
