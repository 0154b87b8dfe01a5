//! Text files that users bring: UTF-8, with a mark before it or not, or named as what they
//! are.

use std::{
    fs::File,
    io::{self, Read},
    str,
};

use thiserror::Error;

/// Bytes that are no text in UTF-8: where, and what they look like.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line} is not UTF-8 (looks like {like}); save it as UTF-8")]
pub struct NotUtf8 {
    /// The first line that isn't, counted from 1.
    pub line: usize,
    like: String,
}

/// The text of these bytes. Some editors put a byte order mark before it, which is left
/// out.
///
/// # Errors
/// They are not UTF-8.
pub fn utf8(bytes: &[u8]) -> Result<&str, NotUtf8> {
    if let Some(like) = marked(bytes) {
        let like = like.to_owned();
        return Err(NotUtf8 { line: 1, like });
    }
    str::from_utf8(without_mark(bytes)).map_err(|error| {
        let (before, rest) = without_mark(bytes).split_at(error.valid_up_to());
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let like = guessed(rest, error.error_len());
        NotUtf8 { line, like }
    })
}

/// The bytes without the mark that some editors put before UTF-8.
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Reads a file or a stream that may have no end.
///
/// # Errors
/// It can't be read, or has more than `most` bytes.
pub fn read_at_most(from: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > most {
        true => Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("more than {} MB are not read", most >> 20),
        )),
        false => Ok(bytes),
    }
}

/// Reads a file that may be a device or a pipe without an end.
///
/// # Errors
/// It can't be read, or has more than `most` bytes.
pub fn file_at_most(path: &str, most: u64) -> io::Result<Vec<u8>> {
    read_at_most(File::open(path)?, most)
}

/// What begins as no text in UTF-8 does.
fn marked(bytes: &[u8]) -> Option<&'static str> {
    Some(match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => "UTF-32: its mark is there",
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "UTF-16: its mark is there",
        [1..=255, 0, 0, 0, ..] | [0, 0, 0, 1..=255, ..] => {
            "UTF-32: three of four bytes are zero"
        }
        [0x1f, 0x8b, ..] => "a file that gzip has compressed",
        // In UTF-8 these are characters that no text has.
        [1..=255, 0, 1..=255, 0, ..] | [0, 1..=255, 0, 1..=255, ..] => {
            "UTF-16: every second byte is zero"
        }
        _ if is_wide(bytes) => "UTF-16: every second byte is zero",
        _ => return None,
    })
}

/// Whether of every second byte many are zero, and of the others few. A text in UTF-16 may
/// begin with letters that have no zero.
fn is_wide(bytes: &[u8]) -> bool {
    let zeros = |from: usize| {
        let half = bytes.iter().skip(from).step_by(2);
        half.filter(|byte| **byte == 0).count()
    };
    let (most, least) = (zeros(0).max(zeros(1)), zeros(0).min(zeros(1)));
    bytes.len() >= 8 && most * 4 >= bytes.len() / 2 && least * 8 <= most
}

/// What the first byte that is wrong, and the one behind it, look like.
fn guessed(rest: &[u8], length: Option<usize>) -> String {
    let byte = rest[0];
    let is_alone = rest.get(1).is_none_or(u8::is_ascii);
    match (byte, length) {
        (_, None) => "UTF-8 that was cut short".to_owned(),
        (0xa0.., _) if is_alone => format!("Latin-1: byte {byte:#04x}"),
        (0x80..=0x9f, _) if is_alone => format!("Windows-1252: byte {byte:#04x}"),
        _ => format!("another encoding: byte {byte:#04x}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{read_at_most, utf8};

    #[test]
    fn text_is_utf8_with_a_mark_or_without() {
        assert_eq!(utf8(b""), Ok(""));
        assert_eq!(utf8("é\r\n".as_bytes()), Ok("é\r\n"));
        assert_eq!(utf8("\u{feff}a\0b".as_bytes()), Ok("a\0b"));
        assert_eq!(utf8(b"a\0"), Ok("a\0"));
        // Neither half of it has more zeros than the other.
        assert_eq!(utf8(b"one\0\0two\0\0"), Ok("one\0\0two\0\0"));
    }

    #[test]
    fn other_encodings_are_named_with_the_line() {
        let utf16 = |text: &str, big: bool| -> Vec<u8> {
            let halves = text.encode_utf16();
            let bytes = halves.map(|half| match big {
                true => half.to_be_bytes(),
                false => half.to_le_bytes(),
            });
            bytes.flatten().collect()
        };
        for (bytes, line) in [
            (
                b"a\nb\ncaf\xe9\n".to_vec(),
                "line 3 is not UTF-8 (looks like Latin-1: byte 0xe9)",
            ),
            (
                b"\xef\xbb\xbfa\n\xfc".to_vec(),
                "line 2 is not UTF-8 (looks like Latin-1: byte 0xfc)",
            ),
            (
                b"it\x92s".to_vec(),
                "line 1 is not UTF-8 (looks like Windows-1252: byte 0x92)",
            ),
            (
                b"\x93\xfa\x96\x7b".to_vec(),
                "line 1 is not UTF-8 (looks like another encoding",
            ),
            (
                b"a\xc3".to_vec(),
                "line 1 is not UTF-8 (looks like UTF-8 that was cut short)",
            ),
            (
                utf16("\u{feff}http://a/\n", false),
                "line 1 is not UTF-8 (looks like UTF-16",
            ),
            (
                utf16("\u{feff}http://a/\n", true),
                "line 1 is not UTF-8 (looks like UTF-16",
            ),
            (
                utf16("http://a/\n", false),
                "line 1 is not UTF-8 (looks like UTF-16",
            ),
            (
                utf16("http://a/\n", true),
                "line 1 is not UTF-8 (looks like UTF-16",
            ),
            (
                utf16("\u{5317}\u{4eac}\nhttp://a/\n", false),
                "line 1 is not UTF-8 (looks like UTF-16",
            ),
            (
                utf16("\u{5317}\u{4eac}\nhttp://a/\n", true),
                "line 1 is not UTF-8 (looks like UTF-16",
            ),
            (
                b"\xff\xfe\0\0h\0\0\0".to_vec(),
                "line 1 is not UTF-8 (looks like UTF-32",
            ),
            (
                b"h\0\0\0t\0\0\0".to_vec(),
                "line 1 is not UTF-8 (looks like UTF-32",
            ),
            (
                b"\0\0\0h\0\0\0t".to_vec(),
                "line 1 is not UTF-8 (looks like UTF-32",
            ),
            (b"\x1f\x8b\x08\0".to_vec(), "gzip"),
        ] {
            let why = utf8(&bytes).expect_err("it is not UTF-8").to_string();
            assert!(why.contains(line), "{why}");
            assert!(why.ends_with("save it as UTF-8"), "{why}");
        }
    }

    #[test]
    fn what_has_no_end_is_not_read_on() {
        let why = read_at_most(std::io::repeat(0), 1 << 20).expect_err("no end");
        assert_eq!(why.to_string(), "more than 1 MB are not read");
        assert_eq!(read_at_most(&b"abc"[..], 3).expect("three bytes"), b"abc");
    }
}
