//! The lines that the demo prints, kept within the terminal's width.

use std::io::{self, IsTerminal};

use crate::{Checked, Floor};

/// How wide lines may be: the terminal's width; anything where there is none.
pub(crate) fn width() -> usize {
    match io::stdout().is_terminal() {
        true => terminal_size::terminal_size()
            .map_or(usize::MAX, |(width, _)| usize::from(width.0)),
        false => usize::MAX,
    }
}

/// A line a variant: its name, its time, and what was seen.
pub(crate) fn row<O>(trial: &Checked<O>, floor: Option<&Floor>) -> String {
    let time = milliseconds(trial.nanos);
    let ratio = match floor {
        Some(floor) => format!("{:5.2} × floor", trial.nanos as f64 / floor.nanos as f64),
        None => String::new(),
    };
    format!("{time:>9} {ratio}  {}", trial.facts)
}

pub(crate) fn floor_line(floor: Option<&Floor>) -> String {
    match floor {
        Some(floor) => format!("floor {}: {}", milliseconds(floor.nanos), floor.reason),
        None => "no floor: nothing bounds this job from below".to_owned(),
    }
}

/// What was done when the run was interrupted at one of its names, and what was not.
pub(crate) fn interrupted_line(names: &[&str], at: usize) -> String {
    let done = match at {
        0 => "none was done".to_owned(),
        _ => format!("done: {}", names[..at].join(", ")),
    };
    let left = match &names[at + 1..] {
        [] => String::new(),
        left => format!("; not started: {}", left.join(", ")),
    };
    format!("interrupted: {done}; stopped: {}{left}", names[at])
}

/// The line, broken at spaces so that it keeps within `width` where that is possible: a
/// word that is wider stays whole, so that it can be copied. Further lines begin under
/// column `indent`. Spaces within a line stay as they are: they are columns.
pub(crate) fn wrap(line: &str, width: usize, indent: usize) -> String {
    let mut wrapped = String::new();
    let mut rest = line;
    let mut lead = 0;
    loop {
        let room = width.saturating_sub(lead);
        // The first line's own indent is no place to break it.
        let begin = rest.len() - rest.trim_start().len();
        let mut beyond = rest.char_indices().map(|(at, _)| at).skip(room);
        if beyond.next().is_none() {
            return wrapped + rest;
        }
        // A space just behind the last column is as good a place as one before it.
        let end = beyond.next().unwrap_or(rest.len());
        let before = rest[..end].rfind(' ').filter(|space| *space > begin);
        let after = || rest[begin..].find(' ').map(|space| begin + space);
        let Some(space) = before.or_else(after) else {
            return wrapped + rest;
        };
        wrapped += rest[..space].trim_end();
        rest = rest[space..].trim_start();
        if rest.is_empty() {
            return wrapped;
        }
        lead = indent;
        wrapped.push('\n');
        wrapped.extend(std::iter::repeat_n(' ', lead));
    }
}

fn milliseconds(nanos: u64) -> String {
    let milliseconds = nanos as f64 / 1e6;
    let digits = if milliseconds < 10.0 {
        2
    } else {
        usize::from(milliseconds < 100.0)
    };
    format!("{milliseconds:.digits$} ms")
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn lines_break_at_spaces_and_words_stay_whole() {
        for (line, width, wrapped) in [
            ("", 5, ""),
            ("  one two", 9, "  one two"),
            ("  one two", 8, "  one\n    two"),
            ("  one  two three", 12, "  one  two\n    three"),
            ("  one two", 5, "  one\n    two"),
            ("  much-too-wide two", 6, "  much-too-wide\n    two"),
            ("  one much-too-wide", 6, "  one\n    much-too-wide"),
            ("  × × × ×", 6, "  × ×\n    ×\n    ×"),
            ("  one two", usize::MAX, "  one two"),
        ] {
            assert_eq!(wrap(line, width, 4), wrapped, "{line:?} in {width}");
        }
    }
}
