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

/// The line of a variant: its name, its time, and what was seen.
pub(crate) fn row<O>(name: &str, trial: &Checked<O>, floor: Option<&Floor>) -> String {
    let time = milliseconds(trial.nanos);
    let against =
        floor.map_or_else(String::new, |floor| against(name, trial.nanos, floor));
    format!("{time:>9} {against}  {}", trial.facts)
}

/// What a time is beside the floor. A ratio means nothing where a deadline cuts the job
/// off: 1.00 times a floor that lies beyond the deadline has missed it. One trial below a
/// floor that was measured once has no ratio either: the two differ by noise.
fn against(name: &str, nanos: u64, floor: &Floor) -> String {
    if let Some(deadline) = floor.deadline.filter(|deadline| nanos >= *deadline) {
        let late = milliseconds(nanos - deadline);
        return match floor.missed() {
            Some(_) => format!("misses the deadline by {late}"),
            None => format!("{late:>7} past the deadline"),
        };
    }
    match nanos as f64 / floor.of(name) as f64 {
        ratio if ratio < 0.9 => " below floor ".to_owned(),
        ratio if ratio < 0.995 => "    at floor ".to_owned(),
        ratio if ratio < 9.995 => format!("{ratio:5.2} × floor"),
        ratio if ratio < 99.95 => format!("{ratio:5.1} × floor"),
        ratio => format!("{ratio:5.0} × floor"),
    }
}

pub(crate) fn floor_line(floor: Option<&Floor>) -> String {
    let Some(floor) = floor else {
        return "no floor: nothing bounds this job from below".to_owned();
    };
    let mut line = format!("floor {}: {}", milliseconds(floor.nanos), floor.reason);
    if let Some(deadline) = floor.missed() {
        line += &format!("; the deadline is {}", milliseconds(deadline));
    }
    for other in &floor.others {
        let (rows, time) = (other.rows.join(", "), milliseconds(other.nanos));
        line += &format!("; floor of {rows} {time}: {}", other.reason);
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn floor(millis: u64) -> Floor {
        Floor::new(Duration::from_millis(millis), "made up")
    }

    #[test]
    fn a_ratio_is_said_where_it_says_something() {
        for (millis, said) in [
            (80, " below floor "),
            (95, "    at floor "),
            (100, " 1.00 × floor"),
            (1341, " 13.4 × floor"),
            (128_868, " 1289 × floor"),
        ] {
            let said_here = against("a", millis * 1_000_000, &floor(100));
            assert_eq!(said_here, said);
        }
        let other = floor(100).but(&["mmap"], Duration::from_millis(200), "it is");
        assert_eq!(against("mmap", 400_000_000, &other), " 2.00 × floor");
    }

    #[test]
    fn a_missed_deadline_is_no_ratio_of_1() {
        let deadline = Duration::from_millis(500);
        let missed = floor(1000).deadline(deadline);
        let said = against("a", 1_002_000_000, &missed);
        assert_eq!(said, "misses the deadline by 502 ms");
        let line = "floor 1000 ms: made up; the deadline is 500 ms";
        assert_eq!(floor_line(Some(&missed)), line);
        let kept = floor(500).deadline(deadline);
        let said = against("a", 501_240_000, &kept);
        assert_eq!(said, "1.24 ms past the deadline");
        assert_eq!(floor_line(Some(&kept)), "floor 500 ms: made up");
        // All were done before it.
        let spared = floor(100).deadline(deadline);
        assert_eq!(against("a", 120_000_000, &spared), " 1.20 × floor");
    }
}
