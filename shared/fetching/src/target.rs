//! Where a request goes: what a client that is written by hand needs of a URL.

use std::io::{self, ErrorKind};

/// The parts of an `http://` URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// The host, without the brackets of an IPv6 address, and the port.
    pub address: (&'a str, u16),
    /// The host and the port as the `Host` header names them.
    pub host: &'a str,
    /// The path and the query.
    pub path: &'a str,
}

impl<'a> Target<'a> {
    /// Takes a URL apart. User information and fragment are not for the server.
    ///
    /// # Errors
    /// `InvalidInput`, where it is no `http://` URL.
    pub fn of(url: &'a str) -> io::Result<Self> {
        let invalid = |why| io::Error::new(ErrorKind::InvalidInput, why);
        let rest = url
            .strip_prefix("http://")
            .ok_or_else(|| invalid(format!("only http:// is spoken here, not {url}")))?;
        let rest = rest.split('#').next().unwrap_or(rest);
        let (authority, path) = match rest.find('/') {
            Some(slash) => rest.split_at(slash),
            None => (rest, "/"),
        };
        let host = authority.rsplit('@').next().unwrap_or(authority);
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => {
                let wrong = |_| invalid(format!("{port:?} is not a port"));
                (name, port.parse().map_err(wrong)?)
            }
            _ => (host, 80),
        };
        let name = name.trim_start_matches('[').trim_end_matches(']');
        Ok(Self {
            address: (name, port),
            host,
            path,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn a_url_has_an_address_a_host_and_a_path() {
        for (url, address, host, path) in [
            ("http://a.example", ("a.example", 80), "a.example", "/"),
            ("http://a:8080/b?c#d", ("a", 8080), "a:8080", "/b?c"),
            ("http://[::1]:81/b", ("::1", 81), "[::1]:81", "/b"),
            ("http://[::1]/", ("::1", 80), "[::1]", "/"),
            ("http://me:secret@a/b", ("a", 80), "a", "/b"),
        ] {
            let target = Target {
                address,
                host,
                path,
            };
            assert_eq!(Target::of(url).expect(url), target);
        }
    }

    #[test]
    fn what_is_no_http_url_is_refused() {
        for url in [
            "https://a/",
            "a.example",
            "http://a:port/",
            "http://a:70000/",
        ] {
            assert!(Target::of(url).is_err(), "{url}");
        }
    }
}
