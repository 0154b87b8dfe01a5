//! The book's pages, and what they have from the code. `LEAVING=overwrite` writes it.

use std::{env, fmt::Write, fs, path::Path};

use leaving::items::{SURF, TABLES, Table};
use similar::TextDiff;

use crate::service::{Count, FACTS};

const BEGIN: &str = "<!-- leaving: ";
const END: &str = "<!-- end leaving -->";

const RUNTIMES: [&str; 3] = ["async-std", "smol", "tokio"];
const CLIENTS: [&str; 3] = ["surf", "hyper", "reqwest"];

/// Words of the items' names that are no names.
const PROSE: [&str; 10] = [
    "and", "the", "handle", "is", "dropped", "as", "a", "of", "for", "with",
];

#[test]
fn leaving_async_std() {
    let items = TABLES.iter().flat_map(|table| table.rows).count();
    assert!(items >= 60, "{items}");
    holds("leaving-async-std.md", "behaviour.rs");
}

#[test]
fn leaving_surf() {
    holds("leaving-surf.md", "surf.rs");
}

/// The page has what the code says, and names each test of the file.
fn holds(page: &str, tests: &str) {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = package.join("../../docs/src").join(page);
    let text = fs::read_to_string(&path).expect("a page");
    let expected = spliced(package, &text);
    if env::var("LEAVING").is_ok_and(|value| value == "overwrite") {
        fs::write(&path, expected).expect("the page is written");
    } else {
        assert!(
            text == expected,
            "{page} is not what the code says: LEAVING=overwrite cargo test -p leaving pages\n{}",
            TextDiff::from_lines(&text, &expected).unified_diff()
        );
    }

    let source = package.join("tests/leaving").join(tests);
    let source = fs::read_to_string(source).expect("the tests");
    let mut after = source.split("#[test]\nfn ").skip(1);
    let names: Vec<_> = after
        .by_ref()
        .filter_map(|test| test.split('(').next())
        .collect();
    assert!(!names.is_empty());
    for name in &names {
        let mention = format!("`{name}`");
        assert!(text.contains(&mention), "{page} does not tell {mention}");
    }
    // Alone on a line, and in the last column of a table of steps.
    let alone = text.lines().filter_map(|line| line.strip_prefix("Test: `"));
    let steps = text.lines().filter(|line| line.starts_with("| step "));
    let steps = steps.filter_map(|line| line.strip_suffix("` |")?.rsplit('`').next());
    for line in alone.chain(steps) {
        let name = line.trim_end_matches("`.");
        assert!(names.contains(&name), "{tests} has no {name}");
    }
}

/// The page with each block as the code has it.
fn spliced(package: &Path, text: &str) -> String {
    let mut result = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        result += &format!("{line}\n");
        let Some(block) = line.strip_prefix(BEGIN) else {
            continue;
        };
        let words: Vec<_> = block.trim_end_matches(" -->").split(' ').collect();
        result += &match words[..] {
            ["items"] => TABLES.iter().map(|items| table(items, RUNTIMES)).collect(),
            ["surf"] => table(&SURF, CLIENTS),
            ["steps"] => steps(),
            ["diff", old, new] => diff(package, old, new),
            ["dependencies", ref names @ ..] => dependencies(package, names),
            _ => panic!("no such block: {line}"),
        };
        result += &format!("{END}\n");
        assert!(lines.any(|line| line == END), "{line} has no end");
    }
    result
}

/// A module's heading, its imports and its rows.
fn table(table: &Table, columns: [&str; 3]) -> String {
    // The book's search finds words by their beginning, so `spawn` needs to be one.
    let mut text = format!("\n### {}\n\n{}.\n\n", table.module, names(table));
    for (name, imports) in columns.iter().zip(table.imports) {
        let imports = one_line(imports).replace("pub(super) ", "");
        if !imports.is_empty() {
            _ = writeln!(text, "- {name}: `{imports}`");
        }
    }
    text += "\n| item | code |\n| --- | --- |\n";
    for row in table.rows {
        let note = match row.note {
            "" => String::new(),
            note => format!("<br>{note}"),
        };
        let [_, smol, tokio] = columns;
        let code = pieces(row.code, ["was", smol, tokio]);
        _ = writeln!(text, "| `{}`{note} | {code} |", row.item);
    }
    text + "\n"
}

