//! Threads on a channel, as many as there are items up to [`MOST`], and ureq.
//!
//! Items go in through one channel with their places, and what came of them returns through
//! another. A thread that waits for its socket stands still, so "all at once" takes a
//! thread for each item; `MOST` is where the threads end and the queue begins.
//!
//! # What to notice
//! - A closed channel is the signal to stop: a thread's loop ends once all items are taken,
//!   and what came of them is all there once all threads have ended.
//! - A panic would end its thread, and with it what the thread has yet to do, so it is
//!   caught.
//! - A time-out for the whole request starts a thread in ureq for every look-up, even of an
//!   address (ureq 3.5, src/unversioned/resolver.rs, resolve_async). One that is late is
//!   left behind.
//!
//! # When not to use this
//! For requests alone: a thread each is much for what is mostly waiting. It pays where an
//! answer is work enough for a thread.

use anyhow::Result;

use crate::{Job, Output, work::Body};

/// Fetches every URL, as many at once as there are threads.
pub fn run(job: &Job) -> Result<Output> {
    let agent = client(job.timeout()).tls_config(job.ureq_tls()).build();
    let agent = Agent::new_with_config(agent);
    let pace = job.pace();
    let fetch = |url: &String| {
        let _item = pace.item_blocking();
        let mut body = Body::of(url);
        let status = fetch(&agent, url, &mut body);
        Ok(body.page(status.map_err(io::Error::other)?))
    };
    Ok(gather(&job.urls, fetch)?.into_iter().collect())
}

// The lesson: everything below can be taken home.
// It needs crossbeam-channel, ureq.

use std::{
    error::Error,
    io::{self, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::Duration,
};

use crossbeam_channel::unbounded;
use ureq::{Agent, config::ConfigBuilder, typestate::AgentScope};

/// The most threads; further items wait for one.
pub const MOST: usize = 256;

/// Does `work` on every item, at most [`MOST`] at once. Returns what came of each, in input
/// order: a panic is an error.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
pub fn gather<I: Send, T: Send>(
    items: impl IntoIterator<Item = I>,
    work: impl Fn(I) -> T + Sync,
) -> io::Result<Vec<thread::Result<T>>> {
    let (give, taken) = unbounded();
    let (done, ends) = unbounded();
    thread::scope(|scope| {
        for (index, item) in items.into_iter().enumerate() {
            if index < MOST {
                let (taken, done, work) = (taken.clone(), done.clone(), &work);
                thread::Builder::new().spawn_scoped(scope, move || {
                    for (index, item) in taken {
                        let end = catch_unwind(AssertUnwindSafe(|| work(item)));
                        done.send((index, end)).expect("the caller waits");
                    }
                })?;
            }
            give.send((index, item)).expect("the receiver is here");
        }
        drop((give, done));
        io::Result::Ok(())
    })?;
    let mut ended: Vec<_> = ends.into_iter().collect();
    ended.sort_unstable_by_key(|(index, _)| *index);
    Ok(ended.into_iter().map(|(_, end)| end).collect())
}

/// How an agent is made that gives up each request after `limit`, keeps no connections, and
/// takes any answer for one: statuses and redirects are the caller's.
pub fn client(limit: Duration) -> ConfigBuilder<AgentScope> {
    Agent::config_builder()
        .timeout_global(Some(limit))
        .max_idle_connections(0)
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
}

/// Asks for `url`, and writes the answer's body to `body` as it comes. Returns the status.
///
/// # Errors
/// No whole answer came in time, or `body` takes no more.
pub fn fetch(
    agent: &Agent,
    url: &str,
    body: &mut impl Write,
) -> Result<u16, Box<dyn Error + Send + Sync>> {
    let mut response = agent.get(url).call()?;
    io::copy(&mut response.body_mut().as_reader(), body)?;
    Ok(response.status().as_u16())
}
