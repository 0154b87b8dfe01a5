//! One HTTP client for each runtime, all with one method: `fetch(&self, url) -> Result<Page>`.
//!
//! The clients of [`tokio`], [`smol`], [`compio`] and [`async_std`] are one: hyper-util's pool of
//! connections, over that runtime's sockets, with hyper-rustls for https. They differ by the
//! connector, which opens a stream, by the executor, which drives each connection in a task,
//! and by the timer; compio's keeps no connection. [`blocking`] is ureq, for threads; [`surf`]
//! is for the rows that show it.
//!
//! None uses a proxy or decompresses bodies, none follows redirects unless it is asked
//! to, and all set TCP_NODELAY. Where a client can't keep one of these, its module names
//! it:
//! - Each has one time-out for a request, from the look-up of the name to the body's end. It
//!   holds against a server that always has more to send: streams yield by themselves.
//! - Every address of a name is tried within that time.
//! - A request that is lost on a kept connection before its answer has begun is sent once
//!   more, on a new one.
//!
//! `gather` shows clients as people meet them, each with its own ways.

#[cfg(any(feature = "blocking", feature = "futures-io"))]
pub mod addresses;
#[cfg(feature = "async-std")]
pub mod async_std;
#[cfg(feature = "blocking")]
pub mod blocking;
pub mod budget;
#[cfg(feature = "compio")]
pub mod compio;
#[cfg(feature = "hyper-client")]
mod hyper_client;
#[cfg(feature = "smol")]
pub mod smol;
#[cfg(any(feature = "async-std", feature = "compio", feature = "smol"))]
mod stream;
#[cfg(feature = "surf")]
pub mod surf;
#[cfg(feature = "tokio")]
pub mod tokio;
#[cfg(feature = "hyper-client")]
mod watched;
#[cfg(feature = "futures-io")]
mod yielding;

use std::time::Duration;

use anyhow::Result;
use fetching::{Page, PartialPage, Trust};

/// The settings of every client.
#[derive(Clone, Debug)]
pub struct Settings {
    /// After how long a request is given up.
    pub timeout: Duration,
    /// How many unused connections to a host are kept: as many as there are requests at
    /// once.
    pub connections: usize,
    /// How https is verified.
    pub trust: Trust,
}

/// Takes an answer as it comes.
pub trait Sink: Send {
    /// The head has come.
    ///
    /// # Errors
    /// The answer is not wanted: the request ends with this error.
    fn answered(&mut self, status: u16) -> Result<()>;

    /// A part of the body has come.
    ///
    /// # Errors
    /// No more is wanted: the request ends with this error.
    fn read(&mut self, part: &[u8]) -> Result<()>;
}

/// An answer of which only the digest is kept.
struct Digest<'a> {
    url: &'a str,
    page: Option<PartialPage>,
}

impl<'a> Digest<'a> {
    fn of(url: &'a str) -> Self {
        Self { url, page: None }
    }

    fn close(self) -> Result<Page> {
        let page = self
            .page
            .ok_or_else(|| anyhow::anyhow!("there was no answer"))?;
        Ok(page.close())
    }
}

impl Sink for Digest<'_> {
    fn answered(&mut self, status: u16) -> Result<()> {
        self.page = Some(Page::open(self.url, status));
        Ok(())
    }

    fn read(&mut self, part: &[u8]) -> Result<()> {
        if let Some(page) = &mut self.page {
            page.read(part);
        }
        Ok(())
    }
}
