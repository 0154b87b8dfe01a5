//! A source, cut where a reader would: its description, the code that calls the lesson,
//! the lesson, and each of these into its items.

use test_fixtures::{Lesson, unknown};

use super::line::Line;
use crate::taken::HEADING;

/// A source in its sections. Their lines make up the whole.
#[derive(Debug)]
pub struct Cut<'a> {
    pub(super) header: Vec<Line<'a>>,
    pub(super) adapter: Vec<Item<'a>>,
    pub(super) lesson: Vec<Item<'a>>,
}

/// An item: a function with its comment, or imports.
#[derive(Debug)]
pub(super) struct Item<'a> {
    /// What it is known by: `fn at_most`.
    pub(super) name: String,
    pub(super) lines: Vec<Line<'a>>,
}

/// The sections of a text.
#[derive(Debug, PartialEq, Eq)]
pub struct Sections<'a> {
    /// The file's description of itself.
    pub header: &'a str,
    /// With the marker; empty where all is lesson.
    pub adapter: &'a str,
    /// What can be taken home, or all of a file without a marker.
    pub lesson: &'a str,
}

impl<'a> Sections<'a> {
    /// Cuts a text. One without a lesson is all lesson.
    pub fn of(text: &'a str) -> Self {
        let (header, rest) = text.split_at(header_length(text));
        let lesson = Lesson::of(text).map_or(rest, |lesson| lesson.text);
        Self {
            header,
            adapter: &rest[..rest.len() - lesson.len()],
            lesson,
        }
    }
}

impl<'a> Cut<'a> {
    /// Cuts a text, at whose end stand the files that come with its lesson.
    pub fn of(text: &'a str) -> Self {
        let sections = Sections::of(text);
        Self {
            header: sections.header.lines().map(Line::new).collect(),
            adapter: items(sections.adapter),
            lesson: items(sections.lesson),
        }
    }

    /// With these items of the lesson alone, by the names that they are known by.
    pub(crate) fn only(mut self, names: &[&str]) -> Result<Self, String> {
        let known: Vec<String> = self.lesson.iter().map(Item::title).collect();
        if let Some(name) = names
            .iter()
            .find(|name| !known.iter().any(|one| one == *name))
        {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            return Err(unknown("the lesson has no", name, &known).to_string());
        }
        self.lesson.retain(|item| names.contains(&&*item.title()));
        Ok(self)
    }

    /// The lines of the lesson.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &'a str> {
        let lines = self.lesson.iter().flat_map(|item| &item.lines);
        lines.map(|line| line.text)
    }
}

impl Item<'_> {
    /// `fn at_most`; of a file that comes along `queue.rs fn feed`.
    fn title(&self) -> String {
        self.name.trim_start().to_owned()
    }
}

/// The length of the description at the start of a file, with the empty lines behind it.
fn header_length(text: &str) -> usize {
    let is_rust = text.starts_with("//!");
    let mut is_open = text.starts_with("\"\"\"");
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        let belongs = match is_rust {
            true => line.starts_with("//!"),
            false => is_open,
        };
        if !belongs && (length == 0 || !line.trim().is_empty()) {
            break;
        }
        let quotes = line.matches("\"\"\"").count() - usize::from(length == 0 && is_open);
        is_open &= quotes == 0;
        length += line.len();
    }
    length
}

/// An item begins in the first column, behind an empty line.
fn items(text: &str) -> Vec<Item<'_>> {
    let mut items: Vec<Item<'_>> = Vec::new();
    let mut file = "";
    let mut is_behind_gap = true;
    for line in text.lines() {
        let begins = line.starts_with(|c: char| !c.is_whitespace() && !"})]".contains(c));
        let heading = line.strip_prefix(HEADING);
        // A remark without an item belongs to the next.
        let is_whole = items.last().is_none_or(|item| !item.name.is_empty());
        if items.is_empty() || heading.is_some() || begins && is_behind_gap && is_whole {
            file = heading.unwrap_or(file);
            items.push(Item {
                name: String::new(),
                lines: Vec::new(),
            });
        }
        if let Some(item) = items.last_mut() {
            if let (true, true, Some(name)) = (begins, item.name.is_empty(), name(line)) {
                item.name = format!("{file} {name}");
            }
            item.lines.push(Line::new(line));
        }
        is_behind_gap = line.is_empty();
    }
    items
}

