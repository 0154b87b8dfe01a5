//! A work queue on a NATS server: the pool's workers may be on any machine.
//!
//! The coordinator publishes tasks to a stream and reads what they came to from another.
//! Each place takes tasks from the server and holds one worker process, by the pipes of
//! the other variants. There are `workers` places in this process; other machines add
//! theirs with [`join`].
//!
//! # What to notice
//! - A task is delivered at least once, and counts once: a second attempt is announced
//!   before it begins, and the server then refuses what an earlier one has to say
//!   (`nats/run.rs`, `begin`).
//! - The queue knows how often it has delivered a task. That says only that it may have been
//!   tried: a place has further tasks in hand than the one that its worker is at.
//! - A place acknowledges a task after its result is stored. So nothing is lost with the
//!   coordinator, a worker, a machine or the server: each goes on with what is there.
//!
//! # When not to use this
//! As long as one machine is enough: a pipe costs less, and has no server to look after.

use anyhow::Context as _;
use test_fixtures::worker_command;
use tokio::runtime::Builder;

use crate::{Job, Output, connect, worker_with_host};

/// Has the job's tasks done by worker processes.
pub fn run(job: &Job) -> anyhow::Result<Output> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let url = job.nats.as_deref().context("the job names no server")?;
    let ends = runtime.block_on(async {
        let jetstream = jetstream::new(connect(url).await?);
        let run = job.run_name();
        let (workers, window) = (job.workers.get(), job.window());
        let (tasks, timeout) = (job.tasks(), job.timeout());
        let worker = match job.names_hosts {
            true => worker_with_host,
            false => worker_command,
        };
        let ends = map(&jetstream, &run, workers, window, tasks, timeout, worker);
        anyhow::Ok(ends.await?)
    });
    Ok(Output::of_processes(job, ends?))
}

// The lesson: everything below can be taken home.
// It needs async-nats (jetstream, ring), futures-util (std), postcard (use-std), rustix (stdio), serde, tokio (io-util, macros, process, rt, sync, time).
// It comes with frame.rs, session.rs, worker.rs, place.rs, run.rs.

pub mod place;
pub mod run;

