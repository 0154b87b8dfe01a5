//! Lines of words that are broken where the terminal ends.

/// What stands before every line of a text but its first.
const INDENT: &str = "  ";

/// The text in lines of at most so many characters. A word that is longer than that stays
/// whole: it may be a path or a URL that somebody wants to copy.
pub(crate) fn hanging(text: &str, width: usize) -> String {
    let mut whole = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let is_first = line.trim_end().is_empty();
        if !is_first && line.chars().count() + 1 + word.chars().count() > width {
            whole += &line;
            whole.push('\n');
            line = INDENT.to_owned();
        } else if !is_first {
            line.push(' ');
        }
        line += word;
    }
    whole + &line
}

#[cfg(test)]
mod tests {
    use super::hanging;

    #[test]
    fn lines_end_before_the_width_does() {
        for (text, width, wrapped) in [
            ("", 10, ""),
            ("one two", 7, "one two"),
            ("one two", 6, "one\n  two"),
            ("one two three four", 10, "one two\n  three\n  four"),
            ("one two three four", 13, "one two three\n  four"),
            ("ünë twö", 7, "ünë twö"),
            (
                "a http://long.example b",
                8,
                "a\n  http://long.example\n  b",
            ),
            ("http://long.example b", 8, "http://long.example\n  b"),
        ] {
            assert_eq!(hanging(text, width), wrapped, "{text:?} at {width}");
        }
    }
}
