//! The command line of every model that fetches: what to ask for, and how to ask.

use std::{mem, num::NonZeroUsize, time::Duration};

use anyhow::Result;
use test_fixtures::{Misuse, cores, deadline, whole};

use crate::{Stage, Urls, stage, tls::pem_file};

/// What to ask for, and how. A model adds how many requests there are and how long each
/// takes; these conflict with `own_urls` and `paths`.
#[derive(Clone, Debug, clap::Args)]
pub struct Requests {
    #[command(flatten)]
    urls: Urls,
    /// Ask the origin for this path, in its own grammar; can be given several times
    #[arg(long = "path", value_name = "PATH", conflicts_with = "own_urls")]
    paths: Vec<String>,
    /// Bytes in each answer's body
    #[arg(long, value_name = "N", default_value_t = 1024)]
    #[arg(value_parser = whole::<u64>(0..=1 << 40))]
    #[arg(conflicts_with_all = ["own_urls", "paths"])]
    bytes: u64,
    /// Threads of the runtimes that have a choice [default: the machine's cores]
    #[arg(long, value_name = "N", value_parser = whole::<NonZeroUsize>(1..=1_000))]
    workers: Option<NonZeroUsize>,
    /// Let the origin speak https, with a certificate made for the run
    #[arg(long, conflicts_with = "own_urls")]
    tls: bool,
    /// Trust the certificates in this PEM file as well as the system's roots
    #[arg(long, value_name = "FILE", value_parser = pem_file)]
    cacert: Option<String>,
    /// When to give a request up
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = deadline)]
    timeout: Duration,
}

impl Requests {
    /// What to ask for: the URLs or the paths that the user named. If there are none, these
    /// paths, the slowest of which is answered after the latency.
    pub fn urls(
        &self,
        latency: Duration,
        paths: impl FnOnce() -> Vec<String>,
    ) -> Result<Vec<String>> {
        if let Some(urls) = self.urls.read(self.cacert.is_some())? {
            return Ok(urls);
        }
        if self.paths.is_empty() {
            self.check_latency(latency)?;
            return Ok(paths());
        }
        for path in &self.paths {
            stage::check_path(path, self.tls)?;
        }
        Ok(self.paths.clone())
    }

    /// The stage for what is to be asked for. Of paths it makes the URLs of an origin of
    /// its own.
    pub fn stage(&self, urls: &mut Vec<String>) -> Result<Stage> {
        let asked = mem::take(urls);
        let stage = match (self.urls.are_named(), self.tls) {
            (true, _) => Stage::of_user(asked),
            (false, true) => Stage::with_tls(asked)?,
            (false, false) => Stage::with_origin(asked)?,
        };
        urls.extend_from_slice(stage.urls());
        Ok(stage.trusting(self.cacert.as_deref()))
    }

    /// The check expects whole answers, and no variant could wait for them.
    fn check_latency(&self, latency: Duration) -> Result<(), Misuse> {
        let timeout = self.timeout;
        match latency < timeout {
            true => Ok(()),
            false => Err(Misuse(format!(
                "--latency {latency:?} is not below --timeout {timeout:?}: requests would \
                 time out; raise --timeout"
            ))),
        }
    }

    /// Whether the user named what to ask for.
    pub fn are_named(&self) -> bool {
        !self.paths.is_empty() || self.urls.are_named()
    }

    /// The path of a whole answer after a pause, in the origin's grammar.
    pub fn path_after(&self, pause: Duration) -> String {
        let bytes = self.bytes;
        match pause.as_micros() {
            0 => format!("/bytes/{bytes}"),
            micros if micros % 1000 == 0 => {
                format!("/after/{}ms/bytes/{bytes}", micros / 1000)
            }
            micros => format!("/after/{micros}us/bytes/{bytes}"),
        }
    }

    /// The URLs that the user named; `None` if there are none.
    pub fn own_urls(&self) -> Result<Option<Vec<String>>> {
        self.urls.read(self.cacert.is_some())
    }

    /// What https is to trust beside the system's roots, in PEM, where there is no stage.
    pub fn cacert(&self) -> Option<String> {
        self.cacert.clone()
    }

    /// Threads of the runtimes that have a choice.
    pub fn workers(&self) -> NonZeroUsize {
        self.workers.unwrap_or_else(cores)
    }

    /// The same where the model has a default of its own.
    pub fn workers_or(&self, default: NonZeroUsize) -> NonZeroUsize {
        self.workers.unwrap_or(default)
    }

    /// When to give a request up, in milliseconds.
    pub fn timeout_ms(&self) -> u64 {
        self.timeout.as_millis() as u64
    }
}