use std::{
    any::Any,
    collections::VecDeque,
    io,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::pin,
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use async_nats::jetstream::{
    self, Context,
    consumer::{DeliverPolicy, pull::OrderedConfig},
    context::{PublishAckFuture, PublishError, PublishErrorKind},
    message::PublishMessage,
    stream::Stream,
};
use futures_util::StreamExt;
use serde::{Serialize, de::DeserializeOwned};
use tokio::{
    select,
    sync::watch,
    task::JoinSet,
    time::{Instant, interval, sleep, timeout_at},
};

use super::{
    frame::{Decoder, Frame, Kind, LONGEST},
    session::End,
};
use place::Held;
use run::{ANSWERS_WITHIN, Failure, PATIENCE, PAUSE, Run, patiently};

/// How many tasks are on their way to the server at once.
const IN_FLIGHT: usize = 256;
/// And how many bytes of them, unless a single one has more.
const BYTES_IN_FLIGHT: usize = 32 << 20;
/// How often it looks whether the connection is another one.
const LOOKS: Duration = Duration::from_millis(200);
/// After this time without a result, it asks whether there is anything left to wait for.
const QUIET: Duration = Duration::from_secs(2);

/// Has every task done by worker processes, each in at most `timeout`. Returns what each came
/// to, in input order; a lost worker costs its task one more try.
///
/// `run` names the run on the server: letters, digits, `-` and `_`. One of that name that
/// was not finished goes on with what is left; it has to have the same tasks. If another
/// coordinator still has it, that one ends. `workers` workers are this process's, and others
/// may [`join`]; with 0, all are others'.
///
/// A worker has at most `window` tasks in hand, and more are asked for once half of them are
/// done. To hide a round trip to the server, that is twice the round trip ÷ a task's time.
///
/// `worker` makes the command of a worker, a program that calls
/// [`serve`](super::worker::serve).
///
/// # Errors
/// A worker can't be started, or the server refuses what is asked of it, or is away for
/// longer than 30 seconds, or another coordinator takes over. The run stays on the server
/// then, and can go on. Or somebody has removed it.
///
/// # Panics
/// `tasks` or `worker` panics, and then all workers of this process have ended, too.
pub async fn map<T, R>(
    jetstream: &Context,
    run: &str,
    workers: usize,
    window: usize,
    tasks: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator>,
    timeout: Duration,
    worker: impl Fn() -> io::Result<Command> + Clone + Send + 'static,
) -> io::Result<Vec<End<R>>>
where
    T: Serialize,
    R: DeserializeOwned,
{
    let tasks = tasks.into_iter();
    let mut ends: Vec<Option<End<R>>> = Vec::new();
    ends.resize_with(tasks.len(), || None);
    if ends.is_empty() {
        return Ok(Vec::new());
    }
    let run = Run::new(jetstream, run);
    let (results, claimed) = run.create().await?;
    let (stop, stopped) = watch::channel(false);
    let mut places = hold(&run, workers, window, worker, &stopped);
    let coordinated = {
        let collector = Collector {
            run: &run,
            results: &results,
            claimed,
            next: 1,
            left: ends.len(),
            ends: &mut ends,
        };
        let mut coordinated = pin!(coordinate(collector, tasks, timeout));
        let mut given_up = false;
        loop {
            select! {
                coordinated = &mut coordinated => break coordinated,
                Some(place) = places.join_next() => match place {
                    // That the run is over was somebody else's doing, and is noticed.
                    Ok(Ok(Held::Over)) => {}
                    Ok(Ok(Held::GivenUp)) => given_up = true,
                    Ok(Err(error)) => break Err(Stop::Failed(error)),
                    // No place is aborted. What panics in one is the caller's own.
                    Err(error) => break Err(Stop::Panicked(error.into_panic())),
                },
                // Other machines may have workers.
                alive = run.is_alive(), if given_up && places.is_empty() => match alive {
                    Ok(true) => {}
                    Ok(false) => break Ok(()),
                    Err(error) => break Err(Stop::Failed(error)),
                },
            }
        }
    };
    stop.send_replace(true);
    while places.join_next().await.is_some() {}
    // One that failed can go on.
    if !matches!(coordinated, Err(Stop::Failed(_))) {
        // What the server does not remove now costs no result.
        drop(run.delete().await);
    }
    match coordinated {
        Err(Stop::Panicked(panic)) => resume_unwind(panic),
        Err(Stop::Failed(error)) => Err(error),
        Ok(()) => {
            // Lost is what a task is that no worker was left for.
            let ends = ends.into_iter().map(|end| end.unwrap_or(End::WorkerLost));
            Ok(ends.collect())
        }
    }
}

/// Has tasks of a run done on this machine, by `workers` workers with at most `window` tasks in
/// hand each, until the run is over or `leave` completes: then what is in hand goes to
/// others. To be called on any machine, at any time while there is the run.
///
/// # Errors
/// A worker can't be started, or the server refuses what a worker needs, or all workers are
/// lost one after another.
///
/// # Panics
/// `worker` panics.
pub async fn join(
    jetstream: &Context,
    run: &str,
    workers: usize,
    window: usize,
    worker: impl Fn() -> io::Result<Command> + Clone + Send + 'static,
    leave: impl Future<Output = ()>,
) -> io::Result<()> {
    let run = Run::new(jetstream, run);
    let (stop, stopped) = watch::channel(false);
    let mut places = hold(&run, workers, window, worker, &stopped);
    let mut leave = pin!(leave);
    let (mut result, mut given_up) = (Ok(Ok(())), false);
    loop {
        select! {
            () = &mut leave, if !*stop.borrow() => {
                stop.send_replace(true);
            }
            place = places.join_next() => match place {
                Some(Ok(Ok(Held::Over))) => {}
                Some(Ok(Ok(Held::GivenUp))) => given_up = true,
                // The others have a worker each, which is to be waited for.
                Some(failed) => {
                    if matches!(result, Ok(Ok(()))) {
                        result = failed.map(|held| held.map(drop));
                    }
                    stop.send_replace(true);
                }
                None => break,
            },
        }
    }
    match result {
        Ok(Ok(())) if given_up && !*stop.borrow() => {
            let why = "one worker after another was lost without a reply";
            Err(io::Error::other(why))
        }
        Ok(held) => held,
        Err(error) => resume_unwind(error.into_panic()),
    }
}

/// Holds all places of this machine.
fn hold(
    run: &Run,
    workers: usize,
    window: usize,
    worker: impl Fn() -> io::Result<Command> + Clone + Send + 'static,
    stop: &watch::Receiver<bool>,
) -> JoinSet<io::Result<Held>> {
    let mut places = JoinSet::new();
    for _ in 0..workers {
        let (run, worker, stop) = (run.clone(), worker.clone(), stop.clone());
        places
            .spawn(async move { place::hold(&run, workers, window, worker, stop).await });
    }
    places
}

/// Why a run ends before its tasks have.
enum Stop {
    Failed(io::Error),
    /// It is the caller's own.
    Panicked(Box<dyn Any + Send>),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::Failed(error)
    }
}

