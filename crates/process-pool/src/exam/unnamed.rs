//! A run without a name on somebody's server. Nobody can go on with it, so that nothing of
//! it is to stay there, however its trial ends.

use std::{process, time::Duration};

use anyhow::Result;
use async_nats::jetstream;
use test_fixtures::monotonic_nanos;
use tokio::{runtime::Builder, time::timeout};

use crate::{Job, connect, variants::nats::run::Run};

/// How long the server has for it.
const WITHIN: Duration = Duration::from_secs(2);

/// Removes the run, if it is still there, when this is dropped.
#[derive(Debug)]
pub struct Unnamed {
    url: String,
    run: String,
}

impl Unnamed {
    /// Gives the run of a job a name that is nobody else's.
    pub(super) fn of(job: &mut Job, url: String) -> Self {
        job.run = Some(format!("{}-{}", process::id(), monotonic_nanos()));
        let run = job.run_name();
        Self { url, run }
    }

    fn remove(&self) -> Result<()> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let removed = async {
                let jetstream = jetstream::new(connect(&self.url).await?);
                anyhow::Ok(Run::new(&jetstream, &self.run).delete().await?)
            };
            timeout(WITHIN, removed).await?
        })
    }
}

impl Drop for Unnamed {
    fn drop(&mut self) {
        // A server that is away keeps it, for a week at most.
        drop(self.remove());
    }
}
