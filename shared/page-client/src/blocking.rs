//! The client for threads: ureq.
//!
//! ureq makes two buffers of 128 KiB for each connection and fills them with zeros, unless
//! it is told otherwise: for many connections that answer little, that is most of the work.
//! Here they are just large enough for the longest head that it takes, and for a request.
//!
//! Its time-outs are one for each phase: connecting, the head, the body. One for the whole
//! request would start a thread for every look-up of a name (ureq 3.5,
//! unversioned/resolver.rs), so a request here may take up to three times its time-out, and
//! before that as long as the look-up does, which nothing bounds.

use std::io::Read;

use anyhow::Result;
use fetching::Page;
use ureq::Agent;

use crate::{Digest, Settings, Sink};

/// As long as the longest head: ureq takes none that doesn't fit.
const INPUT: usize = 64 * 1024;
/// A request is a head.
const OUTPUT: usize = 8 * 1024;
/// The parts in which a body is handed over.
const PART: usize = 8 * 1024;

/// A pooled client. Its clones share the pool.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
}

impl Client {
    /// A client for any number of threads.
    pub fn new(settings: &Settings) -> Self {
        let timeout = Some(settings.timeout);
        let config = Agent::config_builder()
            .timeout_connect(timeout)
            .timeout_recv_response(timeout)
            .timeout_recv_body(timeout)
            .input_buffer_size(INPUT)
            .output_buffer_size(OUTPUT)
            .max_idle_connections_per_host(settings.connections)
            .max_idle_connections(settings.connections)
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .tls_config(settings.trust.ureq())
            .build();
        Self {
            agent: config.into(),
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

    /// Hands to `sink` what `url` answers with. Blocks this thread.
    ///
    /// # Errors
    /// No whole answer came in time, or the sink wanted no more.
    pub fn read(&self, url: &str, sink: &mut impl Sink) -> Result<()> {
        let mut response = self.agent.get(url).call()?;
        sink.answered(response.status().as_u16())?;
        let mut body = response.body_mut().as_reader();
        let mut part = vec![0; PART];
        loop {
            match body.read(&mut part)? {
                0 => return Ok(()),
                count => sink.read(&part[..count])?,
            }
        }
    }
}
