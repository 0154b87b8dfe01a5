//! What is kept of the two outputs of a process: a reply as long as it can be one, and of
//! diagnostics the start and the end.

use std::{borrow::Cow, collections::VecDeque};

use crate::{trial::shortened, without_mark};

/// How much of a standard error is kept of its start: a program that ends with a dump of
/// all its threads reports the cause before it.
const START: usize = 16 * 1024;
/// How much is kept of its end.
const END: usize = 48 * 1024;
/// How much is kept of what can't be a reply.
const HEAD: usize = 1024;

/// How much of what can't be a reply is shown.
const SHOWN: usize = 80;

/// What some programs begin a text with.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A standard output that should be one JSON object.
#[derive(Debug, Default)]
pub(crate) struct Output {
    kept: Vec<u8>,
    read: u64,
    longest: u64,
    form: Form,
}

/// How far into an object the text is, as far as that can be seen without its fields.
#[derive(Debug, Default)]
struct Form {
    depth: usize,
    is_in_text: bool,
    is_escaped: bool,
    is_over: bool,
    read: u64,
    /// Where there is something that is no part of an object.
    broken_at: Option<u64>,
}

impl Output {
    pub(crate) fn of(longest: u64) -> Self {
        Self {
            longest,
            ..Self::default()
        }
    }

    /// Takes what comes next. Of what can't be an object any more, only the head is kept.
    pub(crate) fn take(&mut self, bytes: &[u8]) {
        self.read += bytes.len() as u64;
        self.form.read(bytes);
        if self.is_one_object() {
            self.kept.extend(bytes);
        } else {
            let room = HEAD.saturating_sub(self.kept.len());
            self.kept.extend(&bytes[..room.min(bytes.len())]);
            self.kept.truncate(HEAD);
            self.kept.shrink_to_fit();
        }
    }

    /// Whether it is longer than anything that is read.
    pub(crate) fn is_endless(&self) -> bool {
        self.read > self.longest
    }

    /// Whether what came can be one object, or the start of one.
    fn is_one_object(&self) -> bool {
        self.form.broken_at.is_none() && !self.is_endless()
    }

    /// All of it, if it can be a reply; else its head. A byte order mark is left out, as
    /// RFC 8259 allows (section 8.1).
    pub(crate) fn bytes(&self) -> &[u8] {
        without_mark(&self.kept)
    }

    /// What is wrong with it before its fields are looked at, if anything is.
    pub(crate) fn broken(&self) -> Option<String> {
        let at = self.form.broken_at?;
        let text = |at: u64| {
            let rest = self.kept.get(at as usize..).unwrap_or_default();
            let text = String::from_utf8_lossy(rest);
            format!("{:?}", shortened(text.lines().next().unwrap_or("…"), SHOWN))
        };
        Some(match self.form.is_over {
            false => format!("it begins with {}", text(at)),
            true => format!("behind its object stands {}", text(at)),
        })
    }

    /// Its first bytes as text.
    pub(crate) fn head(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.kept[..self.kept.len().min(HEAD)])
    }
}

impl Form {
    fn read(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.broken_at.is_some() {
                return;
            }
            self.step(*byte);
            self.read += 1;
        }
    }

    fn step(&mut self, byte: u8) {
        if self.is_in_text {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' => self.is_escaped = true,
                b'"' => self.is_in_text = false,
                _ => {}
            }
            return;
        }
        let is_mark = BYTE_ORDER_MARK.get(self.read as usize) == Some(&byte);
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ if is_mark => {}
            b'{' | b'[' if self.depth > 0 => self.depth += 1,
            b'{' if !self.is_over => self.depth = 1,
            // Before the object, or behind it.
            _ if self.depth == 0 => self.broken_at = Some(self.read),
            b'}' | b']' => {
                self.depth -= 1;
                self.is_over = self.depth == 0;
            }
            b'"' => self.is_in_text = true,
            _ => {}
        }
    }
}

/// A standard error: its start and its end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Error {
    start: Vec<u8>,
    end: VecDeque<u8>,
    left_out: u64,
}

impl Error {
    pub(crate) fn take(&mut self, bytes: &[u8]) {
        let room = (START - self.start.len()).min(bytes.len());
        self.start.extend(&bytes[..room]);
        let rest = &bytes[room..];
        let excess = (self.end.len() + rest.len()).saturating_sub(END);
        self.left_out += excess as u64;
        let of_end = excess.min(self.end.len());
        self.end.drain(..of_end);
        self.end.extend(&rest[excess - of_end..]);
    }

    /// What is kept, with a line where something is left out.
    pub(crate) fn text(mut self) -> String {
        let mut text = self.start;
        if self.left_out > 0 {
            text.extend(format!("\n… {} bytes left out …\n", self.left_out).bytes());
        }
        text.extend(&*self.end.make_contiguous());
        String::from_utf8_lossy(&text).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(chunks: &[&str]) -> Output {
        let mut output = Output::of(1 << 20);
        for chunk in chunks {
            output.take(chunk.as_bytes());
        }
        output
    }

    #[test]
    fn an_object_is_kept_whole_however_it_comes() {
        for chunks in [
            &["{}"][..],
            &[" \n{\"a\":[{}", ",\"}\\", "\"{\"]}\n", "\n"],
            &["{\"a\":\"\\\\\"}", " "],
        ] {
            let output = output(chunks);
            assert!(output.is_one_object(), "{chunks:?}");
            assert_eq!(output.bytes(), chunks.concat().as_bytes());
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_an_object() {
        let marked = output(&["\u{feff}{\"a\":", "1}"]);
        assert!(marked.is_one_object());
        assert_eq!(marked.bytes(), b"{\"a\":1}");
        for elsewhere in ["{}\u{feff}", " \u{feff}{}", "\u{feff}\u{feff}{}"] {
            assert!(!output(&[elsewhere]).is_one_object(), "{elsewhere:?}");
        }
    }

    #[test]
    fn of_anything_else_only_the_head_is_kept() {
        let long = "{} ".repeat(10_000);
        for chunks in [
            &["warming up\n{}"][..],
            &["{}", "{}"],
            &[&*long, &*long],
            &["[]"],
        ] {
            let output = output(chunks);
            assert!(!output.is_one_object(), "{chunks:?}");
            let all = chunks.concat();
            assert_eq!(output.head(), all[..all.len().min(HEAD)]);
            assert!(output.bytes().len() <= HEAD);
        }
    }

    #[test]
    fn what_has_no_end_is_kept_up_to_its_bound() {
        let mut output = Output::of(100_000);
        output.take(b"{\"a\":\"");
        for _ in 0..100 {
            output.take(&[b'x'; 5000]);
        }
        assert!(output.is_endless());
        assert!(output.bytes().len() <= HEAD);
    }

    #[test]
    fn of_diagnostics_start_and_end_are_kept() {
        for size in [1, 7, 1000, 100_000] {
            let all: Vec<u8> = (0..200_000).map(|n: u32| b'a' + (n % 26) as u8).collect();
            let mut error = Error::default();
            all.chunks(size).for_each(|chunk| error.take(chunk));
            let text = error.text();
            let left_out = all.len() - START - END;
            let (start, end) = (&all[..START], &all[all.len() - END..]);
            let gap = format!("\n… {left_out} bytes left out …\n");
            assert_eq!(
                text.as_bytes(),
                [start, gap.as_bytes(), end].concat(),
                "{size}"
            );
        }
    }
}
