//! A lesson as it is taken into another program.

use measure::source::{Pair, Part, Source};
use test_fixtures::Lesson;

/// How the line begins above a file that comes along.
pub const HEADING: &str = "// ---- ";

/// The lesson as it can be pasted: the lines that `Cargo.toml` needs as a comment, the
/// function, and each file that comes with it below a line with its name. None of a source
/// without a lesson.
pub fn text(source: &Source) -> Option<String> {
    let whole = whole(source);
    let lesson = Lesson::of(&whole)?;
    Some(cargo_lines(source) + lesson.text)
}

/// What goes wrong and its cure, each below a line with its name, behind the lines that
/// `Cargo.toml` needs for both.
pub fn pair(pair: &Pair) -> String {
    let [failing, cure] = [&pair.failing, &pair.cure].map(|source| {
        let lesson = Lesson::of(&source.text);
        lesson.map_or(&*source.text, |lesson| lesson.text)
    });
    cargo_lines_of(pair)
        + &format!("{HEADING}failing.rs\n{failing}\n{HEADING}cure.rs\n{cure}")
}

/// The lines that `Cargo.toml` needs for both.
pub fn cargo_lines_of(pair: &Pair) -> String {
    let mut both = pair.failing.clone();
    for line in &pair.cure.needs {
        if !both.needs.contains(line) {
            both.needs.push(line.clone());
        }
    }
    cargo_lines(&both)
}

/// A variant's file, with those behind it that come with its lesson, each below a line with
/// its name.
pub fn whole(source: &Source) -> String {
    whole_with(source, |_| true)
}

/// The same with some of the files that come along.
pub fn whole_with(source: &Source, is_wanted: impl Fn(&Part) -> bool) -> String {
    let parts = source.parts.iter().filter(|part| is_wanted(part));
    let parts = parts.map(below_its_name);
    source.text.clone() + &parts.collect::<String>()
}

/// Both variants' files with what comes with one of them and not with the other: a file that
/// comes along with both is no difference between them.
pub fn apart(sources: [&Source; 2]) -> [String; 2] {
    let is_in = |part: &Part, source: &Source| {
        let mut parts = source.parts.iter();
        parts.any(|other| other.path == part.path)
    };
    let is_own = |part: &Part| !sources.iter().all(|one| is_in(part, one));
    sources.map(|one| whole_with(one, is_own))
}

/// A file that comes along, below a line with its name.
pub(crate) fn below_its_name(part: &Part) -> String {
    format!("\n{HEADING}{}\n{}", part.name(), part.text)
}

/// The lines that `Cargo.toml` needs, as a comment with an empty line behind it.
pub fn cargo_lines(source: &Source) -> String {
    if source.needs.is_empty() {
        return String::new();
    }
    let lines = source.needs.iter().map(|line| format!("// {line}\n"));
    format!("// # Cargo.toml\n{}\n", lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn what_is_taken_can_be_pasted() {
        let mut source = Source {
            path: "a.rs".to_owned(),
            text:
                "//! A.\nuse ours;\n\n// The lesson: below.\n\nuse ring;\n\nfn f() {}\n"
                    .to_owned(),
            parts: vec![Part {
                path: "a/ring.rs".to_owned(),
                text: "struct Ring;\n".to_owned(),
            }],
            needs: vec!["rayon = \"1\"".to_owned()],
        };
        let taken = "// # Cargo.toml\n// rayon = \"1\"\n\nuse ring;\n\nfn f() {}\n\n\
            // ---- ring.rs\nstruct Ring;\n";
        assert_eq!(text(&source).as_deref(), Some(taken));
        source.text = "fn f() {}\n".to_owned();
        assert_eq!(text(&source), None);
    }
}
