//! The client for threads: ureq.
//!
//! By default ureq makes two buffers of 128 KiB for each connection and fills them with
//! zeros (ureq 3.5, src/config.rs, input_buffer_size). For many connections that answer
//! little, that is most of the work. Here the buffers are just large enough for the
//! longest head that the client takes, and for a request.
//!
//! Its time-outs limit how long a phase may take. None limits how long a server may send
//! trailers without an end, while no byte of the body comes. So names are looked up,
//! addresses tried and sockets read here, within the [`Limits`] of the request that the
//! thread is busy with.

mod connect;
mod connection;
mod names;
mod request;

use std::{
    io::{self, Read},
    time::{Duration, Instant},
};

use anyhow::Result;
use fetching::{Page, redirect};
use ureq::{
    Agent, BodyReader, RequestBuilder,
    http::{self, HeaderName, Response},
    typestate::WithoutBody,
    unversioned::transport::{Connector, RustlsConnector},
};
use url::Url;

pub use ureq::http::header::CONTENT_DISPOSITION;

use self::{
    connection::{Sockets, Watching},
    names::Names,
    request::limited,
};
use crate::{Digest, Settings, Sink};

/// As long as the longest head: ureq takes none that doesn't fit.
const INPUT: usize = 64 * 1024;
/// A request is a head.
const OUTPUT: usize = 8 * 1024;
/// The size of the parts in which a body is passed on.
const PART: usize = 8 * 1024;

/// A pooled client. Its clones share the pool.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
    timeout: Duration,
}

/// When a request is given up.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Whatever it is doing; with `None` it continues as long as the others allow.
    pub until: Option<Instant>,
    /// How long it may take to the end of the head, that of the last redirect included.
    pub head: Duration,
    /// How long it may take to the next part of the body, or to its end. What is no part of
    /// it, trailers for instance, doesn't count.
    pub part: Duration,
}

impl Limits {
    /// The whole request takes no longer than this, from now on.
    pub fn whole(timeout: Duration) -> Self {
        Self {
            until: Instant::now().checked_add(timeout),
            head: timeout,
            part: timeout,
        }
    }

    fn next(&self, limit: Duration) -> Option<Instant> {
        let next = Instant::now().checked_add(limit);
        match (self.until, next) {
            (Some(until), Some(next)) => Some(until.min(next)),
            (until, next) => until.or(next),
        }
    }
}

/// An answer whose body is yet to be read. Dropped before its end, its connection is closed.
pub struct Answer {
    head: http::response::Parts,
    length: Option<u64>,
    body: BodyReader<'static>,
    limits: Limits,
}

impl Client {
    /// A client for any number of threads.
    pub fn new(settings: &Settings) -> Self {
        Self::watched(settings, || {})
    }

    /// The same, and `connected` is called for every new connection, on the thread that
    /// asks and before it sends anything.
    pub fn watched<F>(settings: &Settings, connected: F) -> Self
    where
        F: Fn() + Send + Sync + 'static,
    {
        let config = Agent::config_builder()
            .input_buffer_size(INPUT)
            .output_buffer_size(OUTPUT)
            .max_idle_connections_per_host(settings.connections)
            .max_idle_connections(settings.connections)
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .tls_config(settings.trust.ureq())
            .build();
        let connector = Sockets
            .chain(RustlsConnector::default())
            .chain(Watching(connected));
        Self {
            agent: Agent::with_parts(config, connector, Names),
            timeout: settings.timeout,
        }
    }

    /// The page that `url` answers with. Blocks this thread.
    ///
    /// # Errors
    /// No whole answer came in time.
    pub fn fetch(&self, url: &str) -> Result<Page> {
        let mut page = Digest::of(url);
        self.read(url, &mut page)?;
        page.close()
    }

