//! A page: what a client saw of one answer.

use std::{fmt, io};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::Digest;
use test_fixtures::Outcome;

/// What a client saw of one answer: enough to distinguish a whole body from any other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The status code.
    pub status: u16,
    /// Bytes of the body.
    pub bytes: u64,
    /// SHA-256 of the body.
    pub sha256: Sha256,
}

/// A page of which the body is still being read. It keeps a digest, not the body, so it
/// stays small however long the body is.
pub struct PartialPage {
    status: u16,
    bytes: u64,
    digest: sha2::Sha256,
}

impl Page {
    /// Begins the page that `url` answered with `status`.
    ///
    /// # Panics
    /// Where [`panic_if_asked`] does.
    pub fn open(url: &str, status: u16) -> PartialPage {
        panic_if_asked(url);
        PartialPage {
            status,
            bytes: 0,
            digest: sha2::Sha256::new(),
        }
    }
}

/// Panics if the URL has `/note/panic` in it. That is how a bug in the code around a
/// request is made to order: every variant has to contain it.
pub fn panic_if_asked(url: &str) {
    assert!(!url.contains("/note/panic"), "asked to panic by {url}");
}

impl PartialPage {
    /// Takes the next part of the body.
    pub fn read(&mut self, part: &[u8]) {
        self.bytes += part.len() as u64;
        self.digest.update(part);
    }

    /// The whole page.
    pub fn close(self) -> Page {
        let sha256 = Sha256(self.digest.finalize().into());
        Page {
            status: self.status,
            bytes: self.bytes,
            sha256,
        }
    }
}

impl io::Write for PartialPage {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        self.read(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Debug for PartialPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} after {} bytes", self.status, self.bytes)
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {:>9} bytes  sha256 {}",
            self.status, self.bytes, self.sha256
        )
    }
}

/// A SHA-256, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Sha256(pub [u8; 32]);

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A precision shortens it, as it does a string.
        let digits = f.precision().unwrap_or(64).min(64);
        self.0
            .iter()
            .take(digits.div_ceil(2))
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Sha256 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || de::Error::custom("a SHA-256 is 64 hexadecimal digits");
        if text.len() != 64 || !text.is_ascii() {
            return Err(wrong());
        }
        let mut bytes = [0; 32];
        for (byte, index) in bytes.iter_mut().zip((0..64).step_by(2)) {
            let digits = &text[index..index + 2];
            *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
        }
        Ok(Self(bytes))
    }
}

/// One line per URL: what became of it, for a person, with the first digits of its
/// SHA-256. Where all URLs are of one host, the lines show only their paths.
pub fn results(urls: &[String], outcomes: &[Outcome<Page>]) -> Vec<String> {
    lines(urls, outcomes, 16)
}

/// The same with the whole SHA-256.
pub fn whole_results(urls: &[String], outcomes: &[Outcome<Page>]) -> Vec<String> {
    lines(urls, outcomes, 64)
}

fn lines(urls: &[String], outcomes: &[Outcome<Page>], digits: usize) -> Vec<String> {
    let host = common_host(urls);
    let line = |(url, outcome): (&String, &Outcome<Page>)| {
        let url = &url[host..];
        match outcome {
            Outcome::Ok(Page {
                status,
                bytes,
                sha256,
            }) => {
                format!("{status} {bytes:>8} bytes  sha256 {sha256:.digits$}  {url}")
            }
            Outcome::Failed(failure) => {
                format!("failed, {}: {}  {url}", failure.class, failure.why)
            }
            Outcome::Panicked(message) => format!("panicked: {message}  {url}"),
            other => format!("{}  {url}", other.word()),
        }
    };
    urls.iter().zip(outcomes).map(line).collect()
}

/// The length of `http://host:port` or `https://host:port`, if more than one URL begins
/// with the same: the part that need not be repeated for each.
pub fn common_host(urls: &[String]) -> usize {
    let [first, second, ..] = urls else { return 0 };
    let host = |url: &str| {
        let rest = url.find("://").map_or(0, |scheme| scheme + 3);
        url[rest..]
            .find('/')
            .map_or(url.len(), |slash| rest + slash)
    };
    let length = host(first);
    let same = |url: &String| host(url) == length && url[..length] == first[..length];
    if same(second) && urls.iter().all(same) {
        length
    } else {
        0
    }
}
