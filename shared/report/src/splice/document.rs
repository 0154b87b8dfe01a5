//! Documents with markers in them.
//!
//! A figure stands between `<!--=NAME/ROW FIELD-->` and `<!--/-->`, on one line. A table
//! stands between the lines `<!-- splice: table NAME columns=… -->` and
//! `<!-- end splice -->`, and so do functions and timelines. What stands in code is no marker.

use std::collections::BTreeMap;

use super::{block, figures::Figures, lesson::Found, recorded::Recorded, typed};

const FIGURE: &str = "<!--=";
const END: &str = "<!--/-->";
const BLOCK: &str = "splice:";
const BLOCK_END: &str = "end splice";

/// A document as it should be.
#[derive(Debug, Default)]
pub struct Spliced {
    /// The text, with each figure and table that could be written.
    pub text: String,
    /// Markers whose text was another one, in their order.
    pub changed: Vec<Problem>,
    /// What could not be written.
    pub wrong: Vec<Problem>,
    /// Figures with a unit that no marker stands around, in sections of findings.
    pub typed: Vec<Problem>,
}

/// A line of a document, and what is the matter with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The number of the line, from 1.
    pub line: usize,
    /// What is the matter, in a line.
    pub what: String,
}

/// What documents have of the workspace.
#[derive(Debug)]
pub struct Sources {
    /// Kept results.
    pub figures: Figures,
    /// Kept timelines, by the model's name.
    pub timelines: BTreeMap<String, Recorded>,
    /// The variant or the pair of this name, of this model.
    pub find: fn(&str, &str) -> Result<Found, String>,
}

/// Makes the lines of a block that is the caller's own, by the words of its marker. None of
/// another block.
pub type Own<'a> = &'a dyn Fn(&str, &Figures) -> Option<Result<Vec<String>, String>>;

/// Writes figures, tables and functions into a document, and the caller's own blocks.
pub fn splice(text: &str, sources: &Sources, own: Own<'_>) -> Spliced {
    let mut spliced = Spliced::default();
    let mut lines = text.split_inclusive('\n').enumerate();
    let mut fence: Option<String> = None;
    let mut findings = typed::Section::default();
    while let Some((index, line)) = lines.next() {
        let number = index + 1;
        if let Some(open) = &fence {
            if closes(line, open) {
                fence = None;
            }
            spliced.text += line;
            continue;
        }
        fence = opens(line);
        if fence.is_some() {
            spliced.text += line;
            continue;
        }
        match comment(line) {
            Some(name) if name.starts_with(BLOCK) => {
                let name = name[BLOCK.len()..].trim();
                spliced.text += line;
                let mut body = Vec::new();
                let mut end = None;
                let mut rest = lines.clone();
                for (_, line) in rest.by_ref() {
                    match comment(line) {
                        Some(BLOCK_END) => {
                            end = Some(line);
                            break;
                        }
                        Some(name) if name.starts_with(BLOCK) => break,
                        _ => body.push(line),
                    }
                }
                let Some(end) = end else {
                    let what = format!("no <!-- {BLOCK_END} --> ends the block {name:?}");
                    spliced.wrong.push(Problem { line: number, what });
                    continue;
                };
                lines = rest;
                let indent = &line[..line.len() - line.trim_start().len()];
                let made = own(name, &sources.figures)
                    .unwrap_or_else(|| block::lines(sources, name));
                spliced.block(made, name, indent, &body, number);
                spliced.text += end;
            }
            Some(BLOCK_END) => {
                let what = "no block begins before this end of one".to_owned();
                spliced.wrong.push(Problem { line: number, what });
                spliced.text += line;
            }
            Some(name) if name.starts_with("splice") || name.starts_with(BLOCK_END) => {
                let what = format!("{name:?} is no marker: write <!-- {BLOCK} … -->");
                spliced.wrong.push(Problem { line: number, what });
                spliced.text += line;
            }
            _ => {
                let prose = spliced.line(&sources.figures, line, number);
                if findings.covers(line) {
                    let typed = typed::figures(&prose).into_iter().map(|figure| {
                        let what = format!("{figure:?} is typed by hand");
                        Problem { line: number, what }
                    });
                    spliced.typed.extend(typed);
                }
            }
        }
    }
    spliced
}

impl Spliced {
    /// Adds the lines of a block, between its markers.
    fn block(
        &mut self,
        made: Result<Vec<String>, String>,
        name: &str,
        indent: &str,
        body: &[&str],
        number: usize,
    ) {
        let made = match made {
            Ok(made) => made,
            Err(what) => {
                self.wrong.push(Problem { line: number, what });
                self.text.extend(body.iter().copied());
                return;
            }
        };
        // HTML ends where its comment does, and Markdown begins again behind an empty line.
        let padded = [&[String::new()], &made[..], &[String::new()]].concat();
        let padded: Vec<String> = padded
            .iter()
            .map(|line| format!("{indent}{line}").trim_end().to_owned() + "\n")
            .collect();
        let differs = |index: usize| {
            let (old, new) = (body.get(index), padded.get(index));
            old.map(|line| line.trim_end()) != new.map(|line| line.trim_end())
        };
        if let Some(first) = (0..body.len().max(padded.len())).find(|at| differs(*at)) {
            let shown = |line: Option<&str>| match line {
                Some(line) => format!("{:?}", line.trim()),
                None => "the end".to_owned(),
            };
            let old = shown(body.get(first).copied());
            let new = shown(padded.get(first).map(String::as_str));
            self.changed.push(Problem {
                line: number + 1 + first,
                what: format!("{old} stands in {name:?}, where {new} should"),
            });
            self.text.extend(padded);
        } else {
            self.text.extend(body.iter().copied());
        }
    }

