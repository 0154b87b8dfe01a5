//! Descriptors for all connections, on both sides of them.

use std::io;

use anyhow::Result;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use test_fixtures::Misuse;

/// Descriptors that the load or a server may need beside those of its connections.
const OWN: u64 = 64;

/// Ensures that so many connections are within the limit that no process may raise.
///
/// # Errors
/// Misuse, if they are above it.
pub(crate) fn check(connections: usize) -> Result<(), Misuse> {
    match getrlimit(Resource::Nofile).maximum {
        Some(most) if most < needed(connections) => {
            let needed = needed(connections);
            let fewer = match most.saturating_sub(OWN) {
                0 => String::new(),
                can => format!("ask for at most {can}, clients and guests together, or "),
            };
            Err(Misuse(format!(
                "{connections} connection{} need{} {needed} descriptors, and a process may have \
                 {most} (ulimit -Hn): {fewer}raise it",
                if connections == 1 { "" } else { "s" },
                if connections == 1 { "s" } else { "" },
            )))
        }
        _ => Ok(()),
    }
}

/// Raises this process's limit, which servers inherit, so that so many connections can be
/// open.
///
/// # Errors
/// The system refuses it.
pub(crate) fn allow(connections: usize) -> io::Result<()> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let needed = needed(connections);
    if current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    let current = Some(needed);
    Ok(setrlimit(Resource::Nofile, Rlimit { current, maximum })?)
}

fn needed(connections: usize) -> u64 {
    connections as u64 + OWN
}