/// The code of each column on a line, with what it is; what is the same is shown once.
fn pieces(code: [&str; 3], names: [&str; 3]) -> String {
    let mut pieces: Vec<(String, String)> = Vec::new();
    for (code, name) in code.into_iter().zip(names) {
        let code = one_line(code);
        match pieces.iter_mut().find(|(_, other)| *other == code) {
            Some((names, _)) => *names = format!("{names}, {name}"),
            None => pieces.push((name.to_string(), code)),
        }
    }
    let lines = pieces.into_iter().map(|(names, code)| match &*code {
        "" => format!("{names}: nothing"),
        code => format!("{names}: `{}`", code.replace('|', "\\|")),
    });
    lines.collect::<Vec<_>>().join("<br>")
}

/// The types and the last names in the paths of a table's items.
fn names(table: &Table) -> String {
    let mut names = Vec::new();
    let is_type = |part: &str| part.starts_with(char::is_uppercase);
    for row in table.rows {
        let last = row.item.rsplit("::").next().unwrap_or_default();
        let types = row.item.split("::").filter(|part| is_type(part));
        let parts = types.chain([last]);
        for word in
            parts.flat_map(|part| part.split(|c: char| !c.is_alphanumeric() && c != '_'))
        {
            let is_code = !PROSE.contains(&word) && !word.is_empty();
            let name = format!("`{word}`");
            if is_code && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names.join(", ")
}

fn one_line(code: &str) -> String {
    let code = code.split_whitespace().collect::<Vec<_>>().join(" ");
    // A method's dot after a value that was seen otherwise.
    code.trim_end_matches(';').to_string()
}

/// What is seen of the service from outside, step by step.
fn steps() -> String {
    let mut text = String::from(
        "\n| step | threads that run tasks | `load` of a missing file | those threads after the stop |\n| --- | --- | --- | --- |\n",
    );
    for facts in FACTS {
        let (name, count) = facts.threads;
        let count = match count {
            Count::One => "one",
            Count::Cores | Count::CoresAndBlocking => "one for each core",
        };
        let after = match facts.outlived {
            true => "they are still there",
            false => "they have ended",
        };
        let step = facts.step;
        _ = writeln!(
            text,
            "| `{step}` | {count}, `{name}…` | `` {} `` | {after} |",
            facts.error
        );
    }
    text + "\n"
}

/// What a step changes.
fn diff(package: &Path, old: &str, new: &str) -> String {
    let read = |step: &str| {
        let path = package.join(format!("src/service/{step}.rs"));
        fs::read_to_string(path).expect("a step")
    };
    let (old_text, new_text) = (read(old), read(new));
    let diff = TextDiff::from_lines(&old_text, &new_text);
    let mut unified = diff.unified_diff();
    let text = unified.context_radius(2).to_string();
    format!("```diff\n{}\n```\n", text.trim_end())
}

/// The lines of `Cargo.toml` for packages, in the versions that the tests are run with.
fn dependencies(package: &Path, names: &[&str]) -> String {
    let read = |path| fs::read_to_string(package.join(path)).expect("a manifest");
    let (workspace, own) = (read("../../Cargo.toml"), read("Cargo.toml"));
    let quoted = |line: &str| Some(line.split('"').nth(1)?.to_string());
    let mut text = String::from("```toml\n");
    for name in names {
        let start = format!("{name} = ");
        let version = workspace
            .lines()
            .find_map(|line| quoted(line.strip_prefix(&start)?))
            .expect("the workspace names its version");
        let features = own
            .lines()
            .find_map(|line| line.strip_prefix(&start)?.split("features = ").nth(1));
        _ = match features {
            Some(features) => {
                writeln!(
                    text,
                    "{start}{{ version = \"{version}\", features = {features}"
                )
            }
            None => writeln!(text, "{start}\"{version}\""),
        };
    }
    text + "```\n"
}
