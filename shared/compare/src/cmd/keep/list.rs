//! The list of what the documents quote, each with the arguments that measure it.

/// The name that stands for each model's own.
pub(super) const EACH: &str = "*";

/// A line of the list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    pub(super) name: &'a str,
    /// The arguments of `compare`.
    pub(super) words: Vec<&'a str>,
}

/// Reads `NAME: ARGUMENTS` a line; `#` begins a comment.
pub(super) fn read(text: &str) -> Result<Vec<Entry<'_>>, String> {
    let mut all: Vec<Entry<'_>> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |why: &str| format!("docs/results/commands.txt:{}: {why}", index + 1);
        let (name, words) = line
            .split_once(':')
            .ok_or_else(|| wrong("write NAME: ARGUMENTS"))?;
        if name != EACH {
            super::plain_name(name).map_err(|why| wrong(&why))?;
        }
        if all.iter().any(|entry| entry.name == name) {
            return Err(wrong(&format!("{name} stands there twice")));
        }
        let words = words.split_whitespace().collect();
        all.push(Entry { name, words });
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use std::{ffi::OsString, fs};

    use report::splice::kept::Kept;

    use super::*;
    use crate::command_line::{Request, parse};

    /// Bytes of a kept file at the most.
    const MOST: usize = 60_000;
    const LIST: &str = include_str!("../../../../../docs/results/commands.txt");

    #[test]
    fn every_line_is_a_comparison_or_a_sweep() {
        for Entry { name, words } in read(LIST).expect("names with arguments") {
            let line = ["compare"].into_iter().chain(words.iter().copied());
            let line: Vec<OsString> = line.map(OsString::from).collect();
            match parse(&line) {
                Ok(Request::Compare(..) | Request::Sweep(_)) => {}
                Ok(_) => panic!("{name} measures nothing"),
                Err(error) => panic!("{name}: {error}"),
            }
        }
    }

    /// Measuring the list again replaces every file, and makes no other.
    #[test]
    fn what_is_kept_is_on_the_list_and_no_more() {
        let list = read(LIST).expect("names with arguments");
        let root = crate::workspace::workspace().expect("this is built from it");
        for file in fs::read_dir(root.join("docs/results")).expect("it is there") {
            let path = file.expect("an entry").path();
            if path.extension().is_none_or(|ending| ending != "json") {
                continue;
            }
            let text = fs::read_to_string(&path).expect("it can be read");
            assert!(
                text.len() < MOST,
                "{}: {} bytes",
                path.display(),
                text.len()
            );
            let kept: Kept = serde_json::from_str(&text).expect("a kept result");
            let name = path
                .file_stem()
                .and_then(|stem| stem.to_str())
                .expect("a name");
            match list.iter().find(|entry| entry.name == name) {
                Some(entry) => {
                    let command = entry.words.join(" ");
                    assert_eq!(kept.command, format!("cargo run --release -- {command}"));
                }
                None => assert_eq!(kept.model, name, "{name} is not on the list"),
            }
        }
        for Entry { name, .. } in list.iter().filter(|entry| entry.name != EACH) {
            let file = root.join(format!("docs/results/{name}.json"));
            assert!(file.exists(), "{name} is on the list, and not kept");
        }
    }

    #[test]
    fn what_is_no_line_of_the_list_is_refused() {
        for (text, why) in [
            ("a locks", "1: write NAME: ARGUMENTS"),
            ("# so\n\na b: locks", "3: a name is letters"),
            ("a: locks\na: locks", "2: a stands there twice"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(why), "{error}");
        }
    }
}
