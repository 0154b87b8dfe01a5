//! What the terminal can show.

use std::{
    env,
    io::{self, IsTerminal},
};

/// A terminal's width where there is none.
const WIDTH: usize = 80;

/// Its columns: what `COLUMNS` says, else what the terminal says, else 80.
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

/// Whether text may be marked up: on a terminal whose user didn't say no
/// (<https://no-color.org>).
pub fn takes_colour() -> bool {
    let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stdout().is_terminal() && !refused
}

/// Whether the locale takes more than ASCII.
pub fn is_utf8() -> bool {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"].iter();
    let set = names.filter_map(|name| env::var(name).ok());
    let mut set = set.filter(|value| !value.is_empty());
    set.next().is_some_and(|locale| names_utf8(&locale))
}

fn names_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.ends_with("utf-8") || locale.ends_with("utf8")
}

#[cfg(test)]
mod tests {
    #[test]
    fn locales_name_their_encoding() {
        for locale in ["C.UTF-8", "de_DE.utf8", "UTF-8"] {
            assert!(super::names_utf8(locale), "{locale}");
        }
        for locale in ["C", "POSIX", "de_DE.ISO-8859-1"] {
            assert!(!super::names_utf8(locale), "{locale}");
        }
    }
}
