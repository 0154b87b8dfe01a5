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
pub(crate) fn row<O>(name: &str, trial: &Checked<O>, floor: Option<&Floor>) -> String {
    let time = milliseconds(trial.nanos);
    let ratio = match floor {
        Some(floor) => {
            format!("{:5.2} × floor", trial.nanos as f64 / floor.of(name) as f64)
        }
        None => String::new(),
    };
    format!("{time:>9} {ratio}  {}", trial.facts)
}

pub(crate) fn floor_line(floor: Option<&Floor>) -> String {
    let Some(floor) = floor else {
        return "no floor: nothing bounds this job from below".to_owned();
    };
    let mut line = format!("floor {}: {}", milliseconds(floor.nanos), floor.reason);
    for other in &floor.others {
        let (rows, time) = (other.rows.join(", "), milliseconds(other.nanos));
        line += &format!("; of {rows} {time}: {}", other.reason);
    }
    line
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

fn milliseconds(nanos: u64) -> String {
    let milliseconds = nanos as f64 / 1e6;
    let digits = if milliseconds < 10.0 {
        2
    } else {
        usize::from(milliseconds < 100.0)
    };
    format!("{milliseconds:.digits$} ms")
}