/// Publishes the tasks and collects what they come to, until all have ended.
async fn coordinate<T: Serialize, R: DeserializeOwned>(
    mut collector: Collector<'_, R>,
    tasks: impl ExactSizeIterator<Item = T>,
    timeout: Duration,
) -> Result<(), Stop> {
    let run = collector.run;
    let published = AtomicBool::new(false);
    // A run that goes on: what has ended is not published again.
    let claimed = collector.claimed;
    collector
        .collect(&published, |next, _| next > claimed)
        .await?;
    let has_ended: Vec<bool> = collector.ends.iter().map(Option::is_some).collect();
    let mut collected = pin!(collector.collect(&published, |_, left| left == 0));
    select! {
        collected = &mut collected => return Ok(collected?),
        done = publish(run, tasks, timeout, &has_ended) => done?,
    }
    published.store(true, Ordering::Relaxed);
    Ok(collected.await?)
}

/// Publishes the tasks that have not ended.
async fn publish<T: Serialize>(
    run: &Run,
    tasks: impl Iterator<Item = T>,
    timeout: Duration,
    has_ended: &[bool],
) -> Result<(), Stop> {
    let mut tasks = tasks.enumerate();
    let (mut in_flight, mut bytes) = (VecDeque::<Sent>::new(), 0);
    loop {
        let task = catch_unwind(AssertUnwindSafe(|| tasks.next()));
        let Some((id, task)) = task.map_err(Stop::Panicked)? else {
            break;
        };
        if has_ended[id] {
            continue;
        }
        let frame = match encode(id, &task, run.largest()) {
            Ok(frame) => frame,
            Err(why) => {
                refuse(run, id, &why).await?;
                continue;
            }
        };
        let length = frame.len();
        while in_flight.len() == IN_FLIGHT || bytes + length > BYTES_IN_FLIGHT {
            let Some(oldest) = in_flight.pop_front() else {
                break;
            };
            bytes -= oldest.length;
            settle(run, oldest).await?;
        }
        let (at, message) = (Instant::now(), run.task(timeout, frame));
        let sent = run.send_task(id, message.clone()).await;
        bytes += length;
        in_flight.push_back(Sent {
            id,
            length,
            message,
            at,
            sent,
        });
    }
    for oldest in in_flight {
        settle(run, oldest).await?;
    }
    Ok(())
}

/// A task on its way to the server.
struct Sent {
    id: usize,
    length: usize,
    message: PublishMessage,
    at: Instant,
    sent: Result<PublishAckFuture, PublishError>,
}