/// What the item is known by that this line begins; none of a remark or an attribute.
fn name(line: &str) -> Option<String> {
    if line.starts_with("//") || line.starts_with(['#', '@']) {
        return None;
    }
    let modifiers = match line.contains("fn ") || line.contains("def ") {
        true => &["pub", "async", "unsafe", "const"][..],
        false => &["pub"],
    };
    let mut words = line.split(' ').peekable();
    while words.next_if(|word| modifiers.contains(word)).is_some() {}
    let kind = words.next()?;
    let of = match kind {
        "use" | "import" | "from" => return Some("imports".to_owned()),
        // Whatever it is generic over, it is of this type.
        _ if kind.starts_with("impl") => {
            let of = line.split_once(" for ").or(line.split_once("> "));
            let of = of.or(line.split_once(' '));
            return Some(format!("impl {}", identifier(of?.1)));
        }
        _ => words.next().unwrap_or_default(),
    };
    Some(format!("{kind} {}", identifier(of)))
}

fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_');
    &text[..end.unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "//! A.\n//! More.\n\nuse ours;\n\nfn run() {}\n\n// The lesson: below.\n\n\
        use ring;\n\n/// Says.\n#[must_use]\npub async fn at_most<I>(\n    a: I,\n) {\n\n    b\n}\n";

    #[test]
    fn a_source_is_cut_where_a_reader_would() {
        let sections = Sections::of(TEXT);
        assert_eq!(sections.header, "//! A.\n//! More.\n\n");
        assert!(sections.adapter.starts_with("use ours"));
        assert!(sections.adapter.ends_with("// The lesson: below.\n\n"));
        assert!(sections.lesson.starts_with("use ring"));
        let all = [sections.header, sections.adapter, sections.lesson];
        assert_eq!(all.concat(), TEXT);
        let python = "\"\"\"Says.\n\nMore.\n\"\"\"\n\nimport a\n\ndef f():\n    pass\n";
        let sections = Sections::of(python);
        assert_eq!(sections.header, "\"\"\"Says.\n\nMore.\n\"\"\"\n\n");
        assert_eq!((sections.adapter, &sections.lesson[..8]), ("", "import a"));
        assert_eq!(Sections::of("\"\"\"One.\"\"\"\nx = 1\n").lesson, "x = 1\n");
        assert_eq!(Sections::of("x = 1\n").header, "");
    }

    #[test]
    fn items_have_names() {
        let cut = Cut::of(TEXT);
        let names = |items: &[Item<'_>]| -> Vec<String> {
            items.iter().map(|item| item.name.clone()).collect()
        };
        assert_eq!(names(&cut.lesson), [" imports", " fn at_most"]);
        let lines: usize = cut.lesson.iter().map(|item| item.lines.len()).sum();
        assert_eq!(lines, Sections::of(TEXT).lesson.lines().count());
        for (line, known) in [
            ("const LIMIT: usize = 1;", "const LIMIT"),
            ("pub const fn new() -> Self {", "fn new"),
            ("impl<T: Send> Drop for Guard<'_, T> {", "impl Guard"),
            ("impl Ring {", "impl Ring"),
            ("async def fetch(url):", "def fetch"),
            ("impl<T> Ring<T> {", "impl Ring"),
            ("pub mod ring;", "mod ring"),
        ] {
            assert_eq!(name(line).as_deref(), Some(known), "{line}");
        }
        assert_eq!(name("# A remark."), None);
    }

    /// One name in two files is two items.
    #[test]
    fn a_file_that_comes_along_has_items_of_its_own() {
        let cut = Cut::of("fn f() {}\n\n// ---- ring.rs\n//! A ring.\n\nfn f() {}\n");
        let names: Vec<_> = cut.lesson.iter().map(|item| &*item.name).collect();
        assert_eq!(names, [" fn f", "ring.rs fn f"]);
        assert_eq!(cut.lesson[1].lines.len(), 4);
    }
}
