//! The chapters: a model each, all with the same sections, and with words that were seen.

use std::{env, fs, io::ErrorKind, path::Path, process::Command};

use super::{
    markdown::{Block, blocks, words_outside_tables},
    pages, root,
};

/// How the sections of a chapter begin, in their order.
const SECTIONS: [&str; 8] = [
    "The problem in Python",
    "The function",
    "The same",
    "What goes wrong",
    "What it costs",
    "When not to use it",
    "Exercises",
    "Where to read on",
];

/// The most words of a model's README, tables aside. What is more goes to the model's page in
/// `docs/src/measured`.
const MOST_WORDS: usize = 900;

/// Each chapter's model, with its text.
fn chapters() -> Vec<(String, String)> {
    let pages = pages().into_iter();
    let chapters = pages.filter_map(|(page, text)| {
        let model = page.strip_prefix("learn/")?.strip_suffix(".md")?;
        Some((model.to_owned(), text))
    });
    chapters.collect()
}

#[test]
fn every_model_has_a_chapter_and_its_readme_leads_there() {
    let models = fs::read_dir(root().join("crates")).expect("the models");
    let mut models: Vec<String> = models
        .map(|model| model.expect("a model").file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    models.sort();
    let chapters: Vec<String> = chapters().into_iter().map(|(model, _)| model).collect();
    assert_eq!(chapters, models);
    for model in models {
        let readme = readme(&model);
        let link = format!("](../../docs/src/learn/{model}.md)");
        let head = readme.split("\n## ").next().unwrap_or_default();
        assert!(
            head.contains(&link),
            "{model}: the README's head lacks {link}"
        );
    }
}

fn readme(model: &str) -> String {
    let path = root().join("crates").join(model).join("README.md");
    fs::read_to_string(path).expect("a README")
}

#[test]
fn every_model_has_a_page_of_what_was_measured() {
    let pages = pages();
    for (model, chapter) in chapters() {
        let page = format!("measured/{model}.md");
        assert!(pages.iter().any(|(name, _)| *name == page), "no {page}");
        let link = format!("](../../docs/src/{page})");
        assert!(
            readme(&model).contains(&link),
            "{model}: no {link} in the README"
        );
        let link = format!("](../{page})");
        let mut sections = chapter.split("\n## ");
        let costs = sections.find(|section| section.starts_with("What it costs"));
        assert!(
            costs.is_some_and(|costs| costs.contains(&link)),
            "{model}: what it costs has no {link}"
        );
    }
}

#[test]
fn every_readme_of_a_model_is_short() {
    for (model, _) in chapters() {
        let words = words_outside_tables(&readme(&model));
        assert!(
            words <= MOST_WORDS,
            "{model}: the README has {words} words, and at most {MOST_WORDS} are wanted"
        );
    }
}

#[test]
fn every_chapter_has_its_sections_in_order() {
    for (model, text) in chapters() {
        let (blocks, prose) = blocks(&text);
        let titles: Vec<&str> = prose
            .iter()
            .filter_map(|(_, line)| line.strip_prefix("## "))
            .collect();
        assert_eq!(titles.len(), SECTIONS.len(), "{model}: {titles:?}");
        for (title, section) in titles.iter().zip(SECTIONS) {
            assert!(
                title.starts_with(section),
                "{model}: {title}, not {section}"
            );
        }
        let has = |kind: &str| blocks.iter().any(|block| block.kind == kind);
        assert!(has("python"), "{model} has no Python");
        assert!(has("diff"), "{model} shows nothing that differs");
        let lesson = format!("<!-- splice: lesson {model} ");
        assert!(text.contains(&lesson), "{model} has no function of its own");
        let exercises = format!("](../exercises.md#{model})");
        assert!(text.contains(&exercises), "{model} leads to no exercises");
        let stories = text.split("\n## ").nth(4).unwrap_or_default();
        let stories = stories.matches("\n### ").count();
        assert!((3..=5).contains(&stories), "{model}: {stories} stories");
    }
}

/// A page's Python runs as it stands, and prints what stands behind it. Nothing is run where
/// there is no Python.
#[test]
fn the_python_prints_what_the_page_says() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("book-python");
    fs::create_dir_all(&folder).expect("a directory");
    for (model, text) in chapters() {
        let (blocks, _) = blocks(&text);
        let Some([program, expected]) = blocks.get(..2) else {
            panic!("{model}: no program with its output");
        };
        assert_eq!(
            (&*program.kind, &*expected.kind),
            ("python", "text"),
            "{model}"
        );
        let file = folder.join(format!("{model}.py"));
        fs::write(&file, &program.text).expect("it can be written");
        // A busy machine can hold up one that waits for a moment.
        let expected = without_blanks(&expected.text);
        let tries = (0..3).map_while(|_| printed(&file));
        let tries: Vec<_> = tries.take_while(|printed| *printed != expected).collect();
        assert!(tries.len() < 3, "{model}: {:?}", tries[0]);
    }
}

