//! What is said of an exercise, in lines that fit into the terminal.

use coach::{Exercise as Hole, Trial};
use test_fixtures::{shortened, shown, wrap};

use super::{Solved, next};

/// What an answer has printed: so many lines are shown, of so many characters.
const LINES: usize = 12;
const LINE: usize = 160;
/// Where what stands behind a label begins.
const COLUMN: usize = 11;

/// The list of these exercises.
pub(super) fn list(holes: &[&'static Hole], solved: &Solved, width: usize) -> String {
    let mut text = format!("{}\n", of_all(solved));
    let mut model = "";
    for hole in holes {
        if hole.model != model {
            model = hole.model;
            text += &format!("\n{model}\n");
        }
        let mark = if solved.has(hole) { "x" } else { " " };
        let line = format!("  [{mark}] {:24} {}", hole.name, hole.task);
        text += &format!("{}\n", wrap(&line, width, 31));
    }
    // The first of these, or of all.
    let open = holes.iter().copied().find(|hole| !solved.has(hole));
    match open.or_else(|| next(solved, None)) {
        Some(next) => {
            let line = format!("The next: fill the hole in {}, and then", next.file());
            text += &format!(
                "\n{}\n  cargo run --release -- exercise {}\n",
                wrap(&line, width, 0),
                next.name
            );
        }
        None => text += "\nAll are solved.\n",
    }
    text
}

/// An exercise that is still a hole.
pub(super) fn is_open(hole: &Hole, was_right: bool, width: usize) -> String {
    let line = format!(
        "It is still a hole: {} has a `todo!()`, with the task and the Python above it.",
        hole.file()
    );
    format!(
        "{}\n\n{}\nPut yours in its place, and run this again.\n{}",
        heading(hole, width),
        wrap(&line, width, 0),
        before(was_right, width),
    )
}

/// A hazard whose function is as it was.
pub(super) fn is_unchanged(hole: &Hole, was_right: bool, width: usize) -> String {
    let line = format!(
        "It is unchanged: the function in {} goes wrong, and is yours to cure. The task and the \
         Python are above it.",
        hole.file()
    );
    format!(
        "{}\n\n{}\nChange it, and run this again.\n{}",
        heading(hole, width),
        wrap(&line, width, 0),
        before(was_right, width),
    )
}

/// An answer that the compiler refuses.
pub(super) fn does_not_compile(hole: &Hole, width: usize) -> String {
    let line = format!(
        "{} does not compile yet: what the compiler says of {} is above.",
        hole.name,
        hole.file()
    );
    let packages = "An answer may use the packages that exercises/Cargo.toml lists under \"What an \
         answer may use\", and needs no `cargo add`; `futures` is `futures_util` there.";
    format!("{}\n{}\n", wrap(&line, width, 0), wrap(packages, width, 0))
}

/// An answer that is wrong.
pub(super) struct Refusal<'a> {
    pub(super) sentence: &'a str,
    pub(super) said: &'a str,
    pub(super) trial: Option<&'a Trial>,
    pub(super) printed: &'a str,
    pub(super) was_right: bool,
}

impl Refusal<'_> {
    /// What is said of it.
    pub(super) fn text(&self, hole: &Hole, width: usize) -> String {
        let said = self
            .said
            .strip_prefix("check failed: ")
            .unwrap_or(self.said);
        // A look has ended the program, which has said what was seen.
        let said = said
            .strip_prefix("exit code 1: exercises: ")
            .unwrap_or(said);
        let mut text = format!(
            "{}: not yet.\n\n{}\n\n",
            hole.name,
            wrap(&capital(&shown(self.sentence)), width, 0)
        );
        let mut label = |label: &str, line: &str| {
            let line = format!("{label:COLUMN$}{line}");
            text += &format!("{}\n", wrap(line.trim_end(), width, COLUMN));
        };
        match self.trial {
            Some(trial) if trial.look.is_some() => label("the trial", trial.job),
            Some(trial) => {
                let job = trial.job.split_whitespace().collect::<Vec<_>>().join(" ");
                label("the job", &format!("{} {job}", hole.model));
            }
            None => {}
        }
        let seen = if self.trial.is_some() {
            "was seen"
        } else {
            "the code"
        };
        label(seen, &shown(said));
        for (place, line) in hole.look_at().iter().enumerate() {
            label(if place == 0 { "look at" } else { "" }, line);
        }
        text + &printed(self.printed) + &before(self.was_right, width)
    }
}

/// An answer that is right.
pub(super) fn praise(
    hole: &Hole,
    solved: &Solved,
    was_right: bool,
    its: &str,
    width: usize,
) -> String {
    let again = if was_right { ", as before" } else { "" };
    let mut text = format!(
        "{}: right{again}. {}.\n\nThe workspace's own: {}\n",
        hole.name,
        of_all(solved),
        hole.source_of(hole.answer)
    );
    let line = "Right is what passes these trials; what they can't show is in \
         docs/src/exercises.md, \"What is not judged\".";
    text += &format!("{}\n", wrap(line, width, 0));
    match next(solved, Some(hole)) {
        Some(next) => {
            let line = format!("The next: {}, {}", next.file(), next.task);
            text += &format!(
                "{}\n  cargo run --release -- exercise {}\n",
                wrap(&line, width, 0),
                next.name
            );
        }
        None => text += "That was the last of them.\n",
    }
    text + &printed(its)
}

/// What an answer has printed.
fn printed(text: &str) -> String {
    let lines: Vec<_> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    let line = |line: &&str| format!("  {}\n", shortened(&shown(line), LINE));
    let mut all = "\nYour answer has printed:\n".to_owned();
    all.extend(lines.iter().take(LINES).map(line));
    if let more @ 1.. = lines.len().saturating_sub(LINES) {
        all += &format!("  … and {more} more lines\n");
    }
    all
}

fn before(was_right: bool, width: usize) -> String {
    let line = "It was right before, and stays marked as solved. To begin anew, delete its line \
         in target/exercises/solved.txt.";
    match was_right {
        true => format!("\n{}\n", wrap(line, width, 0)),
        false => String::new(),
    }
}

fn heading(hole: &Hole, width: usize) -> String {
    wrap(&format!("{}: {}", hole.name, hole.task), width, 0)
}

fn of_all(solved: &Solved) -> String {
    match solved.count() {
        (1, count) => format!("1 of {count} exercises is solved"),
        (done, count) => format!("{done} of {count} exercises are solved"),
    }
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cmd::exercise::all;

    #[test]
    fn no_line_of_a_refusal_is_wider_than_the_terminal() {
        for hole in all() {
            for trial in hole.trials {
                for (_, sentence) in trial.says {
                    let refusal = Refusal {
                        sentence,
                        said: "check failed: 8 requests in flight, where 4 are allowed",
                        trial: Some(trial),
                        printed: "",
                        was_right: true,
                    };
                    let text = refusal.text(hole, 80);
                    let wide = text.lines().find(|line| line.chars().count() > 80);
                    assert_eq!(wide, None, "{}", hole.name);
                }
            }
        }
    }

    #[test]
    fn what_an_answer_prints_is_bounded_and_escaped() {
        let text = printed(&format!(
            "\u{1b}[2J\n{}\n{}",
            "x".repeat(9000),
            "y\n".repeat(50)
        ));
        assert!(text.contains("\\u{1b}[2J"), "{text}");
        assert!(text.contains("… and 40 more lines"), "{text}");
        assert!(text.len() < 1000, "{text}");
        assert_eq!(printed("\n"), "");
    }
}