/// Waits until the server has stored a task, and sends it again if it has not. A queue that
/// is full is waited for, however long that takes.
async fn settle(run: &Run, mut task: Sent) -> io::Result<()> {
    let (mut since, mut pause) = (Instant::now(), Duration::ZERO);
    loop {
        let error = match task.sent {
            Ok(stored) => match timeout_at(task.at + ANSWERS_WITHIN, stored).await {
                Ok(Ok(_)) => return Ok(()),
                Ok(Err(error)) => error,
                Err(_elapsed) => PublishError::new(PublishErrorKind::TimedOut),
            },
            Err(error) => error,
        };
        if says(&error, "maximum messages per subject exceeded") {
            // It is there already.
            return Ok(());
        }
        if says(&error, "maximum messages exceeded") {
            since = Instant::now();
        } else if since.elapsed() > PATIENCE {
            return Err(io::Error::other(error));
        }
        // Those that were sent with it have waited with it.
        sleep(pause).await;
        pause = PAUSE;
        task.at = Instant::now();
        task.sent = run.send_task(task.id, task.message.clone()).await;
    }
}

/// Whether the server has refused a message in these words: its code is the same for all.
fn says(error: &PublishError, words: &str) -> bool {
    let cause = std::error::Error::source(error);
    let cause = cause.and_then(|cause| cause.downcast_ref::<jetstream::Error>());
    cause.is_some_and(|cause| cause.to_string().contains(words))
}

/// Stores that a task can't be sent, where all else that tasks come to is.
async fn refuse(run: &Run, id: usize, why: &str) -> io::Result<()> {
    let refused = Frame {
        kind: Kind::Refused,
        attempt: 1,
        id: id as u64,
        payload: why.as_bytes(),
    };
    patiently(async || {
        match run.store(0, &refused).await {
            Ok(_) => Ok(()),
            // It was refused before this coordinator was started again.
            Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => Ok(()),
            Err(error) => Err(Failure::Away(io::Error::other(error))),
        }
    })
    .await
}

/// The frame of a task, or why it can't be sent.
fn encode<T: Serialize>(id: usize, task: &T, largest: usize) -> Result<Vec<u8>, String> {
    let encode = || postcard::to_extend(task, Vec::new());
    let payload = match catch_unwind(AssertUnwindSafe(encode)) {
        Ok(Ok(payload)) => payload,
        Ok(Err(error)) => return Err(format!("the task can't be encoded: {error}")),
        Err(_panic) => return Err("the task panics when it is encoded".to_owned()),
    };
    let length = payload.len();
    if length > LONGEST {
        return Err(format!(
            "the task has {length} bytes; the most is {LONGEST}"
        ));
    }
    let mut frame = Vec::new();
    Frame {
        kind: Kind::Task,
        attempt: 1,
        id: id as u64,
        payload: &payload,
    }
    .encode(&mut frame);
    // The headers count as well.
    match frame.len() + run::HEADERS <= largest {
        true => Ok(frame),
        false => Err(format!(
            "the task has {length} bytes; the server takes {largest} in a message"
        )),
    }
}

/// Reads results in the order in which the server has stored them.
struct Collector<'a, R> {
    run: &'a Run,
    results: &'a Stream,
    /// Where this coordinator said that it has begun.
    claimed: u64,
    /// The sequence of the next one.
    next: u64,
    /// How many tasks have not ended.
    left: usize,
    ends: &'a mut [Option<End<R>>],
}

