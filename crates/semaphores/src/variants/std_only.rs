//! A thread for each request, started once it has a permit.
//!
//! The standard library has no semaphore; [`Semaphore`] makes one of a mutex and a
//! condition variable. The loop takes a permit before it starts a thread, so there are
//! never more threads at work than permits. The thread gives it back when it ends.
//!
//! # What to notice
//! - Each thread writes into its own slot of `outcomes`. The borrow checker sees that the
//!   slots are disjoint, so there is no lock and no channel.
//! - `catch_unwind` makes a panic the outcome of one request; without it the scope would
//!   panic in the end.
//!
//! # When not to use this
//! With short requests: starting a thread costs as much as the request. Keep as many
//! threads as permits and hand them work, as `rayon` does here.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use anyhow::Result;
use fetching::{Page, outcome};
use test_fixtures::Outcome;
use ureq::Agent;

use crate::{Job, Output, semaphore::Semaphore};

/// Fetches every URL, at most `job.limit` at once.
pub fn run(job: &Job) -> Result<Output> {
    let agent = agent(job);
    let semaphore = Semaphore::new(job.limit.get());
    let mut outcomes = vec![Outcome::Cancelled; job.urls.len()];
    thread::scope(|scope| {
        for (url, slot) in job.urls.iter().zip(&mut outcomes) {
            let permit = semaphore.acquire();
            let agent = &agent;
            let request = thread::Builder::new().name("request".into());
            request.spawn_scoped(scope, move || {
                let _permit = permit;
                *slot = match catch_unwind(AssertUnwindSafe(|| fetch(agent, url))) {
                    Ok(result) => outcome(result),
                    Err(panic) => panic.into(),
                };
            })?;
        }
        anyhow::Ok(())
    })?;
    Ok(Output { outcomes })
}

fn agent(job: &Job) -> Agent {
    Agent::config_builder()
        // Not a global one: with that, ureq starts a thread for each name look-up.
        .timeout_connect(Some(job.timeout()))
        .timeout_recv_response(Some(job.timeout()))
        .timeout_recv_body(Some(job.timeout()))
        .max_idle_connections_per_host(job.limit.get())
        .max_idle_connections(job.limit.get())
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .tls_config(job.ureq_tls())
        .build()
        .into()
}

fn fetch(agent: &Agent, url: &str) -> Result<Page> {
    let mut response = agent.get(url).call()?;
    let mut page = Page::open(url, response.status().as_u16());
    io::copy(&mut response.body_mut().as_reader(), &mut page)?;
    Ok(page.close())
}