    /// Adds a line with its figures; what of it is prose, and neither code nor a figure.
    fn line(&mut self, figures: &Figures, line: &str, number: usize) -> String {
        let mut prose = String::new();
        let mut rest = line;
        let mut wrong = Vec::new();
        while let Some(at) = rest.find(['`', '<']) {
            let (before, from) = rest.split_at(at);
            self.text += before;
            prose += before;
            let length = if from.starts_with('`') {
                let code = code_span(from);
                prose.push(' ');
                self.text += &from[..code];
                code
            } else if let Some(after) = from.strip_prefix(FIGURE) {
                let begins_line = is_start(&line[..line.len() - from.len()]);
                match figure(after) {
                    None => {
                        wrong.push(format!("no {END} ends the figure on this line"));
                        self.text += FIGURE;
                        FIGURE.len()
                    }
                    Some((name, old, length)) => {
                        if begins_line {
                            let why = "a figure can't begin a line, since the whole line \
                                       would be HTML: put a word before it";
                            wrong.push(why.to_owned());
                        }
                        // Behind a backslash it could be taken for a marker's.
                        let new =
                            figures.text(name).map(|new| new.replace("\\<", "&lt;"));
                        match &new {
                            Ok(new) if new != old => self.changed.push(Problem {
                                line: number,
                                what: format!(
                                    "{old:?} stands where {new:?} should: {}",
                                    name.trim()
                                ),
                            }),
                            Ok(_) => {}
                            Err(what) => wrong.push(what.clone()),
                        }
                        let new = new.unwrap_or_else(|_| old.to_owned());
                        self.text += &format!("{FIGURE}{name}-->{new}{END}");
                        prose.push(' ');
                        FIGURE.len() + length
                    }
                }
            } else if from.starts_with(END) {
                wrong.push(format!("no figure begins before this {END}"));
                self.text += END;
                END.len()
            } else {
                if from.starts_with("<!-- =") || from.starts_with("<!-- /") {
                    wrong.push(format!("write {FIGURE} and {END} without spaces"));
                }
                self.text.push('<');
                prose.push('<');
                1
            };
            rest = &from[length..];
        }
        self.text += rest;
        prose += rest;
        self.wrong
            .extend(wrong.into_iter().map(|what| Problem { line: number, what }));
        prose
    }
}

/// The name and the text of the figure that begins here, and how long all of it is.
fn figure(after: &str) -> Option<(&str, &str, usize)> {
    let (name, rest) = after.split_once("-->")?;
    let (text, _) = rest.split_once(END)?;
    let is_one = !text.contains(FIGURE);
    is_one.then_some((name, text, name.len() + 3 + text.len() + END.len()))
}

/// How long the span of code is that begins here; 1 where nothing ends it.
fn code_span(text: &str) -> usize {
    let ticks = text.len() - text.trim_start_matches('`').len();
    let mut from = ticks;
    while let Some(at) = text[from..].find('`') {
        let start = from + at;
        let run = text[start..].len() - text[start..].trim_start_matches('`').len();
        if run == ticks {
            return start + run;
        }
        from = start + run;
    }
    ticks
}

/// Whether what stands before is no text yet: nothing, or what begins a list or a quote.
fn is_start(before: &str) -> bool {
    let begins = |word: &str| {
        let digits = word.trim_end_matches(['.', ')']);
        let is_number = digits != word && digits.bytes().all(|b| b.is_ascii_digit());
        matches!(word, "-" | "*" | "+" | ">") || is_number
    };
    before.split_whitespace().all(begins)
}

/// The text of a line that is a comment and nothing else.
fn comment(line: &str) -> Option<&str> {
    let inner = line.trim().strip_prefix("<!--")?.strip_suffix("-->")?;
    Some(inner.trim()).filter(|inner| !inner.contains("-->"))
}

/// The fence that a line opens.
fn opens(line: &str) -> Option<String> {
    let line = line.trim_start();
    let of = |mark: char| line.chars().take_while(|c| *c == mark).count();
    let mark = ['`', '~'].into_iter().find(|mark| of(*mark) >= 3)?;
    let rest = &line[of(mark)..];
    // Backquotes behind it make it a span.
    (mark == '~' || !rest.contains('`')).then(|| mark.to_string().repeat(of(mark)))
}

fn closes(line: &str, open: &str) -> bool {
    let line = line.trim();
    line.starts_with(open) && line.trim_start_matches(&open[..1]).is_empty()
}
