//! A pool of as many threads as permits: who runs on it has one.
//!
//! Rayon has no semaphore, and needs none: a pool's width limits what is in flight. The
//! parallel iterator splits the URLs, idle threads steal, and `collect` keeps the order.
//!
//! # What to notice
//! - The limit is the number of threads, so `job.workers` means nothing here.
//! - `build_scoped` waits for the pool's threads to end; a pool that is dropped does not.
//! - A panic would stop the whole iterator and come out of `install`; `catch_unwind` makes
//!   it the outcome of one request.
//!
//! # When not to use this
//! For requests, mostly: rayon is made for computing, and each of its threads blocks here
//! on a socket. A pool of its own keeps the global one free for those who compute.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::Result;
use fetching::{Page, outcome};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use ureq::Agent;

use crate::{Job, Output};

/// Fetches every URL, at most `job.limit` at once.
pub fn run(job: &Job) -> Result<Output> {
    let agent = agent(job);
    let requests = job.urls.par_iter().with_max_len(1).map(|url| {
        match catch_unwind(AssertUnwindSafe(|| fetch(&agent, url))) {
            Ok(result) => outcome(result),
            Err(panic) => panic.into(),
        }
    });
    // Threads beyond the requests would be started for nothing.
    let width = job.limit.get().min(job.urls.len().max(1));
    let outcomes = ThreadPoolBuilder::new()
        .num_threads(width)
        .thread_name(|index| format!("request-{index}"))
        .build_scoped(
            |thread| thread.run(),
            |pool| pool.install(|| requests.collect()),
        )?;
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
