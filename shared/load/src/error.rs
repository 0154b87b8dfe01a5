//! Errors: why a run does not begin, or can't continue.

use std::io;
use std::net::{IpAddr, SocketAddr};

/// Why there is no report. What befalls single requests is no error of a run: it is
/// counted in the report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The URL can't be used.
    #[error("can't use the URL {url}: {why}; write one such as http://127.0.0.1:8080/")]
    Url {
        /// What was given.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// The name service knows no address of the host.
    #[error("can't find the address of {host}: {source}")]
    Lookup {
        /// The host's name.
        host: String,
        /// What the name service said.
        source: io::Error,
    },
    /// The address belongs to another machine.
    #[error(
        "{0} is not a loopback address; add --anywhere if its owner agreed to the load"
    )]
    NotLoopback(IpAddr),
    /// A number of the plan is out of its range.
    #[error("{what} must be {least} to {most}, not {was}")]
    Range {
        /// Which number.
        what: &'static str,
        /// The least that it may be, with its unit.
        least: String,
        /// The most that it may be, with its unit.
        most: String,
        /// What it was, with its unit.
        was: String,
    },
    /// The first connections could not be opened.
    #[error("can't connect to {address}: {source}; is a server listening there?")]
    Connect {
        /// Where to.
        address: SocketAddr,
        /// What came instead of a connection.
        source: io::Error,
    },
    /// The server did not take as many connections as the plan has.
    #[error(
        "{address} took only {open} of {wanted} connections; ask for fewer by --connections"
    )]
    Few {
        /// Where to.
        address: SocketAddr,
        /// How many were open at last.
        open: usize,
        /// How many the plan has.
        wanted: usize,
    },
    /// The process may not have as many descriptors as the plan has connections.
    #[error(
        "no more descriptors after {open} of {wanted} connections; raise ulimit -n, or ask for fewer by --connections"
    )]
    Descriptors {
        /// How many connections there were.
        open: usize,
        /// How many the plan has.
        wanted: usize,
    },
    /// A system call failed that should not.
    #[error(transparent)]
    System(#[from] io::Error),
}
