//! The URLs that a user names.

use std::{
    collections::BTreeMap,
    env, fs, io,
    sync::{Mutex, PoisonError},
};

use anyhow::Result;
use test_fixtures::{Misuse, file_at_most, read_at_most, shortened, utf8};
use url::Url;

use crate::tls;

/// Bytes of a list at the most: a million long URLs.
const LARGEST: u64 = 256 << 20;

/// Characters of an error at the most, which quotes a URL.
const MOST_SAID: usize = 400;

/// URLs to fetch instead of the origin's own. What sizes the origin's answers conflicts
/// with them by the name of this group.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(id = "own_urls")]
pub struct Urls {
    /// Fetch these instead of the demo's own origin
    #[arg(value_name = "URL")]
    pub urls: Vec<String>,
    /// Fetch the URLs in this file, one a line; `-` is standard input, a line that
    /// begins with `#` is a comment
    #[arg(long, value_name = "FILE")]
    pub urls_from: Option<String>,
}

impl Urls {
    /// Whether the user named any, or a file of them.
    pub fn are_named(&self) -> bool {
        !self.urls.is_empty() || self.urls_from.is_some()
    }

    /// The URLs, each checked; `None` if the user named neither URLs nor a file. Where there
    /// are no `other_roots`, the system's are held to be some.
    pub fn read(&self, other_roots: bool) -> Result<Option<Vec<String>>> {
        tls::ensure_roots_end(|name| env::var_os(name))?;
        if !self.are_named() {
            return Ok(None);
        }
        let mut urls = Vec::new();
        for url in &self.urls {
            let checked = checked(url).map_err(|why| shortened(&why, MOST_SAID));
            urls.push(checked.map_err(Misuse::new)?);
        }
        if let Some(file) = &self.urls_from {
            let text = read(file)?;
            for (index, line) in text.lines().enumerate() {
                let line = line.trim();
                if line.is_empty() || line.starts_with('#') {
                    continue;
                }
                let file = called(file);
                let at = |why| Misuse(format!("{file}, line {}: {why}", index + 1));
                if let Some(end) = line
                    .chars()
                    .find(|c| "\r\u{85}\u{2028}\u{2029}".contains(*c))
                {
                    let why =
                        format!("{end:?} ends no line here; end each with a line feed");
                    return Err(at(why).into());
                }
                // A parser of URLs would make the comment a part of the path.
                if line.contains(char::is_whitespace) {
                    let why = "a URL has no spaces; a comment has a line of its own";
                    return Err(at(why.to_owned()).into());
                }
                // A line of the wrong file may be as long as the file.
                urls.push(checked(line).map_err(|why| at(shortened(&why, MOST_SAID)))?);
            }
        }
        if urls.is_empty() {
            let file = self.urls_from.as_deref().map_or("nothing", called);
            return Err(Misuse(format!("{file} names no URL; write one a line")).into());
        }
        if urls.iter().any(|url| url.starts_with("https://")) {
            tls::ensure_roots_of_user(|name| env::var_os(name), other_roots)?;
        }
        Ok(Some(urls))
    }
}

fn called(file: &str) -> &str {
    match file {
        "-" => "standard input",
        file => file,
    }
}

/// Standard input or a pipe can be read once, and every trial of a run needs the same URLs.
fn read(file: &str) -> Result<String, Misuse> {
    static READ: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());
    let cant = |error: io::Error| {
        let file = called(file);
        Misuse(format!(
            "can't read URLs from {file}: {error}; name a text file"
        ))
    };
    let text = |bytes: Vec<u8>| match utf8(&bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(why) => Err(Misuse(format!("{}, {why}", called(file)))),
    };
    let is_plain = |there: fs::Metadata| there.is_file();
    if file != "-" && fs::metadata(file).is_ok_and(is_plain) {
        return text(file_at_most(file, LARGEST).map_err(cant)?);
    }
    // What panicked here has changed nothing.
    let mut all = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = all.get(file) {
        return Ok(text.clone());
    }
    let bytes = match file {
        "-" => read_at_most(io::stdin().lock(), LARGEST),
        file => file_at_most(file, LARGEST),
    };
    let text = text(bytes.map_err(cant)?)?;
    all.insert(file.to_owned(), text.clone());
    Ok(text)
}

/// The URL in its normal form, or what is wrong with it.
fn checked(text: &str) -> Result<String, String> {
    if text.contains(char::is_whitespace) {
        return Err(format!("{text:?}: a URL has no spaces; write %20 for one"));
    }
    let url = Url::parse(text).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => {
            format!("{text:?} is not a URL; write http:// before the host")
        }
        error => format!("{text:?} is not a URL: {error}"),
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        // Some clients would send them and some would not; a password is not repeated.
        let host = url.host_str().unwrap_or_default();
        return Err(format!(
            "a URL of {host} has a user name or a password in it, which not every client \
             sends; leave them out"
        ));
    }
    match url.scheme() {
        "http" | "https" => Ok(url.into()),
        scheme => Err(format!(
            "{text}: {scheme} is not supported; use an http:// or https:// URL"
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Urls, read};

    fn of(text: &[u8]) -> Result<Option<Vec<String>>, String> {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), text).expect("it can be written");
        let urls = Urls {
            urls: Vec::new(),
            urls_from: Some(file.path().to_string_lossy().into_owned()),
        };
        urls.read(false).map_err(|error| error.to_string())
    }

    #[test]
    fn a_list_is_taken_from_any_editor() {
        let both = Ok(Some(vec!["http://a/".to_owned(), "https://b/c".to_owned()]));
        for text in [
            "http://a/\nhttps://b/c\n",
            "http://a/\r\nhttps://b/c\r\n",
            "\u{feff}http://a/\r\n\r\n# these two\r\n  https://b/c",
        ] {
            assert_eq!(of(text.as_bytes()), both, "{text:?}");
        }
    }

    #[test]
    fn a_list_that_is_none_says_what_to_do() {
        for (text, words) in [
            (&b""[..], "names no URL; write one a line"),
            (b"# none\n", "names no URL"),
            (
                b"\nhost/path\n",
                "line 2: \"host/path\" is not a URL; write http://",
            ),
            (
                b"http://me:secret@a/\n",
                "line 1: a URL of a has a user name or a password in it",
            ),
            (b"ftp://a/\n", "use an http:// or https:// URL"),
            (
                b"http://a/\n\nhttp://a/f # comment\n",
                "line 3: a URL has no spaces; a comment has a line of its own",
            ),
            (
                b"http://a/\rhttp://b/\r",
                "line 1: '\\r' ends no line here; end each with a line feed",
            ),
            (b"\xff\xfeh\0", "line 1 is not UTF-8 (looks like UTF-16"),
            (
                b"http://a/\n# here\nhttp://a/caf\xe9\n",
                "line 3 is not UTF-8 (looks like Latin-1: byte 0xe9); save it as UTF-8",
            ),
        ] {
            let why = of(text).expect_err("it is refused");
            assert!(why.contains(words), "no {words:?} in: {why}");
        }
    }

    #[test]
    fn a_pipe_is_read_once_for_all_rows() {
        let directory = tempfile::tempdir().expect("a directory");
        let pipe = directory.path().join("pipe");
        let pipe = pipe.to_str().expect("text").to_owned();
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.expect("mkfifo").success());
        let to = pipe.clone();
        let writes = std::thread::spawn(move || fs::write(to, "http://h/a\n"));
        for _ in 0..3 {
            assert_eq!(read(&pipe).expect("it was read"), "http://h/a\n");
        }
        writes.join().expect("it only writes").expect("it is read");
    }
}
