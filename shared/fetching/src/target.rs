//! The target of a request: what a client that is written by hand needs of a URL.

use std::io::{self, ErrorKind};

use rustls::pki_types::ServerName;

/// The parts of an `http://` or `https://` URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    /// Whether TLS is spoken there.
    pub is_https: bool,
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
    /// `InvalidInput`, where it is none of these.
    pub fn of(url: &'a str) -> io::Result<Self> {
        let invalid = |why| io::Error::new(ErrorKind::InvalidInput, why);
        let (is_https, rest) = match url.split_once("://") {
            Some(("http", rest)) => (false, rest),
            Some(("https", rest)) => (true, rest),
            _ => return Err(invalid(format!("no http:// or https:// URL: {url}"))),
        };
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
            _ => (host, if is_https { 443 } else { 80 }),
        };
        let name = name.trim_start_matches('[').trim_end_matches(']');
        Ok(Self {
            is_https,
            address: (name, port),
            host,
            path,
        })
    }

    /// Whether a connection that was opened for the one can serve the other: the scheme,
    /// the host and the port are the same. `Host` headers don't show it, since each
    /// scheme leaves out a port of its own.
    pub fn has_origin_of(&self, other: &Target<'_>) -> bool {
        (self.is_https, self.address) == (other.is_https, other.address)
    }

    /// The name that a certificate must be for; `None` where no TLS is spoken.
    ///
    /// # Errors
    /// `InvalidInput`, where the host is no name that a certificate can have.
    pub fn server_name(&self) -> io::Result<Option<ServerName<'static>>> {
        let name = || ServerName::try_from(self.address.0.to_owned());
        let name = self.is_https.then(name).transpose();
        name.map_err(|error| io::Error::new(ErrorKind::InvalidInput, error))
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn a_url_has_an_address_a_host_and_a_path() {
        for (url, is_https, address, host, path) in [
            (
                "http://a.example",
                false,
                ("a.example", 80),
                "a.example",
                "/",
            ),
            ("http://a:8080/b?c#d", false, ("a", 8080), "a:8080", "/b?c"),
            ("http://[::1]:81/b", false, ("::1", 81), "[::1]:81", "/b"),
            ("http://[::1]/", false, ("::1", 80), "[::1]", "/"),
            ("http://me:secret@a/b", false, ("a", 80), "a", "/b"),
            ("https://a/b", true, ("a", 443), "a", "/b"),
            ("https://a:8443/", true, ("a", 8443), "a:8443", "/"),
        ] {
            let target = Target {
                is_https,
                address,
                host,
                path,
            };
            assert_eq!(Target::of(url).expect(url), target);
        }
    }

    #[test]
    fn a_connection_serves_one_scheme_host_and_port() {
        let of = |url| Target::of(url).expect(url);
        let opened = of("http://a/b");
        for (url, same) in [
            ("http://a/c?d", true),
            ("http://a:80/", true),
            ("http://a:8080/", false),
            ("http://b/", false),
            ("https://a/b", false),
            ("https://a:80/b", false),
        ] {
            assert_eq!(opened.has_origin_of(&of(url)), same, "{url}");
        }
    }

    #[test]
    fn what_is_no_http_url_is_refused() {
        for url in ["ftp://a/", "a.example", "http://a:port/", "http://a:70000/"] {
            assert!(Target::of(url).is_err(), "{url}");
        }
    }
}
