//! Threads, and a `sync_channel` between two stages.
//!
//! A stage is as many threads as workers, which take from one queue and put into the next.
//! Who has an item more than the queue holds waits in `send`: that is the back-pressure.
//!
//! # What to notice
//! - A receiver has one owner, so a stage's threads share it behind a lock. In a `while
//!   let` the guard would live through the body: one worker at a time.
//! - Whoever leaves drops its receiver: `send` fails, and that stage leaves, too.
//! - A thread that panics drops its sender, which to the next stage is a clean end. So the
//!   panic is caught, and goes on as what became of the item.
//!
//! # When not to use this
//! With hundreds of items under way that only wait: each has a thread.

use std::io;
use std::iter::repeat_n;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, Scope};

use anyhow::Result;
use ureq::Agent;

use crate::{Download, Fetched, Item, Job, Output, Shape, Step, Tally, process, save};

/// Passes every item through the stages.
pub fn run(job: &Job) -> Result<Output> {
    let agent = agent(job);
    let fetch = |item| fetch(&agent, item);
    let (mut tally, mut items) = Tally::new(job);
    thread::scope(|scope| {
        let (into, queued) = sync_channel(job.queue.get());
        let source = thread::Builder::new().name("source".into());
        source.spawn_scoped(scope, move || items.try_for_each(|item| into.send(item)))?;
        let outcomes = match job.shape {
            Shape::Chained => {
                let chain = move |item| save(process(fetch(item)));
                stage(scope, job, "chain", queued, chain)?
            }
            Shape::Staged => {
                let fetched = stage(scope, job, "fetch", queued, fetch)?;
                let processed = stage(scope, job, "process", fetched, process)?;
                stage(scope, job, "save", processed, save)?
            }
        };
        for outcome in outcomes {
            if tally.add(outcome).is_break() {
                break;
            }
        }
        io::Result::Ok(())
    })?;
    tally.close()
}

fn stage<'scope, T: Send + 'scope, U: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    job: &Job,
    name: &str,
    from: Receiver<T>,
    work: impl Fn(T) -> Step<U> + Copy + Send + 'scope,
) -> io::Result<Receiver<Step<U>>> {
    let (into, next) = sync_channel(job.queue.get());
    let from = Arc::new(Mutex::new(from));
    for (from, into) in repeat_n((from, into), job.workers.get()) {
        let worker = thread::Builder::new().name(name.into());
        worker.spawn_scoped(scope, move || {
            loop {
                let item = from.lock().expect("nobody panics with the lock").recv();
                let Ok(item) = item else { break };
                let step = catch_unwind(AssertUnwindSafe(|| work(item)))
                    .unwrap_or_else(|panic| Err(panic.into()));
                if into.send(step).is_err() {
                    break;
                }
            }
        })?;
    }
    Ok(next)
}

fn agent(job: &Job) -> Agent {
    Agent::config_builder()
        // Not a global one: with that, ureq starts a thread for each name look-up.
        .timeout_connect(Some(job.timeout()))
        .timeout_recv_response(Some(job.timeout()))
        .timeout_recv_body(Some(job.timeout()))
        .max_idle_connections_per_host(job.workers.get())
        .max_idle_connections(job.workers.get())
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .tls_config(job.ureq_tls())
        .build()
        .into()
}

fn fetch(agent: &Agent, item: Item) -> Step<Fetched> {
    let mut download = item.download();
    let requested = request(agent, &mut download);
    download.end(requested)
}

fn request(agent: &Agent, download: &mut Download) -> Result<()> {
    let mut response = agent.get(download.url()).call()?;
    download.answered(response.status().as_u16())?;
    io::copy(&mut response.body_mut().as_reader(), download)?;
    Ok(())
}
