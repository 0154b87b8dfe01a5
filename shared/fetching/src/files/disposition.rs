//! The file name in a `Content-Disposition` header (RFC 6266).

use std::borrow::Cow;

use percent_encoding::percent_decode;

/// The file name; `filename*` before `filename`. `None` where there is neither, or none
/// that can be read: a header is the server's word, and the URL has a name too.
pub(super) fn file_name(value: &[u8]) -> Option<String> {
    let mut rest = &value[value.iter().position(|&byte| byte == b';')?..];
    let mut plain = None;
    while let Some(parameter) = rest.strip_prefix(b";") {
        let is_end = |&byte: &u8| matches!(byte, b'=' | b';');
        let Some(equals) = parameter.iter().position(is_end) else {
            break;
        };
        // Without a value it says nothing.
        if parameter[equals] == b';' {
            rest = &parameter[equals..];
            continue;
        }
        let key = parameter[..equals].trim_ascii().to_ascii_lowercase();
        let (text, behind) = parameter_value(parameter[equals + 1..].trim_ascii_start());
        match key.as_slice() {
            b"filename*" => {
                if let Some(name) = extended(&text) {
                    return Some(name);
                }
            }
            b"filename" => plain = plain.or(Some(decoded(text))),
            _ => {}
        }
        rest = behind.trim_ascii_start();
    }
    plain
}

/// A token, or a quoted string without its quotes, and what stands behind it.
fn parameter_value(text: &[u8]) -> (Cow<'_, [u8]>, &[u8]) {
    let Some(quoted) = text.strip_prefix(b"\"") else {
        let end = text.iter().position(|&byte| byte == b';');
        let (token, behind) = text.split_at(end.unwrap_or(text.len()));
        return (token.trim_ascii_end().into(), behind);
    };
    let mut unquoted = Vec::new();
    let mut bytes = quoted.iter().enumerate();
    while let Some((index, &byte)) = bytes.next() {
        match byte {
            b'"' => return (unquoted.into(), &quoted[index + 1..]),
            b'\\' => unquoted.extend(bytes.next().map(|(_, &byte)| byte)),
            byte => unquoted.push(byte),
        }
    }
    (unquoted.into(), b"")
}

/// `UTF-8'en'na%C3%AFve.txt`
fn extended(text: &[u8]) -> Option<String> {
    let mut parts = text.splitn(3, |&byte| byte == b'\'');
    let (charset, _language, name) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes: Vec<u8> = percent_decode(name).collect();
    match charset.to_ascii_lowercase().as_slice() {
        b"utf-8" => String::from_utf8(bytes).ok(),
        b"iso-8859-1" => Some(bytes.into_iter().map(char::from).collect()),
        _ => None,
    }
}

/// Headers are Latin-1 by the book and UTF-8 in life.
fn decoded(bytes: Cow<'_, [u8]>) -> String {
    String::from_utf8(bytes.into_owned())
        .unwrap_or_else(|error| error.into_bytes().into_iter().map(char::from).collect())
}