impl<R: DeserializeOwned> Collector<'_, R> {
    /// Collects until `is_enough`, of the next sequence and the number of tasks that are left.
    async fn collect(
        &mut self,
        published: &AtomicBool,
        is_enough: impl Fn(u64, usize) -> bool,
    ) -> io::Result<()> {
        let mut away = Instant::now();
        let mut looks = interval(LOOKS);
        while !is_enough(self.next, self.left) {
            let connections = self.run.connections();
            let config = OrderedConfig {
                deliver_policy: DeliverPolicy::ByStartSequence {
                    start_sequence: self.next,
                },
                ..OrderedConfig::default()
            };
            let ordered = async {
                let consumer = self.results.create_consumer(config).await;
                let messages = consumer.map_err(io::Error::other)?.messages().await;
                messages.map_err(io::Error::other)
            };
            let mut messages = match ordered.await {
                Ok(messages) => messages,
                Err(_) if self.run.is_over().await.unwrap_or(false) => {
                    return Err(removed());
                }
                Err(error) if away.elapsed() > PATIENCE => return Err(error),
                Err(_) => {
                    sleep(PAUSE).await;
                    continue;
                }
            };
            away = Instant::now();
            let mut quiet = Instant::now();
            loop {
                let message = select! {
                    message = messages.next() => message,
                    _ = looks.tick() => {
                        if away.elapsed() > PATIENCE {
                            let why = "the server has been away for 30 seconds";
                            return Err(io::Error::other(why));
                        }
                        if connections != self.run.connections() {
                            break;
                        }
                        if quiet.elapsed() > QUIET {
                            if self.look(published.load(Ordering::Relaxed)).await? {
                                away = Instant::now();
                            }
                            quiet = Instant::now();
                        }
                        continue;
                    }
                };
                // After a failure, the rest is read anew.
                let Some(Ok(message)) = message else { break };
                (quiet, away) = (Instant::now(), Instant::now());
                let info = message.info().map_err(io::Error::other)?;
                let sequence = info.stream_sequence;
                self.next = sequence + 1;
                if !self.run.is_coordinators(&message.subject) {
                    self.count(&message.payload);
                } else if sequence > self.claimed {
                    let why = "another coordinator has taken over the run";
                    return Err(io::Error::other(why));
                }
                if is_enough(self.next, self.left) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Fails if there is nothing left to wait for. Returns whether the server has answered.
    async fn look(&self, is_published: bool) -> io::Result<bool> {
        // Without a connection, it would wait for one.
        if !self.run.is_connected() {
            return Ok(false);
        }
        match self.run.left().await {
            Ok(None) => Err(removed()),
            Ok(Some(left)) if !left.has_workers => Err(removed()),
            Ok(Some(left))
                if is_published && left.tasks == 0 && left.last < self.next =>
            {
                let tasks = self.left;
                let why =
                    format!("the server has lost {tasks} tasks: it keeps them a week");
                Err(io::Error::other(why))
            }
            Ok(Some(_)) => Ok(true),
            Err(_) => Ok(false),
        }
    }

    /// Counts what a task has come to, if this says so. The first counts.
    fn count(&mut self, message: &[u8]) {
        let mut decoder = Decoder::default();
        decoder.push(message);
        let Ok(Some(frame)) = decoder.next_frame() else {
            return;
        };
        let id = frame.id as usize;
        let (Some(end), Some(place)) = (end(&frame), self.ends.get_mut(id)) else {
            return;
        };
        if place.is_none() {
            *place = Some(end);
            self.left -= 1;
        }
    }
}

fn removed() -> io::Error {
    io::Error::other("somebody has removed the run, or a part of it, from the server")
}

/// What a frame says that its task has come to; nothing if it says that an attempt began.
fn end<R: DeserializeOwned>(frame: &Frame<'_>) -> Option<End<R>> {
    let text = || String::from_utf8_lossy(frame.payload).into_owned();
    Some(match frame.kind {
        Kind::Task => return None,
        Kind::Done => {
            let decode = || postcard::take_from_bytes(frame.payload);
            // What panics at the answer can't be handed it.
            match catch_unwind(AssertUnwindSafe(decode)) {
                Ok(Ok((answer, []))) => End::Done(answer),
                _ => End::Refused("the answer is of another type".to_owned()),
            }
        }
        Kind::Panicked => End::Panicked(text()),
        Kind::TimedOut => End::TimedOut,
        Kind::WorkerLost => End::WorkerLost,
        Kind::Refused => End::Refused(text()),
    })
}
