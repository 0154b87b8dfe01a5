//! Framing: how an answer's headers mark where it ends.

use httparse::Header;

use crate::fault::Fault;

/// What the headers reveal about the answer's end.
#[derive(Debug)]
pub(crate) struct Framing {
    pub(crate) length: Option<u64>,
    /// Whether the last transfer coding is `chunked`; `None` where there is no coding.
    pub(crate) chunked: Option<bool>,
    pub(crate) keep_alive: bool,
}

impl Framing {
    /// Reads the headers; `old` if the answer is HTTP/1.0.
    pub(crate) fn of(headers: &[Header<'_>], old: bool) -> Result<Framing, Fault> {
        let mut framing = Framing {
            length: None,
            chunked: None,
            keep_alive: !old,
        };
        for header in headers {
            let is = |name: &str| header.name.eq_ignore_ascii_case(name);
            if is("content-length") {
                let length = length(header.value)?;
                if framing.length.is_some_and(|other| other != length) {
                    return Err(Fault::Malformed);
                }
                framing.length = Some(length);
            } else if is("transfer-encoding") {
                let last = words(header.value).last();
                framing.chunked =
                    Some(last.is_some_and(|last| last.eq_ignore_ascii_case(b"chunked")));
            } else if is("connection") {
                let says = |word: &[u8]| {
                    words(header.value).any(|other| other.eq_ignore_ascii_case(word))
                };
                if says(b"close") {
                    framing.keep_alive = false;
                } else if says(b"keep-alive") {
                    framing.keep_alive = true;
                }
            }
        }
        Ok(framing)
    }
}

/// The words of a list, without the blanks around them.
fn words(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

/// A Content-Length: digits and nothing else.
fn length(value: &[u8]) -> Result<u64, Fault> {
    let text = std::str::from_utf8(value).map_err(|_| Fault::Malformed)?;
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let length = digits.then(|| text.parse().ok()).flatten();
    length.ok_or(Fault::Malformed)
}
