//! Where a redirect leads.
//!
//! `Location` is read as browsers read it: by the URL standard of the WHATWG, against the
//! URL that was asked for. So blanks and letters of any script are percent-encoded, a
//! backslash is a slash, tabs and line ends are removed, and it may be relative.
//!
//! The rule of all that follow redirects:
//! - 301, 302, 303, 307 and 308 are redirects; every other status is the answer's own.
//! - Without a `Location`, or with an empty one, so are these.
//! - At most [`MOST`] are followed.
//! - None leads from https to http, nor to another scheme.
//! - A user name and a password in it are not sent.

use url::Url;

/// The most redirects of one request.
pub const MOST: usize = 10;

/// Why a redirect isn't followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is no URL.
    #[error("the answer redirects to {location:?}, which is no URL: {why}")]
    Malformed {
        /// What stands there.
        location: String,
        /// What is wrong with it.
        why: url::ParseError,
    },
    /// There are several that differ.
    #[error("the answer redirects to {0:?} and elsewhere")]
    Ambiguous(String),
    /// It is http where the answer came over https.
    #[error("the answer redirects from https to http: {0}")]
    OffHttps(String),
    /// It is neither http nor https.
    #[error("the answer redirects to {0}, which is neither http:// nor https://")]
    Scheme(String),
    /// More than [`MOST`] in a row.
    #[error("more than {MOST} redirects in a row")]
    TooMany,
}

/// Where an answer of this status and with these values of `Location`, to a request for
/// `asked`, leads; `None` if it is no redirect.
///
/// # Errors
/// It leads where none may.
pub fn target<'a>(
    asked: &Url,
    status: u16,
    locations: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Option<Url>, Error> {
    if !matches!(status, 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let mut locations = locations.into_iter();
    let Some(location) = locations.next() else {
        return Ok(None);
    };
    if locations.any(|other| other != location) {
        return Err(Error::Ambiguous(text(location)));
    }
    let location = text(location);
    if location.trim().is_empty() {
        return Ok(None);
    }
    let target = asked.join(&location);
    let mut target = target.map_err(|why| Error::Malformed { location, why })?;
    match (asked.scheme(), target.scheme()) {
        ("https", "http") => return Err(Error::OffHttps(target.into())),
        (_, "http" | "https") => {}
        _ => return Err(Error::Scheme(target.into())),
    }
    // Neither fails where there is a host, as there is in these two schemes.
    let _ = target.set_username("");
    let _ = target.set_password(None);
    Ok(Some(target))
}

/// The text of a header. What is no UTF-8 is taken byte by byte, percent-encoded, so that the
/// server gets back the bytes that it wrote.
fn text(header: &[u8]) -> String {
    match str::from_utf8(header) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            let mut text = String::new();
            for &byte in header {
                match byte {
                    0..0x80 => text.push(byte.into()),
                    _ => text += &format!("%{byte:02X}"),
                }
            }
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(asked: &str, locations: &[&[u8]]) -> Result<Option<String>, Error> {
        let asked = Url::parse(asked).expect("a URL");
        let target = target(&asked, 302, locations.iter().copied())?;
        Ok(target.map(String::from))
    }

    #[test]
    fn a_location_is_read_as_browsers_read_it() {
        for (location, target) in [
            (&b"/b"[..], "http://h:81/b"),
            (b"b", "http://h:81/a/b"),
            (b"../b", "http://h:81/b"),
            (b"?q", "http://h:81/a/f?q"),
            (b"#x", "http://h:81/a/f?r#x"),
            (b"//other/b", "http://other/b"),
            (b"http:b", "http://h:81/a/b"),
            (b"HTTP://OTHER/b", "http://other/b"),
            (b"https://other:443/", "https://other/"),
            (b"/plain/some file.txt", "http://h:81/plain/some%20file.txt"),
            (b"  /b  ", "http://h:81/b"),
            (b"/b\tc", "http://h:81/bc"),
            (b"\\b\\c", "http://h:81/b/c"),
            (b"\\\\other\\b", "http://other/b"),
            ("/\u{71df}#_=_".as_bytes(), "http://h:81/%E7%87%9F#_=_"),
            (b"/caf\xe9", "http://h:81/caf%E9"),
            ("http://b\u{fc}cher/".as_bytes(), "http://xn--bcher-kva/"),
            (b"/a%2Fb%zz", "http://h:81/a%2Fb%zz"),
            (b"/<\"`>", "http://h:81/%3C%22%60%3E"),
            (b"http://0x7f.1/", "http://127.0.0.1/"),
            (b"http://me:secret@h/b", "http://h/b"),
            (b"/./a/../b", "http://h:81/b"),
        ] {
            let told = String::from_utf8_lossy(location);
            assert_eq!(
                to("http://h:81/a/f?r", &[location]),
                Ok(Some(target.to_owned())),
                "{told}"
            );
        }
    }

    #[test]
    fn where_there_is_no_location_the_answer_is_no_redirect() {
        for locations in [&[][..], &[&b""[..]], &[b"  "]] {
            assert_eq!(to("http://h/", locations), Ok(None), "{locations:?}");
        }
        let asked = Url::parse("http://h/").expect("a URL");
        for status in [
            100, 101, 199, 200, 201, 204, 206, 300, 304, 305, 306, 309, 399, 999,
        ] {
            assert_eq!(target(&asked, status, [&b"/b"[..]]), Ok(None), "{status}");
        }
        for status in [301, 302, 303, 307, 308] {
            let target = target(&asked, status, [&b"/b"[..]]).expect("it leads there");
            assert_eq!(target.map(String::from), Some("http://h/b".to_owned()));
        }
    }

    #[test]
    fn some_redirects_are_refused_in_words() {
        for (asked, locations, words) in [
            ("https://h/", &[&b"http://h/"[..]][..], "from https to http"),
            ("http://h/", &[b"ftp://h/"], "neither http:// nor https://"),
            (
                "http://h/",
                &[b"file:///etc/passwd"],
                "neither http:// nor https://",
            ),
            ("http://h/", &[b"data:,x"], "neither http:// nor https://"),
            (
                "http://h/",
                &[b"javascript:1"],
                "neither http:// nor https://",
            ),
            ("http://h/", &[b"http://"], "no URL: empty host"),
            ("http://h/", &[b"http://h:99999/"], "no URL: invalid port"),
            ("http://h/", &[b"http://[::1/"], "no URL: invalid IPv6"),
            ("http://h/", &[b"/a", b"/b"], "and elsewhere"),
        ] {
            let why = to(asked, locations).expect_err("it is refused").to_string();
            assert!(why.contains(words), "no {words:?} in: {why}");
        }
        let twice: &[&[u8]] = &[b"/a", b"/a"];
        assert_eq!(to("http://h/", twice), Ok(Some("http://h/a".to_owned())));
    }
}
