//! The look-up of a name, which blocks for as long as the system likes: on a thread of its
//! own, which a request that is given up leaves behind. An address needs none.

use std::{
    io::{self, ErrorKind},
    net::{IpAddr, SocketAddr, ToSocketAddrs},
    sync::mpsc,
    thread,
    time::Instant,
};

use ureq::{
    Error,
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{ResolvedSocketAddrs, Resolver},
        transport::NextTimeout,
    },
};

use super::{connection::timed_out, request};

/// The most addresses of a name: as many as ureq has room for.
const MOST: usize = 16;

/// Looks names up as the system does, and waits no longer than the request may.
#[derive(Debug)]
pub(super) struct Names;

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        _: &Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let host = uri.host().ok_or(Error::HostNotFound)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let port = match uri.scheme_str() {
            Some("https") => 443,
            _ => 80,
        };
        let port = uri.port_u16().unwrap_or(port);
        let mut addresses = self.empty();
        match host.parse::<IpAddr>() {
            Ok(address) => addresses.push((address, port).into()),
            Err(_) => {
                let found = look_up(host, port).map_err(timed_out)?;
                found
                    .into_iter()
                    .take(MOST)
                    .for_each(|one| addresses.push(one));
            }
        }
        match addresses.is_empty() {
            true => Err(Error::HostNotFound),
            false => Ok(addresses),
        }
    }
}

fn look_up(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let name = (host.to_owned(), port);
    let addresses = move || Ok(name.to_socket_addrs()?.collect());
    let Some(until) = request::until() else {
        return addresses();
    };
    let (sender, found) = mpsc::channel();
    let thread = thread::Builder::new().name("look-up".to_owned());
    thread.spawn(move || {
        // The receiver is gone if the look-up is late.
        drop(sender.send(addresses()));
    })?;
    let left = until.saturating_duration_since(Instant::now());
    found
        .recv_timeout(left)
        .unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))
}
