//! Text that others wrote, made fit to be read: a peer's words, a server's, a file's name, a
//! command line. And what the locale takes of our own.
//!
//! Where text comes in, [`shown`] makes one line of it that does nothing to a terminal.
//! [`print`](crate::print) and [`tell`](crate::tell) let no such character pass either.
//! So text that was not escaped can forge a line, and do no more. Documents take
//! [`markdown`] as well.

use std::{borrow::Cow, env, sync::LazyLock};

/// The text with all that isn't plainly seen escaped, as `\u{1b}`, so that it is one line,
/// does nothing to a terminal, and looks like nothing else.
pub fn shown(text: &str) -> String {
    escaped(text, |_| false).into_owned()
}

/// The same of several lines: those that a program prints.
pub(crate) fn shown_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c == '\n')
}

/// The same of lines that this program has coloured: what begins a colour passes, too.
pub(crate) fn shown_colours(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let mut lines = shown_lines(parts.next().unwrap_or_default()).into_owned();
    for part in parts {
        let colour = part.strip_prefix('[').and_then(|rest| rest.split_once('m'));
        let is_number = |c: char| c.is_ascii_digit() || c == ';';
        lines += match colour {
            Some((number, _)) if number.chars().all(is_number) => "\u{1b}",
            _ => "\\u{1b}",
        };
        lines += &shown_lines(part);
    }
    lines
}

fn escaped(text: &str, passes: impl Fn(char) -> bool) -> Cow<'_, str> {
    let is_escaped = |c: char| is_unseen(c) && !passes(c);
    if !text.contains(is_escaped) {
        return text.into();
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match is_escaped(c) {
            true => escaped.extend(c.escape_default()),
            false => escaped.push(c),
        }
    }
    escaped.into()
}

/// Whether a character has an effect instead of being seen. Such are controls (C0, DEL,
/// C1), those that turn the direction of writing, those without a width, and those that
/// end a line.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// Text as Markdown that shows it as it is: no code, link, table, heading, list or HTML
/// begins in it. Made for a line of its own, what stands in a cell, or behind a bullet.
pub fn markdown(text: &str) -> String {
    let text = shown(text);
    let mut marked = String::with_capacity(text.len() + 16);
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let escapes = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '&' => true,
            // Within a word it is nothing but itself.
            '_' => !(is_word(before) && is_word(rest.peek().copied())),
            '#' | '+' | '-' | '=' => marked.is_empty(),
            // "1." begins a list.
            '.' | ')' => {
                let digits = marked.bytes().all(|digit| digit.is_ascii_digit());
                digits && !marked.is_empty() && rest.peek().is_none_or(|c| *c == ' ')
            }
            _ => false,
        };
        if escapes {
            marked.push('\\');
        }
        marked.push(c);
        before = Some(c);
    }
    marked
}

/// Whether the locale takes more than ASCII, by the rule of `setlocale(3)`. The first of
/// `LC_ALL`, `LC_CTYPE` and `LANG` that is set and not empty decides; without one it is
/// `C`.
pub fn is_utf8() -> bool {
    static IS_UTF8: LazyLock<bool> = LazyLock::new(|| {
        let names = ["LC_ALL", "LC_CTYPE", "LANG"].iter();
        let mut set = names
            .filter_map(env::var_os)
            .filter(|value| !value.is_empty());
        set.next()
            .is_some_and(|locale| names_utf8(&locale.to_string_lossy()))
    });
    *IS_UTF8
}

/// `language_TERRITORY.ENCODING@modifier`.
fn names_utf8(locale: &str) -> bool {
    let locale = locale.split('@').next().unwrap_or_default();
    let encoding = locale.rsplit('.').next().unwrap_or_default();
    encoding.eq_ignore_ascii_case("utf-8") || encoding.eq_ignore_ascii_case("utf8")
}

/// The text as the locale takes it.
pub fn local(text: &str) -> Cow<'_, str> {
    match is_utf8() {
        true => text.into(),
        false => ascii(text),
    }
}

/// The text in ASCII: of the same width where a character looks like one of it.
pub fn ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        plain += match c {
            c if c.is_ascii() => {
                plain.push(c);
                continue;
            }
            '×' => "x",
            '÷' => "/",
            'µ' | 'μ' => "u",
            '±' => "+-",
            '–' | '—' | '‐' | '−' => "-",
            '…' => "...",
            '“' | '”' | '«' | '»' => "\"",
            '‘' | '’' | '‹' | '›' => "'",
            '·' | '•' => "*",
            '→' => "->",
            '←' => "<-",
            '≠' => "!=",
            '≤' => "<=",
            '≥' => ">=",
            '√' => "sqrt ",
            '²' => "^2",
            '³' => "^3",
            '⁴' => "^4",
            '⁵' => "^5",
            '⁶' => "^6",
            '│' => "|",
            '█' => "#",
            '\u{a0}' | '\u{202f}' => " ",
            c => {
                plain.extend(c.escape_unicode());
                continue;
            }
        };
    }
    plain.into()
}