    /// Passes the answer of `url` to `sink`. Blocks this thread.
    ///
    /// # Errors
    /// No whole answer came in time, or the sink wanted no more.
    pub fn read(&self, url: &str, sink: &mut dyn Sink) -> Result<()> {
        let mut answer = self.get(url, Limits::whole(self.timeout))?;
        sink.answered(answer.status())?;
        let mut part = vec![0; PART];
        loop {
            match answer.read(&mut part)? {
                0 => return Ok(()),
                count => sink.read(&part[..count])?,
            }
        }
    }

    /// The head of the answer. Blocks this thread.
    ///
    /// # Errors
    /// There was none in time.
    pub fn get(&self, url: &str, limits: Limits) -> Result<Answer> {
        Ok(self.ask(url, limits, limits.next(limits.head))?)
    }

    /// The same, and redirects are followed by the rules of [`redirect`].
    ///
    /// # Errors
    /// There was none in time, or a redirect leads where none may.
    pub fn follow(&self, url: &str, limits: Limits) -> Result<Answer> {
        let until = limits.next(limits.head);
        let mut url = Url::parse(url)?;
        for _ in 0..=redirect::MOST {
            let answer = self.ask(url.as_str(), limits, until)?;
            let locations = answer.head.headers.get_all(http::header::LOCATION);
            let locations = locations.iter().map(|value| value.as_bytes());
            match redirect::target(&url, answer.status(), locations)? {
                Some(target) => url = target,
                None => return Ok(answer),
            }
        }
        Err(redirect::Error::TooMany.into())
    }

    /// Asks once more where a kept connection was stale.
    ///
    /// The server may close a kept connection at any time. So a request that was lost on
    /// one before its answer had begun is sent once more, on a new one. All requests here
    /// may be repeated (RFC 9110, 9.2.2). ureq never does.
    fn ask(
        &self,
        url: &str,
        limits: Limits,
        until: Option<Instant>,
    ) -> Result<Answer, ureq::Error> {
        let (asked, is_stale) = limited(until, || self.request(url, false).call());
        let response = match asked {
            Err(ureq::Error::Io(_)) if is_stale => {
                limited(until, || self.request(url, true).call()).0?
            }
            asked => asked?,
        };
        Ok(Answer::new(response, limits))
    }

    /// A request, on a new connection if it is to be `anew` or its head is longer than what
    /// a kept one writes at once.
    fn request(&self, url: &str, anew: bool) -> RequestBuilder<WithoutBody> {
        let request = self.agent.get(url).config();
        let is_long = url.len() > OUTPUT / 2;
        let request = match is_long {
            true => request.output_buffer_size(OUTPUT + url.len()),
            false => request,
        };
        match is_long || anew {
            true => request.max_idle_age(Duration::ZERO).build(),
            false => request.build(),
        }
    }

    /// Ends what this client and its clones are doing. Their sockets are shut down, so
    /// that a thread that is blocked on one fails at once, and later requests fail as
    /// well. Connecting continues until its time-out.
    ///
    /// A body that has no length seems to have ended, so the caller has to know what came
    /// before it (ureq 3.5, src/unversioned/transport/tcp.rs, shutdown).
    pub fn shut_down(self) {
        self.agent.shutdown();
    }
}

impl Answer {
    fn new(response: Response<ureq::Body>, limits: Limits) -> Self {
        let (head, body) = response.into_parts();
        Self {
            head,
            length: body.content_length(),
            body: body.into_reader(),
            limits,
        }
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        self.head.status.as_u16()
    }

    /// The bytes of this header, if there is one.
    pub fn header(&self, name: &HeaderName) -> Option<&[u8]> {
        self.head.headers.get(name).map(http::HeaderValue::as_bytes)
    }

    /// How long the body is to be, if the head has a length.
    pub fn length(&self) -> Option<u64> {
        self.length
    }
}

impl Read for Answer {
    /// The next part of the body; 0 bytes at its end. Blocks this thread.
    fn read(&mut self, part: &mut [u8]) -> io::Result<usize> {
        let until = self.limits.next(self.limits.part);
        limited(until, || self.body.read(part)).0
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}", self.head.status, self.head.headers)
    }
}
