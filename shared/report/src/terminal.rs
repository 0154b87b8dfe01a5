//! What the terminal can show.

use std::{
    env,
    io::{self, IsTerminal},
};

/// A terminal's width where there is none.
const WIDTH: usize = 80;

/// Its columns: those of `COLUMNS`, else those that the terminal reports, else 80.
pub fn width() -> usize {
    let said = env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let seen = || {
        let is_terminal = io::stdout().is_terminal();
        let size = is_terminal.then(terminal_size::terminal_size).flatten();
        size.map(|(width, _)| usize::from(width.0))
    };
    said.filter(|width| *width > 0)
        .or_else(seen)
        .unwrap_or(WIDTH)
}

/// Whether text may be marked up: on a terminal that can, whose user didn't refuse
/// (<https://no-color.org>).
pub fn takes_colour() -> bool {
    let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let is_dumb = env::var_os("TERM").is_some_and(|name| name == "dumb");
    io::stdout().is_terminal() && !refused && !is_dumb
}
