//! A pool of as many threads as there are workers: rayon has no queues.
//!
//! A chain an item is a parallel iterator, where rayon is at home. Stages are not: their
//! workers are tasks that last as long as the job, and the queues are crossbeam's.
//!
//! # What to notice
//! - `par_bridge` lets each thread take the next item; `try_for_each` stops at a `Break`.
//! - A task that waits for a queue keeps its thread: with fewer threads than workers, a
//!   stage might never start, and the job would hang.
//! - A panic would come out when all the rest is done; caught, it goes on as an outcome.
//!
//! # When not to use this
//! For stages: threads and channels, as in `crossbeam`, do the same and promise more.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{io, iter::repeat_n, ops::ControlFlow, sync::Mutex};

use anyhow::Result;
use crossbeam_channel::{Receiver, bounded};
use rayon::prelude::*;
use rayon::{Scope, ThreadPool, ThreadPoolBuilder};
use ureq::Agent;

use crate::{Download, Fetched, Item, Job, Output, Shape, Step, Tally, process, save};

/// Passes every item through the stages.
pub fn run(job: &Job) -> Result<Output> {
    let agent = agent(job);
    let tally = match job.shape {
        Shape::Chained => chained(job, &agent)?,
        Shape::Staged => staged(job, &agent)?,
    };
    tally.close()
}

fn chained(job: &Job, agent: &Agent) -> Result<Tally> {
    let (tally, items) = Tally::new(job);
    let tally = Mutex::new(tally);
    let chain = |item| {
        let chain = AssertUnwindSafe(|| save(process(fetch(agent, item))));
        let outcome = catch_unwind(chain).unwrap_or_else(|panic| Err(panic.into()));
        tally.lock().expect("`add` does not panic").add(outcome)
    };
    let all = || -> ControlFlow<()> { items.par_bridge().try_for_each(chain) };
    let pool = ThreadPoolBuilder::new().num_threads(job.workers.get());
    // A `Break` is no error: the tally knows why.
    let _ = pool.build_scoped(|thread| thread.run(), |pool| pool.install(all))?;
    Ok(tally.into_inner().expect("`add` does not panic"))
}

fn staged(job: &Job, agent: &Agent) -> Result<Tally> {
    let (mut tally, mut items) = Tally::new(job);
    let in_pool = |pool: &ThreadPool| {
        pool.in_place_scope(|scope| {
            let (into, queued) = bounded(job.queue.get());
            scope.spawn(move |_| drop(items.try_for_each(|item| into.send(item))));
            let fetched = stage(scope, job, queued, |item| fetch(agent, item));
            let processed = stage(scope, job, fetched, process);
            for outcome in stage(scope, job, processed, save) {
                if tally.add(outcome).is_break() {
                    break;
                }
            }
        });
    };
    let pool = ThreadPoolBuilder::new().num_threads(1 + 3 * job.workers.get());
    pool.build_scoped(|thread| thread.run(), in_pool)?;
    Ok(tally)
}

fn stage<'scope, T: Send + 'scope, U: Send + 'scope>(
    scope: &Scope<'scope>,
    job: &Job,
    from: Receiver<T>,
    work: impl Fn(T) -> Step<U> + Copy + Send + 'scope,
) -> Receiver<Step<U>> {
    let (into, next) = bounded(job.queue.get());
    for (from, into) in repeat_n((from, into), job.workers.get()) {
        scope.spawn(move |_| {
            for item in from {
                let step = catch_unwind(AssertUnwindSafe(|| work(item)))
                    .unwrap_or_else(|panic| Err(panic.into()));
                if into.send(step).is_err() {
                    break;
                }
            }
        });
    }
    next
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
