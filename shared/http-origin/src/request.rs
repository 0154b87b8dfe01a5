//! Requests: one head, read with httparse.

use std::mem::MaybeUninit;

use httparse::{Header, Status};

use crate::script::Manner;

/// The most bytes that a head may have.
pub(crate) const MOST_HEAD: usize = 16 * 1024;
/// The most bytes that a request's body may have; they are read and thrown away.
const MOST_BODY: usize = 64 * 1024;

/// A request that has arrived whole.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) method: Method,
    /// The target, from its first slash on.
    pub(crate) path: &'a str,
    pub(crate) manner: Manner,
    /// Its bytes, head and body.
    pub(crate) len: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Head,
    Other,
}

/// Why a request is answered with an error and the connection given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) text: &'static str,
}

const fn refused<T>(status: u16, text: &'static str) -> Result<T, Refusal> {
    Err(Refusal { status, text })
}

/// Reads the request at the start of `bytes`; `None` if more bytes must come first.
pub(crate) fn parse(bytes: &[u8]) -> Result<Option<Request<'_>>, Refusal> {
    let mut headers = [const { MaybeUninit::<Header<'_>>::uninit() }; 96];
    let mut parsed = httparse::Request::new(&mut []);
    let window = &bytes[..bytes.len().min(MOST_HEAD)];
    let head = match parsed.parse_with_uninit_headers(window, &mut headers) {
        Ok(Status::Complete(head)) => head,
        Ok(Status::Partial) if bytes.len() < MOST_HEAD => return Ok(None),
        Ok(Status::Partial) => return refused(431, "the head is larger than 16 KiB\n"),
        Err(httparse::Error::TooManyHeaders) => {
            return refused(431, "the head has more than 96 headers\n");
        }
        Err(_) => return refused(400, "this is no HTTP/1.1 request\n"),
    };
    let method = match parsed.method {
        Some("GET") => Method::Get,
        Some("HEAD") => Method::Head,
        _ => Method::Other,
    };
    let old = parsed.version == Some(0);
    let mut manner = Manner {
        keep_alive: !old,
        old,
    };
    let mut length = None;
    for header in parsed.headers.iter() {
        match header.name.len() {
            10 if header.name.eq_ignore_ascii_case("connection") => {
                connection(header.value, &mut manner);
            }
            14 if header.name.eq_ignore_ascii_case("content-length") => {
                let value = str::from_utf8(header.value).ok();
                let digits = value.filter(|v| v.bytes().all(|b| b.is_ascii_digit()));
                match digits.and_then(|value| value.parse::<usize>().ok()) {
                    Some(bytes) if length.is_none_or(|known| known == bytes) => {
                        length = Some(bytes);
                    }
                    _ => return refused(400, "bad content-length\n"),
                }
            }
            17 if header.name.eq_ignore_ascii_case("transfer-encoding") => {
                return refused(400, "a request's body needs a content-length here\n");
            }
            _ => {}
        }
    }
    let body = length.unwrap_or(0);
    if body > MOST_BODY {
        return refused(413, "a request's body is at most 64 KiB here\n");
    }
    if bytes.len() < head + body {
        return Ok(None);
    }
    let path = origin_form(parsed.path.unwrap_or_default());
    Ok(Some(Request {
        method,
        path,
        manner,
        len: head + body,
    }))
}

fn connection(value: &[u8], manner: &mut Manner) {
    for word in value.split(|byte| *byte == b',') {
        let word = word.trim_ascii();
        if word.eq_ignore_ascii_case(b"close") {
            manner.keep_alive = false;
            return;
        }
        manner.keep_alive |= word.eq_ignore_ascii_case(b"keep-alive");
    }
}

/// What a proxy's client sends, `http://host/path`, without what stands before the path.
fn origin_form(target: &str) -> &str {
    let Some(rest) = target.strip_prefix("http://") else {
        return target;
    };
    rest.find('/').map_or("/", |slash| &rest[slash..])
}
