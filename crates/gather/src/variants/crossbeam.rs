//! Workers on a channel: as many as there are URLs, but not without end.
//!
//! URLs go in through one channel with their places, and outcomes come back through
//! another. A worker that waits for its socket stands still, so "all at once" takes a
//! worker a URL; `MOST` is where the threads end and the queue begins.
//!
//! # What to notice
//! - A closed channel is the signal to stop: the loop of a worker ends when all URLs were
//!   taken, that of the gatherer when all workers have gone.
//! - Outcomes come as they land; the place that travels with each puts them in order.
//! - A panic would take its worker along, and a URL's outcome with it, so it is caught.
//!
//! # When not to use this
//! For requests alone: a thread each is much for what is mostly waiting. It pays where an
//! answer is work enough for a thread.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use anyhow::Result;
use crossbeam_channel::unbounded;
use fetching::{Page, outcome};
use test_fixtures::Outcome;
use ureq::Agent;

use crate::{Job, Output};

/// The most workers; further URLs wait for one.
const MOST: usize = 256;

/// Fetches every URL, as many at once as there are workers.
pub fn run(job: &Job) -> Result<Output> {
    let agent = agent(job);
    let (waiting, taken) = unbounded();
    let (done, landed) = unbounded();
    for place in job.urls.iter().enumerate() {
        waiting
            .send(place)
            .expect("the receiver is in this function");
    }
    drop(waiting);
    let mut outcomes = vec![Outcome::Cancelled; job.urls.len()];
    thread::scope(|scope| {
        for _ in 0..job.urls.len().min(MOST) {
            let (agent, taken, done) = (&agent, taken.clone(), done.clone());
            let worker = thread::Builder::new().name("worker".into());
            worker.spawn_scoped(scope, move || {
                for (index, url) in taken {
                    let result = catch_unwind(AssertUnwindSafe(|| fetch(agent, url)));
                    let outcome = result.map_or_else(Outcome::from, outcome);
                    done.send((index, outcome))
                        .expect("the gatherer outlives the workers");
                }
            })?;
        }
        drop(done);
        for (index, outcome) in landed {
            outcomes[index] = outcome;
        }
        anyhow::Ok(())
    })?;
    Ok(Output { outcomes })
}

fn agent(job: &Job) -> Agent {
    Agent::config_builder()
        .timeout_global(Some(job.timeout()))
        .max_idle_connections_per_host(MOST)
        .max_idle_connections(MOST)
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