/// What a program prints; nothing where there is no Python.
fn printed(file: &Path) -> Option<String> {
    let output = match Command::new("python3").arg("-I").arg(file).output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            eprintln!("{}: not run, there is no python3", file.display());
            return None;
        }
        output => output.expect("python3 starts"),
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", file.display());
    Some(without_blanks(&String::from_utf8_lossy(&output.stdout)))
}

/// The text without blanks at the ends of its lines, which nobody sees.
fn without_blanks(text: &str) -> String {
    let lines = text.lines().map(|line| format!("{}\n", line.trim_end()));
    lines.collect()
}

/// What a page quotes of a check is what that check still says.
#[test]
fn quoted_words_are_those_of_the_checks() {
    let mut sources = String::new();
    for folder in ["crates", "shared"] {
        read_sources(&root().join(folder), &mut sources);
    }
    let said = literals(&sources);
    let mut quoted = 0;
    for (model, text) in chapters() {
        let (blocks, _) = blocks(&text);
        for Block { line, kind, text } in &blocks[2..] {
            if kind != "text" || text.contains("{{#include") {
                continue;
            }
            for words in text.lines().filter(|line| is_of_a_check(line)) {
                quoted += 1;
                let message =
                    words.split_once(": ").map_or(words, |(_, message)| message);
                assert!(
                    said.iter().any(|literal| says(literal, message)),
                    "learn/{model}.md:{line}: nothing says {message:?} any more"
                );
            }
        }
    }
    assert!(quoted > 15, "only {quoted} quotes: are they still found?");
}

/// Whether a line is a verdict, and not the output of a program.
fn is_of_a_check(line: &str) -> bool {
    ["FAILS ", "deviates ", "deviation ", "check failed: "]
        .iter()
        .any(|start| line.starts_with(start))
        // What a panic says is the program's own.
        && !line.contains("exit code 101")
}

/// All Rust below a folder.
fn read_sources(folder: &Path, all: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read_sources(&path, all);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            *all += &fs::read_to_string(&path).expect("a source");
        }
    }
}

/// The texts between double quotes, with the ends of their lines joined as rustc does.
fn literals(source: &str) -> Vec<String> {
    let mut all = Vec::new();
    // A quote as a character begins no text.
    let source = source.replace("'\"'", "");
    let mut rest = &*source;
    while let Some((_, behind)) = rest.split_once('"') {
        let mut end = 0;
        let bytes = behind.as_bytes();
        while end < bytes.len() && bytes[end] != b'"' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        let end = end.min(behind.len());
        let lines = behind.get(..end).unwrap_or_default().split("\\\n");
        all.push(lines.map(str::trim_start).collect());
        rest = behind.get(end + 1..).unwrap_or_default();
    }
    all
}

/// Whether the message is this text with something in place of what is in braces, and no
/// less of it than a quarter is the text.
fn says(literal: &str, message: &str) -> bool {
    let mut rest = message;
    let mut common = 0;
    for (index, part) in literal.split('{').enumerate() {
        let fixed = match index {
            0 => part,
            _ => part.split_once('}').map_or(part, |(_, fixed)| fixed),
        };
        let Some(at) = rest.find(fixed) else {
            return false;
        };
        rest = &rest[at + fixed.len()..];
        common += fixed.len();
    }
    common >= 12 && 4 * common >= message.len().min(60)
}