/// JSON that a terminal of this locale takes, and that reads the same.
pub(crate) fn json(text: &str) -> Cow<'_, str> {
    let is_escaped =
        |c: char| (is_unseen(c) && c != '\n') || !(c.is_ascii() || is_utf8());
    if !text.contains(is_escaped) {
        return text.into();
    }
    let mut json = String::with_capacity(text.len());
    for c in text.chars() {
        match is_escaped(c) {
            // Outside of its strings there is nothing to escape.
            true => json.extend(
                c.encode_utf16(&mut [0; 2])
                    .iter()
                    .map(|half| format!("\\u{half:04x}")),
            ),
            false => json.push(c),
        }
    }
    json.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_escaped() {
        for (text, line) in [
            ("plain, é 書 × 👍🏽", "plain, é 書 × 👍🏽"),
            ("a\u{1b}[2Jb", "a\\u{1b}[2Jb"),
            ("gone\rhere\u{8}\u{7}\0", "gone\\rhere\\u{8}\\u{7}\\u{0}"),
            ("two\nlines\tand", "two\\nlines\\tand"),
            ("del\u{7f}csi\u{9b}31m", "del\\u{7f}csi\\u{9b}31m"),
            ("\u{202e}gpj.exe", "\\u{202e}gpj.exe"),
            ("\u{2066}a\u{2069}\u{61c}", "\\u{2066}a\\u{2069}\\u{61c}"),
            (
                "to\u{200b}kio\u{feff}\u{2060}",
                "to\\u{200b}kio\\u{feff}\\u{2060}",
            ),
            ("a\u{2028}b\u{85}c", "a\\u{2028}b\\u{85}c"),
            ("\u{e0041}\u{ad}", "\\u{e0041}\\u{ad}"),
        ] {
            assert_eq!(shown(text), line, "{text:?}");
            assert_eq!(shown(&shown(text)), line, "{text:?} twice");
        }
        assert_eq!(shown_lines("a\nb\r\n"), "a\nb\\r\n");
    }

    #[test]
    fn colours_pass_where_they_are_ours() {
        for (text, line) in [
            ("\u{1b}[31ma\u{1b}[0m\n", "\u{1b}[31ma\u{1b}[0m\n"),
            ("\u{1b}[2Ja m", "\\u{1b}[2Ja m"),
            ("\u{1b}]0;title\u{7}", "\\u{1b}]0;title\\u{7}"),
            ("a\u{1b}", "a\\u{1b}"),
        ] {
            assert_eq!(shown_colours(text), line, "{text:?}");
        }
    }

    #[test]
    fn nothing_begins_in_text_of_a_document() {
        for (text, marked) in [
            ("std_mutex: 5.0 ms - a tie", "std_mutex: 5.0 ms - a tie"),
            ("a|b", "a\\|b"),
            ("`rm`", "\\`rm\\`"),
            ("_x_ std_only_", "\\_x\\_ std_only\\_"),
            ("* name", "\\* name"),
            ("# 1", "\\# 1"),
            ("- 1", "\\- 1"),
            ("12. x 1.5", "12\\. x 1.5"),
            ("1.5 x", "1.5 x"),
            ("<b>&amp;", "\\<b\\>\\&amp;"),
            ("[a](http://b)", "\\[a\\](http://b)"),
            ("a\nb\u{1b}", "a\\\\nb\\\\u{1b}"),
        ] {
            assert_eq!(markdown(text), marked, "{text:?}");
        }
    }

    #[test]
    fn locales_name_their_encoding() {
        for locale in ["C.UTF-8", "de_DE.utf8", "UTF-8", "de_DE.UTF-8@euro"] {
            assert!(names_utf8(locale), "{locale}");
        }
        for locale in ["C", "POSIX", "de_DE.ISO-8859-1", "de_DE@euro", "utf8.ISO"] {
            assert!(!names_utf8(locale), "{locale}");
        }
    }

    #[test]
    fn ascii_is_what_looks_alike_or_a_number() {
        assert_eq!(ascii("2 × 3 µs ÷ 4 …"), "2 x 3 us / 4 ...");
        assert_eq!(ascii("é書"), "\\u{e9}\\u{66f8}");
        let all: String = ('\u{80}'..='\u{ffff}').collect();
        assert!(ascii(&all).is_ascii());
    }

    #[test]
    fn json_reads_the_same() {
        let text = "\u{7f}\u{9b}31m \u{202e} \u{e0041} é \n";
        let written = serde_json::to_string_pretty(&[text]).expect("it is text");
        let json = json(&written);
        assert!(!json.contains(|c| is_unseen(c) && c != '\n'), "{json}");
        let read: Vec<String> = serde_json::from_str(&json).expect("it is JSON");
        assert_eq!(read, [text]);
    }
}
