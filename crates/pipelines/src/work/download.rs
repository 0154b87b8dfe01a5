//! A body that is being fetched, whatever the client.

use anyhow::{Result, bail};
use fetching::files::StatusError;
use page_client::Sink;

use super::{Fetched, Item, StepError, timing::Passing};
use crate::Step;

/// A body that is being fetched. Dropped unfinished, it is given up.
#[derive(Debug)]
pub struct Download {
    item: Item,
    body: Vec<u8>,
    passing: Passing,
}

impl Download {
    pub(super) fn begin(item: Item) -> Self {
        let passing = item.enter(Step::Fetch);
        Self {
            item,
            body: Vec::new(),
            passing,
        }
    }

    /// Ends the step as the request ended.
    ///
    /// # Errors
    /// There is no whole body.
    pub fn end(self, requested: Result<()>) -> Result<Fetched, StepError> {
        let Self {
            item,
            body,
            passing,
        } = self;
        let result = item.try_fault(Step::Fetch).and(requested);
        item.leave(passing, result)?;
        Ok(Fetched { item, body })
    }
}

impl Sink for Download {
    /// Only a success has the item in its body.
    fn answered(&mut self, status: u16) -> Result<()> {
        Ok(StatusError::check(status)?)
    }

    fn read(&mut self, part: &[u8]) -> Result<()> {
        let most = self.item.job().most_bytes;
        if (self.body.len() + part.len()) as u64 > most {
            bail!("the body is longer than --most-bytes {most}");
        }
        self.body.extend_from_slice(part);
        Ok(())
    }
}
