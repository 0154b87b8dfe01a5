//! What the terminal can show.

use std::{
    env,
    io::{self, IsTerminal},
};

/// Its columns; none where standard output is no terminal.
pub(crate) fn width() -> Option<usize> {
    match io::stdout().is_terminal() {
        true => terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
        false => None,
    }
}

/// Whether the locale takes more than ASCII.
pub(crate) fn is_utf8() -> bool {
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
