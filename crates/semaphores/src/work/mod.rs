//! The work: a page is fetched, by the runtime's client, and something computed from it, if
//! the job says so. With a rate it waits until it is due, when it has its permit: items are
//! given out in the order in which they are due, so one that has a permit late is late.

use std::{thread, time::Duration};

use anyhow::Result;
use fetching::{Page, Sha256, Trust, ended};
use page_client::Settings;
use sha2::Digest;
use test_fixtures::{Outcome, Pace};

use crate::{Job, Output};

impl Job {
    /// The client's settings, the same in every variant.
    pub fn client(&self) -> Settings {
        Settings {
            timeout: Duration::from_millis(self.timeout_ms),
            connections: self.limit.get(),
            trust: Trust::new(&self.urls, self.cacert.as_deref()),
        }
    }

    /// When each request is due, from now on.
    pub fn pace(&self) -> Pace {
        Pace::new(self.rate)
    }
}

/// A page, and its last digest where that was digested again.
pub(crate) type Answer = (Page, Option<Sha256>);

/// Digests the page's digest `rounds` times more: what an answer costs beside waiting.
pub(crate) fn rehashed(page: Result<Page>, rounds: u32) -> Result<Answer> {
    let page = page?;
    let digest = (rounds > 0).then(|| rehash(page.sha256, rounds));
    Ok((page, digest))
}

/// A digest, digested `rounds` times.
pub(crate) fn rehash(digest: Sha256, rounds: u32) -> Sha256 {
    let again = |Sha256(digest), _| Sha256(sha2::Sha256::digest(digest).into());
    (0..rounds).fold(digest, again)
}

impl FromIterator<thread::Result<Result<Answer>>> for Output {
    fn from_iter<I>(answers: I) -> Self
    where
        I: IntoIterator<Item = thread::Result<Result<Answer>>>,
    {
        let mut output = Self::default();
        for answer in answers {
            let outcome = match ended(answer) {
                Outcome::Ok((page, digest)) => {
                    output.digests.extend(digest);
                    Outcome::Ok(page)
                }
                other => other.map(|(page, _)| page),
            };
            output.outcomes.push(outcome);
        }
        output
    }
}
