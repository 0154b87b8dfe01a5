//! The target: the server that requests are sent to, and what they ask for.

use std::io::Write as _;
use std::net::{SocketAddr, ToSocketAddrs as _};

use url::Url;

use crate::error::Error;

/// A server's address, and the request that it is sent.
#[derive(Clone, Debug)]
pub struct Target {
    pub(crate) url: Url,
    pub(crate) address: SocketAddr,
    request: Vec<u8>,
    /// Where the number of each request stands in it.
    number_at: Option<usize>,
}

impl Target {
    /// Reads a URL and looks up its address. Only loopback addresses are taken, unless
    /// `anywhere` is set: load on a server is an attack on it, unless its owner agreed.
    ///
    /// # Errors
    /// If it is no `http://` URL, its name has no address, or the address is not loopback.
    pub fn parse(url: &str, anywhere: bool) -> Result<Target, Error> {
        let bad = |why: String| Error::Url {
            url: url.to_owned(),
            why,
        };
        let parsed = Url::parse(url).map_err(|error| bad(error.to_string()))?;
        if parsed.scheme() != "http" {
            return Err(bad(format!("{} is not spoken", parsed.scheme())));
        }
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(bad("it names a user".to_owned()));
        }
        let host = parsed.host_str().ok_or_else(|| bad("no host".to_owned()))?;
        let port = parsed.port().unwrap_or(80);
        // A URL writes an IPv6 address in brackets; the resolver takes it without.
        let name = host.trim_start_matches('[').trim_end_matches(']');
        let addresses: Vec<SocketAddr> = (name, port)
            .to_socket_addrs()
            .map_err(|source| Error::Lookup {
                host: name.to_owned(),
                source,
            })?
            .collect();
        // An IPv4 address first: it is what most servers on a loopback listen on.
        let address = addresses.iter().find(|address| address.is_ipv4());
        let address = *address
            .or(addresses.first())
            .ok_or_else(|| bad(format!("{name} has no address")))?;
        if !anywhere && !address.ip().to_canonical().is_loopback() {
            return Err(Error::NotLoopback(address.ip()));
        }
        Ok(Target {
            request: request(&parsed, host),
            number_at: None,
            address,
            url: parsed,
        })
    }

    /// The same server, where each request has its number, counted from 0, at the end of
    /// the path: so each has an answer of its own.
    #[must_use]
    pub fn numbered(mut self) -> Target {
        self.number_at = Some("GET ".len() + self.url.path().len());
        self
    }

    /// Puts the request with this number into `bytes`.
    pub(crate) fn request(&self, number: u64, bytes: &mut Vec<u8>) {
        bytes.clear();
        let at = self.number_at.unwrap_or(self.request.len());
        let (before, after) = self.request.split_at(at);
        bytes.extend_from_slice(before);
        if self.number_at.is_some() {
            write!(bytes, "{number}").expect("memory takes all that is written");
        }
        bytes.extend_from_slice(after);
    }

    /// The URL, as it was understood.
    pub fn url(&self) -> &str {
        self.url.as_str()
    }
}

fn request(url: &Url, host: &str) -> Vec<u8> {
    let query = url
        .query()
        .map_or(String::new(), |query| format!("?{query}"));
    let port = url.port().map_or(String::new(), |port| format!(":{port}"));
    let path = url.path();
    format!("GET {path}{query} HTTP/1.1\r\nHost: {host}{port}\r\n\r\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    #[test]
    fn a_request_has_the_path_the_query_and_the_host() -> Outcome {
        let target = Target::parse("http://127.0.0.1:8080/a/b?c=d#e", false)?;
        let text = String::from_utf8(target.request)?;
        assert_eq!(
            text,
            "GET /a/b?c=d HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n"
        );
        let target = Target::parse("http://[::1]:81", false)?;
        let text = String::from_utf8(target.request)?;
        assert_eq!(text, "GET / HTTP/1.1\r\nHost: [::1]:81\r\n\r\n");
        Ok(())
    }

    #[test]
    fn a_number_ends_the_path() -> Outcome {
        let target = Target::parse("http://127.0.0.1:80/a/?c=d", false)?.numbered();
        let mut bytes = b"left over".to_vec();
        target.request(120, &mut bytes);
        assert!(bytes.starts_with(b"GET /a/120?c=d HTTP/1.1\r\n"));
        Ok(())
    }

    #[test]
    fn other_machines_need_a_word() {
        let refused =
            Target::parse("http://192.0.2.1/", false).expect_err("it is not loopback");
        assert!(refused.to_string().contains("--anywhere"), "{refused}");
        assert!(Target::parse("http://192.0.2.1/", true).is_ok());
        assert!(Target::parse("http://[::ffff:192.0.2.1]/", false).is_err());
        assert!(Target::parse("http://[::ffff:127.0.0.1]/", false).is_ok());
    }
}
