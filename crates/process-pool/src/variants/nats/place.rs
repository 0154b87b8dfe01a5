//! A place for one worker process on this machine: it takes tasks from the server, has them
//! done, and stores what they came to.
//!
//! The worker reads and writes frames on its pipes, as in any pool. What it can't do for
//! itself is done beside it: its tasks have a sign of life every second, it is killed at a
//! deadline, and its loss is reported at once. If this machine is lost, the server hands
//! its tasks to others.

use std::{
    collections::VecDeque,
    future::pending,
    io,
    process::{self, Stdio},
    time::Duration,
};

use async_nats::jetstream::{
    AckKind, Message,
    consumer::{PullConsumer, pull::Batch},
    context::PublishErrorKind,
};
use futures_util::StreamExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, ChildStdin, ChildStdout, Command},
    select,
    sync::watch,
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep, sleep_until, timeout_at},
};

use super::{
    super::{
        frame::{Decoder, Frame, Kind},
        session::{ATTEMPTS, LOSSES, WINDOW},
        worker::BUFFER,
    },
    run::{Begun, HEARTBEAT, PATIENCE, PAUSE, Run, timeout},
};

/// How long a request for tasks stands.
const REQUEST: Duration = Duration::from_secs(2);

/// A task that this machine has.
#[derive(Debug)]
struct Held {
    message: Message,
    id: u64,
    attempt: u16,
    timeout: Duration,
    /// Its result must follow this one.
    fence: u64,
}

/// Why a worker is not to go on.
enum End {
    /// It went away, or its reply is none.
    Lost,
    /// Its task took too long.
    Overdue,
    /// The run has no further tasks.
    Over,
}

/// Holds one place of `workers` on this machine: one worker after another, until the run is
/// over, or it is told to stop, or [`LOSSES`] workers in a row are lost without a reply.
///
/// # Errors
/// A worker can't be started, or the server refuses what a worker needs.
pub async fn hold(
    run: &Run,
    workers: usize,
    worker: impl Fn() -> io::Result<process::Command>,
    mut stop: watch::Receiver<bool>,
) -> io::Result<()> {
    let mut place = Place {
        run,
        workers,
        waiting: 0,
        in_hand: VecDeque::new(),
        stored: JoinSet::new(),
        child: None,
    };
    let held = select! {
        held = place.hold(worker) => held,
        _ = stop.wait_for(|stop| *stop) => Ok(()),
    };
    if let Some(mut child) = place.child {
        child.kill().await?;
    }
    // What is left in hand goes to others, without a wait.
    for held in place.in_hand {
        drop(held.message.ack_with(AckKind::Nak(None)).await);
    }
    held
}

/// The run is over: its streams are gone.
struct Over;

struct Place<'a> {
    run: &'a Run,
    workers: usize,
    /// How many tasks waited on the server when it was last heard of.
    waiting: usize,
    /// The oldest first: the worker is at it.
    in_hand: VecDeque<Held>,
    /// Results on their way to the server.
    stored: JoinSet<()>,
    /// The worker, as long as it has not been waited for.
    child: Option<Child>,
}

