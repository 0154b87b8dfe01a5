//! Lines that are broken where the terminal ends.

/// The line, broken at spaces so that it keeps within `width` where that is possible: a
/// word that is wider stays whole, so that it can be copied. Further lines begin under
/// column `indent`. Spaces within a line stay as they are: they are columns.
pub fn wrap(line: &str, width: usize, indent: usize) -> String {
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
