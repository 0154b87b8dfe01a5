//! A thread for each request, started once its token fits into a bounded channel.
//!
//! A channel that holds so many messages is a semaphore: to send a token is to acquire a
//! permit, and waits while the channel is full; to receive one is to give it back.
//!
//! # What to notice
//! - Nothing counts: the channel's capacity is the limit.
//! - A token is not a guard. A thread that panicked before `returned.recv()` would keep its
//!   permit for ever, so the panic is caught first.
//!
//! # When not to use this
//! With short requests: starting a thread costs as much as the request. Let as many
//! threads as permits receive work from one channel instead.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use anyhow::Result;
use crossbeam_channel::bounded;
use fetching::{Page, outcome};
use test_fixtures::Outcome;
use ureq::Agent;

use crate::{Job, Output};

/// Fetches every URL, at most `job.limit` at once.
pub fn run(job: &Job) -> Result<Output> {
    let agent = agent(job);
    let (tokens, returned) = bounded(job.limit.get());
    let mut outcomes = vec![Outcome::Cancelled; job.urls.len()];
    thread::scope(|scope| {
        for (url, slot) in job.urls.iter().zip(&mut outcomes) {
            tokens.send(())?;
            let (agent, returned) = (&agent, &returned);
            let request = thread::Builder::new().name("request".into());
            request.spawn_scoped(scope, move || {
                *slot = match catch_unwind(AssertUnwindSafe(|| fetch(agent, url))) {
                    Ok(result) => outcome(result),
                    Err(panic) => panic.into(),
                };
                returned.recv().expect("the sender outlives the scope");
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
