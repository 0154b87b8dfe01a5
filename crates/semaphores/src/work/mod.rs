//! The work: a page is fetched, by the runtime's client.

use std::{thread, time::Duration};

use anyhow::Result;
use fetching::{Page, Trust, ended};
use page_client::Settings;

use crate::{Job, Output};

impl Job {
    /// What the client is told, the same in every variant.
    pub fn client(&self) -> Settings {
        Settings {
            timeout: Duration::from_millis(self.timeout_ms),
            connections: self.limit.get(),
            trust: Trust::new(&self.urls, self.cacert.as_deref()),
        }
    }
}

impl FromIterator<thread::Result<Result<Page>>> for Output {
    fn from_iter<I>(pages: I) -> Self
    where
        I: IntoIterator<Item = thread::Result<Result<Page>>>,
    {
        Self {
            outcomes: pages.into_iter().map(ended).collect(),
        }
    }
}
