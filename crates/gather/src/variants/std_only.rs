//! A thread for each request, on a bare socket.
//!
//! The standard library has sockets and threads, and nothing above them. A thread that
//! waits for its socket stands still, so there are as many threads as requests; `join`
//! gathers them in input order.
//!
//! # What to notice
//! - An HTTP/1.1 client is not much more than [`Response`]: a head, and one of three ways
//!   to tell where the body ends. TLS is one more stream around the socket.
//! - A socket's time-out is for one read, and a server that drips keeps every read short.
//!   [`TimedStream`] gives each only what is left of the whole.
//! - `join` hands over a thread's panic as a value.
//!
//! # When not to use this
//! For thousands of URLs: a thread each costs memory and switches, and when the system
//! gives no more, the job fails. Nor where names are slow to look up: nothing bounds that.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use anyhow::Result;
use fetching::{Page, Target, outcome};
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use crate::{Job, Output, http1::Response, timed::TimedStream};

/// Fetches every URL, all at once.
pub fn run(job: &Job) -> Result<Output> {
    let tls = Arc::new(job.tls());
    thread::scope(|scope| {
        let mut requests = Vec::with_capacity(job.urls.len());
        for url in &job.urls {
            let deadline = Instant::now() + job.timeout();
            let tls = Arc::clone(&tls);
            let request = thread::Builder::new().name("request".into());
            requests
                .push(request.spawn_scoped(scope, move || fetch(tls, url, deadline))?);
        }
        let mut outcomes = Vec::with_capacity(requests.len());
        for request in requests {
            outcomes.push(match request.join() {
                Ok(result) => outcome(result),
                Err(panic) => panic.into(),
            });
        }
        Ok(Output { outcomes })
    })
}

fn fetch(tls: Arc<ClientConfig>, url: &str, deadline: Instant) -> Result<Page> {
    let target = Target::of(url)?;
    let stream = TimedStream::connect(target.address, deadline)?;
    match target.server_name()? {
        Some(name) => {
            let session = ClientConnection::new(tls, name)?;
            get(url, &target, StreamOwned::new(session, stream))
        }
        None => get(url, &target, stream),
    }
}

fn get<S: Read + Write>(url: &str, target: &Target<'_>, mut stream: S) -> Result<Page> {
    let (path, host) = (target.path, target.host);
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut response = Response::read(stream)?;
    let mut page = Page::open(url, response.status());
    io::copy(&mut response, &mut page)?;
    Ok(page.close())
}