impl Place<'_> {
    /// The same, but that it does not stop. Whatever it waits for, it can be dropped there.
    async fn hold(
        &mut self,
        worker: impl Fn() -> io::Result<process::Command>,
    ) -> io::Result<()> {
        let since = Instant::now();
        let consumer = loop {
            match self.run.workers().await {
                Ok(Some(consumer)) => break consumer,
                Ok(None) => return Ok(()),
                Err(error) if since.elapsed() > PATIENCE => return Err(error),
                Err(_) => sleep(PAUSE).await,
            }
        };
        let mut losses = 0;
        let mut queue = Queue {
            consumer,
            request: None,
            connections: self.run.connections(),
        };
        while losses < LOSSES {
            // A worker is started for a task.
            while self.in_hand.is_empty() {
                self.request(&mut queue).await;
                let delivered = queue.next().await;
                match self.take(&mut queue, delivered).await {
                    Ok(Some(held)) => self.in_hand.push_back(held),
                    Ok(None) => {}
                    Err(Over) => return Ok(()),
                }
            }
            let child = Command::from(worker()?)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .kill_on_drop(true)
                .spawn()?;
            let child = self.child.insert(child);
            let stdin = child.stdin.take().expect("stdin is piped");
            let stdout = child.stdout.take().expect("stdout is piped");
            let (end, replied) = self.serve(&mut queue, stdin, stdout).await;
            if let Some(mut child) = self.child.take() {
                child.kill().await?;
            }
            if replied {
                losses = 0;
            }
            match end {
                End::Lost => {
                    losses += 1;
                    self.lost().await;
                }
                End::Overdue => {
                    if let Some(held) = self.in_hand.pop_front() {
                        self.store(held, Kind::TimedOut, &[]);
                    }
                }
                End::Over => return Ok(()),
            }
        }
        while self.stored.join_next().await.is_some() {}
        Ok(())
    }

    /// Gives tasks to a worker and takes its replies. Returns why it is not to go on, and
    /// whether it has replied.
    async fn serve(
        &mut self,
        queue: &mut Queue,
        mut stdin: ChildStdin,
        mut stdout: ChildStdout,
    ) -> (End, bool) {
        let mut outgoing: VecDeque<u8> = self.in_hand.iter().flat_map(frame).collect();
        let (mut replies, mut buffer) = (Decoder::default(), vec![0; BUFFER]);
        let (mut since, mut replied) = (Instant::now(), false);
        let mut beat = interval(HEARTBEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let end = loop {
            self.request(queue).await;
            let front = self.in_hand.front();
            let limit = front.and_then(|held| since.checked_add(held.timeout));
            select! {
                delivered = queue.next() => match self.take(queue, delivered).await {
                    Ok(Some(held)) => {
                        if self.in_hand.is_empty() {
                            since = Instant::now();
                        }
                        outgoing.extend(frame(&held));
                        self.in_hand.push_back(held);
                    }
                    Ok(None) => {}
                    Err(Over) => break End::Over,
                },
                written = stdin.write_buf(&mut outgoing), if !outgoing.is_empty() => {
                    // A worker that is gone is seen by the read, after its last replies.
                    if written.is_err() {
                        outgoing.clear();
                    }
                }
                read = stdout.read(&mut buffer) => {
                    let count = read.unwrap_or(0);
                    replies.push(&buffer[..count]);
                    let mut is_sound = count > 0;
                    while is_sound {
                        match replies.next_frame() {
                            Ok(None) => break,
                            Ok(Some(reply)) if self.answer(&reply) => {
                                (since, replied) = (Instant::now(), true);
                            }
                            Ok(Some(_)) | Err(_) => is_sound = false,
                        }
                    }
                    if !is_sound {
                        break End::Lost;
                    }
                }
                () = at(limit) => break End::Overdue,
                _ = beat.tick() => {
                    self.progress().await;
                    queue.look(self.run);
                }
                Some(_) = self.stored.join_next() => {}
            }
        };
        (end, replied)
    }

    /// Asks the server for more, if there is no request and little in hand.
    ///
    /// A worker has half of its fair share of what waits, and less as that is less, so that
    /// at the end none has a second one waiting.
    async fn request(&self, queue: &mut Queue) {
        let window = (self.waiting / (2 * self.workers)).clamp(1, WINDOW);
        if queue.request.is_some() || self.in_hand.len() > window / 2 {
            return;
        }
        let batch = queue
            .consumer
            .batch()
            .max_messages(window - self.in_hand.len())
            // No more than a client can take in while it is at something else.
            .max_bytes(2 * self.run.largest())
            .expires(REQUEST);
        // Without a connection, it is made later.
        if let Ok(batch) = batch.messages().await {
            let until = Instant::now() + REQUEST + HEARTBEAT;
            queue.request = Some(Request { batch, until });
        }
    }

    /// Takes what a request has brought: a task that is to be done, or nothing.
    async fn take(
        &mut self,
        queue: &mut Queue,
        delivered: Delivered,
    ) -> Result<Option<Held>, Over> {
        match delivered {
            Some(Ok(message)) => Ok(self.begin(message).await),
            None => {
                queue.request = None;
                Ok(None)
            }
            Some(Err(_)) => {
                queue.request = None;
                // It can't be asked while it is away; then the run is not over.
                if self.run.is_over().await.unwrap_or(false) {
                    return Err(Over);
                }
                sleep(PAUSE).await;
                Ok(None)
            }
        }
    }

    /// Begins a task that was delivered, if it still is to be done.
    async fn begin(&mut self, message: Message) -> Option<Held> {
        let (delivered, pending) = match message.info() {
            Ok(info) => (info.delivered, info.pending),
            Err(_) => return None,
        };
        self.waiting = usize::try_from(pending).unwrap_or(usize::MAX);
        let attempt = u16::try_from(delivered).unwrap_or(u16::MAX);
        let mut decoder = Decoder::default();
        decoder.push(&message.payload);
        let id = match decoder.next_frame() {
            Ok(Some(frame)) if frame.kind == Kind::Task => frame.id,
            _ => {
                // Nobody can do it, however often it is delivered.
                drop(message.ack_with(AckKind::Term).await);
                return None;
            }
        };
        let timeout = timeout(message.headers.as_ref()).unwrap_or(Duration::MAX);
        let fence = loop {
            match self.run.begin(id, attempt).await {
                Ok(Begun::At(fence)) => break fence,
                Ok(Begun::Before) => {
                    drop(message.ack().await);
                    return None;
                }
                Ok(Begun::Elsewhere) => return None,
                Err(_) if self.run.is_over().await.unwrap_or(false) => return None,
                Err(_) => sleep(PAUSE).await,
            }
        };
        let held = Held {
            message,
            id,
            attempt,
            timeout,
            fence,
        };
        if attempt > ATTEMPTS {
            self.store(held, Kind::WorkerLost, &[]);
            return None;
        }
        Some(held)
    }

    /// Takes a reply. False if it is no answer to the task that the worker is at.
    fn answer(&mut self, reply: &Frame<'_>) -> bool {
        let front = self.in_hand.front().map(|held| (held.id, held.attempt));
        let is_answer = matches!(reply.kind, Kind::Done | Kind::Panicked);
        if !is_answer || front != Some((reply.id, reply.attempt)) {
            return false;
        }
        if let Some(held) = self.in_hand.pop_front() {
            self.store(held, reply.kind, reply.payload);
        }
        true
    }

    /// The worker was lost: the task that it was at is tried once more, by whoever gets it.
    /// Those behind it never began, and are the next worker's.
    async fn lost(&mut self) {
        let Some(held) = self.in_hand.pop_front() else {
            return;
        };
        if held.attempt < ATTEMPTS {
            // One that is lost is as if this machine were.
            drop(held.message.ack_with(AckKind::Nak(None)).await);
        } else {
            self.store(held, Kind::WorkerLost, &[]);
        }
    }

    /// Says that the tasks are in good hands.
    async fn progress(&self) {
        for held in &self.in_hand {
            drop(held.message.ack_with(AckKind::Progress).await);
        }
    }

    /// Stores what a task has come to, while others are done.
    fn store(&mut self, held: Held, kind: Kind, payload: &[u8]) {
        let (run, payload) = (self.run.clone(), payload.to_vec());
        self.stored
            .spawn(async move { store(&run, &held, kind, payload).await });
    }
}

