//! What the terminal can show.

use std::io::{self, IsTerminal};

/// Its columns; none where standard output is no terminal.
pub(crate) fn width() -> Option<usize> {
    match io::stdout().is_terminal() {
        true => terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
        false => None,
    }
}