/// Stores what a task has come to, then acknowledges the task: in this order, so that a
/// machine that is lost between the two costs a delivery and no result.
async fn store(run: &Run, held: &Held, mut kind: Kind, mut payload: Vec<u8>) {
    loop {
        let frame = Frame {
            kind,
            attempt: held.attempt,
            id: held.id,
            payload: &payload,
        };
        let error = match run.store(held.fence, &frame).await {
            Ok(_) => break,
            Err(error) => error,
        };
        match error.kind() {
            // Another machine has the task by now, and acknowledges it.
            PublishErrorKind::WrongLastSequence => return,
            PublishErrorKind::MaxPayloadExceeded => {
                let (length, most) = (payload.len(), run.largest());
                let why = format!(
                    "the answer has {length} bytes; the server takes {most} in a message"
                );
                (kind, payload) = (Kind::Refused, why.into_bytes());
            }
            _ if run.is_over().await.unwrap_or(false) => return,
            _ => {
                drop(held.message.ack_with(AckKind::Progress).await);
                sleep(PAUSE).await;
            }
        }
    }
    // One that is lost costs a delivery, to whom the result is there already.
    drop(held.message.ack().await);
}

/// The frame that gives a task to the worker, with the attempt that it is.
fn frame(held: &Held) -> Vec<u8> {
    let mut decoder = Decoder::default();
    decoder.push(&held.message.payload);
    let mut bytes = Vec::new();
    if let Ok(Some(frame)) = decoder.next_frame() {
        let attempt = held.attempt;
        Frame { attempt, ..frame }.encode(&mut bytes);
    }
    bytes
}

/// The tasks that wait on the server, as a place sees them.
struct Queue {
    consumer: PullConsumer,
    request: Option<Request>,
    /// How often there was a connection when the request was made.
    connections: u64,
}

/// A request for tasks, and when it is made again at the latest.
struct Request {
    batch: Batch,
    until: Instant,
}

/// All that were asked for have come, or none came in time; or there is one; or the server
/// has no such queue.
type Delivered = Option<Result<Message, async_nats::Error>>;

impl Queue {
    /// The next task of the request. Without one, it waits.
    async fn next(&mut self) -> Delivered {
        let Some(request) = &mut self.request else {
            return pending().await;
        };
        let next = timeout_at(request.until, request.batch.next());
        next.await.unwrap_or(None)
    }

    /// Forgets a request of a connection that is lost.
    fn look(&mut self, run: &Run) {
        if self.connections != run.connections() {
            (self.request, self.connections) = (None, run.connections());
        }
    }
}

async fn at(limit: Option<Instant>) {
    match limit {
        Some(limit) => sleep_until(limit).await,
        None => pending().await,
    }
}
