//! A place for one worker process on this machine: it takes tasks from the server, has them
//! done, and stores what they came to.
//!
//! The worker reads and writes frames on its pipes, as in any pool. What it can't do for
//! itself is done beside it: its tasks have a sign of life every second, it is killed at a
//! deadline, and its loss is reported at once. If this machine is lost, the server hands
//! its tasks to others.
//!
//! What counts as a try was begun. A task that was delivered before waits until all before it
//! are answered, and is announced before it begins. One that is delivered for the first time
//! is not: that would be a message for each task. If its worker is lost, that is said
//! afterwards; if the whole machine is lost, nobody knows, and it does not count.

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
    context::{PublishError, PublishErrorKind},
};
use futures_util::{FutureExt, StreamExt, future::join_all};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, ChildStdin, ChildStdout, Command},
    select,
    sync::watch,
    task::JoinSet,
    time::{
        self, Instant, Interval, MissedTickBehavior, interval, sleep, sleep_until,
        timeout_at,
    },
};

use super::{
    super::{
        frame::{Decoder, Frame, HEADER, Kind},
        session::{ATTEMPTS, LOSSES},
        worker::BUFFER,
    },
    run::{self, ANSWERS_WITHIN, Begun, HEARTBEAT, PATIENCE, PAUSE, Run, timeout},
};

/// How long a request for tasks stands.
const REQUEST: Duration = Duration::from_secs(2);

/// How many results are on their way to the server at most.
const UNDER_WAY: usize = 256;
/// How many bytes of tasks are on their way to all places of a machine at most, unless a
/// single one has more.
const AT_ONCE: usize = 32 << 20;

/// A task that this machine has.
#[derive(Debug)]
struct Task {
    message: Message,
    id: u64,
    /// How often the server has handed it out.
    delivered: u64,
    timeout: Duration,
    /// Its attempt, and the sequence that its result must follow, once they are known.
    begun: Option<(u16, u64)>,
}

/// How a place has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// The run is over, or the place was told to stop.
    Over,
    /// [`LOSSES`] workers in a row were lost without a reply.
    GivenUp,
}

/// Why a worker is not to go on.
enum End {
    /// It went away, or its reply is none.
    Lost,
    /// Its task took too long.
    Overdue,
    /// The run has no further tasks.
    Over,
    Failed(io::Error),
}

/// Why something was not said.
enum Unsaid {
    /// Another machine has the task by now.
    Elsewhere,
    /// The run is over.
    Over,
    Refused(io::Error),
}

/// Holds one place of `workers` on this machine, with at most `window` tasks in hand: one
/// worker after another, until the run is over, or it is told to stop, or [`LOSSES`] workers
/// in a row are lost without a reply. What it has then goes to others.
///
/// # Errors
/// A worker can't be started, or the server refuses what a worker needs.
pub async fn hold(
    run: &Run,
    workers: usize,
    window: usize,
    worker: impl Fn() -> io::Result<process::Command>,
    mut stop: watch::Receiver<bool>,
) -> io::Result<Held> {
    let mut place = Place {
        run,
        workers,
        window,
        waiting: 0,
        in_hand: VecDeque::new(),
        given: 0,
        beginning: JoinSet::new(),
        over: JoinSet::new(),
        said: JoinSet::new(),
        queue: Queue::default(),
        child: None,
    };
    let held = select! {
        held = place.hold(worker) => held,
        _ = stop.wait_for(|stop| *stop) => Ok(Held::Over),
    };
    if let Some(child) = &mut place.child {
        child.kill().await?;
    }
    // A server that is away takes back what it has handed out by itself, later.
    drop(time::timeout(ANSWERS_WITHIN, place.leave()).await);
    held
}

struct Place<'a> {
    run: &'a Run,
    workers: usize,
    /// How many tasks are in hand at most.
    window: usize,
    /// How many tasks waited on the server when it was last heard of.
    waiting: usize,
    /// The oldest first.
    in_hand: VecDeque<Task>,
    /// How many of them were given to the worker, which is at the first.
    given: usize,
    /// The announcement that the oldest begins, if it is under way.
    beginning: JoinSet<Result<Begun, Unsaid>>,
    /// The question whether the run is over, if it is asked.
    over: JoinSet<bool>,
    /// Results and losses on their way to the server.
    said: JoinSet<Result<(), Unsaid>>,
    queue: Queue,
    /// The worker, as long as it has not been waited for.
    child: Option<Child>,
}

impl Place<'_> {
    /// The same, but that it does not stop. Whatever it waits for, it can be dropped there.
    async fn hold(
        &mut self,
        worker: impl Fn() -> io::Result<process::Command>,
    ) -> io::Result<Held> {
        let since = Instant::now();
        self.queue.consumer = loop {
            match self.run.workers().await {
                Ok(Some(consumer)) => break Some(consumer),
                Ok(None) => return Ok(Held::Over),
                Err(error) if since.elapsed() > PATIENCE => return Err(error),
                Err(_) => sleep(PAUSE).await,
            }
        };
        self.queue.connections = self.run.connections();
        let mut losses = 0;
        let mut beat = interval(HEARTBEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while losses < LOSSES {
            // A worker is started for a task.
            while self.in_hand.is_empty() {
                self.request().await;
                let end = select! {
                    delivered = self.queue.next() => {
                        self.take(delivered).await;
                        None
                    }
                    Some(Ok(true)) = self.over.join_next() => Some(End::Over),
                    Some(Ok(said)) = self.said.join_next() => self.end(said),
                    _ = beat.tick() => {
                        self.beat().await;
                        None
                    }
                };
                match end {
                    Some(End::Failed(error)) => return Err(error),
                    Some(_) => return Ok(Held::Over),
                    None => {}
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
            let (end, replied) = self.serve(&mut beat, stdin, stdout).await;
            if let Some(mut child) = self.child.take() {
                child.kill().await?;
            }
            if replied {
                losses = 0;
            }
            match end {
                End::Lost => {
                    losses += 1;
                    self.lost();
                }
                End::Overdue => {
                    if let Some(task) = self.in_hand.pop_front() {
                        self.store(task, Kind::TimedOut, &[]);
                    }
                }
                End::Over => return Ok(Held::Over),
                End::Failed(error) => return Err(error),
            }
            // Those behind it never began, and are the next worker's.
            self.given = 0;
        }
        Ok(Held::GivenUp)
    }

    /// Gives tasks to a worker and takes its replies. Returns why it is not to go on, and
    /// whether it has replied.
    async fn serve(
        &mut self,
        beat: &mut Interval,
        mut stdin: ChildStdin,
        mut stdout: ChildStdout,
    ) -> (End, bool) {
        let mut outgoing = VecDeque::new();
        let (mut replies, mut buffer) = (Decoder::default(), vec![0; BUFFER]);
        let (mut since, mut replied) = (Instant::now(), false);
        let end = loop {
            self.request().await;
            let was_idle = self.given == 0;
            self.give(&mut outgoing);
            if was_idle {
                since = Instant::now();
            }
            let front = self.in_hand.front().filter(|_| self.given > 0);
            let limit = front.and_then(|task| since.checked_add(task.timeout));
            select! {
                delivered = self.queue.next() => self.take(delivered).await,
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
                Some(Ok(begun)) = self.beginning.join_next() => {
                    if let Some(end) = self.begin(begun).await {
                        break end;
                    }
                }
                Some(Ok(said)) = self.said.join_next() => {
                    if let Some(end) = self.end(said) {
                        break end;
                    }
                }
                Some(Ok(true)) = self.over.join_next() => break End::Over,
                _ = beat.tick() => self.beat().await,
            }
        };
        (end, replied)
    }

    /// Gives the worker what it may begin.
    fn give(&mut self, outgoing: &mut VecDeque<u8>) {
        while let Some(task) = self.in_hand.get(self.given) {
            let Some((attempt, _)) = task.begun else {
                // It waits for its turn, and then for the announcement.
                if self.given == 0 && self.beginning.is_empty() {
                    let (run, message) = (self.run.clone(), task.message.clone());
                    let (id, delivered) = (task.id, task.delivered);
                    self.beginning.spawn(async move {
                        insist(&run, &message, || run.begin(id, delivered)).await
                    });
                }
                break;
            };
            outgoing.extend(frame(task, attempt));
            self.given += 1;
        }
    }

    /// Lets the oldest task begin, as was announced, or says why the place ends.
    async fn begin(&mut self, begun: Result<Begun, Unsaid>) -> Option<End> {
        let mut task = self.in_hand.pop_front()?;
        match begun {
            Ok(Begun::At { attempt, fence }) => {
                task.begun = Some((attempt, fence));
                match attempt > ATTEMPTS {
                    true => self.store(task, Kind::WorkerLost, &[]),
                    false => self.in_hand.push_front(task),
                }
                None
            }
            Ok(Begun::Before) => {
                drop(task.message.ack().await);
                None
            }
            Ok(Begun::Elsewhere) => None,
            Err(unsaid) => self.end(Err(unsaid)),
        }
    }

    /// Why the place ends, if it does.
    fn end(&self, said: Result<(), Unsaid>) -> Option<End> {
        match said {
            Ok(()) | Err(Unsaid::Elsewhere) => None,
            Err(Unsaid::Over) => Some(End::Over),
            Err(Unsaid::Refused(error)) => Some(End::Failed(error)),
        }
    }

    /// Asks the server for more, if there is no request and little in hand.
    ///
    /// A worker has half of its fair share of what waits, and less as that is less, so that
    /// at the end none has a second one waiting.
    async fn request(&mut self) {
        let window = (self.waiting / (2 * self.workers)).clamp(1, self.window);
        let has_enough = self.in_hand.len() > window / 2 || self.said.len() > UNDER_WAY;
        let queue = &mut self.queue;
        let Some(consumer) = &queue.consumer else {
            return;
        };
        if queue.request.is_some() || queue.again.is_some() || has_enough {
            return;
        }
        queue.again = Some(Instant::now() + PAUSE);
        // Without a connection, this would wait for one.
        if !self.run.is_connected() {
            return;
        }
        let batch = consumer
            .batch()
            .max_messages(window - self.in_hand.len())
            // No more than a client can take in while it is at something else.
            .max_bytes((AT_ONCE / self.workers).max(self.run.largest() + run::AROUND))
            .expires(REQUEST);
        if let Ok(batch) = batch.messages().await {
            let until = Instant::now() + REQUEST + HEARTBEAT;
            (queue.request, queue.again) = (Some(Request { batch, until }), None);
        }
    }

    /// Takes what a request has brought.
    async fn take(&mut self, delivered: Delivered) {
        match delivered {
            Some(Ok(message)) => {
                if let Some(task) = self.read(message).await {
                    self.in_hand.push_back(task);
                }
            }
            None => (self.queue.request, self.queue.again) = (None, None),
            Some(Err(_)) => {
                self.queue.request = None;
                self.queue.again = Some(Instant::now() + PAUSE);
                // It can't be asked while it is away; then the run is not over.
                if self.over.is_empty() {
                    let run = self.run.clone();
                    self.over
                        .spawn(async move { run.is_over().await.unwrap_or(false) });
                }
            }
        }
    }

    /// The task in a message.
    async fn read(&mut self, message: Message) -> Option<Task> {
        let (delivered, pending) = match message.info() {
            Ok(info) => (info.delivered, info.pending),
            Err(_) => return None,
        };
        self.waiting = usize::try_from(pending).unwrap_or(usize::MAX);
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
        Some(Task {
            message,
            id,
            delivered: u64::try_from(delivered).unwrap_or(u64::MAX),
            timeout,
            begun: (delivered == 1).then_some((1, 0)),
        })
    }

    /// Takes a reply. False if it is no answer to the task that the worker is at.
    fn answer(&mut self, reply: &Frame<'_>) -> bool {
        let front = self.in_hand.front().filter(|_| self.given > 0);
        let at = front.and_then(|task| Some((task.id, task.begun?.0)));
        let is_answer = matches!(reply.kind, Kind::Done | Kind::Panicked);
        if !is_answer || at != Some((reply.id, reply.attempt)) {
            return false;
        }
        if let Some(task) = self.in_hand.pop_front() {
            self.given -= 1;
            self.store(task, reply.kind, reply.payload);
        }
        true
    }

    /// The worker was lost: the task that it was at, if it was at one, is tried once more,
    /// by whoever gets it.
    fn lost(&mut self) {
        if self.given == 0 {
            return;
        }
        let Some(task) = self.in_hand.pop_front() else {
            return;
        };
        if task.begun.is_some_and(|(attempt, _)| attempt >= ATTEMPTS) {
            self.store(task, Kind::WorkerLost, &[]);
            return;
        }
        let run = self.run.clone();
        self.said.spawn(async move {
            let (id, delivered) = (task.id, task.delivered);
            let (attempt, fence) = task.begun.unwrap_or_default();
            let announce = || run.announce(id, delivered, attempt, fence);
            insist(&run, &task.message, announce).await?;
            // One that is lost is as if this machine were.
            drop(task.message.ack_with(AckKind::Nak(None)).await);
            Ok(())
        });
    }

    /// Says that the tasks are in good hands.
    async fn beat(&mut self) {
        self.queue.look(self.run);
        // Without a connection, it would wait for one.
        if self.run.is_connected() {
            self.run.say_alive().await;
            for task in &self.in_hand {
                drop(task.message.ack_with(AckKind::Progress).await);
            }
        }
    }

    /// Stores what a task has come to, while others are done.
    fn store(&mut self, task: Task, kind: Kind, payload: &[u8]) {
        let (run, payload) = (self.run.clone(), payload.to_vec());
        self.said
            .spawn(async move { store(&run, &task, kind, payload).await });
    }

    /// Gives back what is in hand, without a wait, and stores what is under way.
    async fn leave(&mut self) {
        if let Some(Ok(begun)) = self.beginning.join_next().await {
            self.begin(begun).await;
        }
        while let Some(Some(Ok(message))) = self.queue.next().now_or_never() {
            if let Some(task) = self.read(message).await {
                self.in_hand.push_back(task);
            }
        }
        let run = self.run;
        let given_back = self.in_hand.drain(..).map(|task| async move {
            // Only whoever has a task may give it back: the server doesn't ask.
            let begun = match task.begun {
                Some(begun) => Ok(begun),
                None => {
                    run.begin(task.id, task.delivered)
                        .await
                        .map(|begun| match begun {
                            Begun::At { attempt, fence } if attempt <= ATTEMPTS => {
                                (attempt, fence)
                            }
                            _ => (0, 0),
                        })
                }
            };
            if let Ok((attempt @ 1.., fence)) = begun
                // What was begun of it doesn't count.
                && run.announce(task.id, task.delivered, attempt - 1, fence).await.is_ok()
            {
                drop(task.message.ack_with(AckKind::Nak(None)).await);
            }
        });
        join_all(given_back).await;
        while self.said.join_next().await.is_some() {}
    }
}

/// Says something about a task until the server has stored it, and that the task is in good
/// hands meanwhile.
async fn insist<T, F: Future<Output = Result<T, PublishError>>>(
    run: &Run,
    message: &Message,
    say: impl Fn() -> F,
) -> Result<T, Unsaid> {
    let mut since = Instant::now();
    loop {
        let error = match say().await {
            Ok(said) => return Ok(said),
            Err(error) => error,
        };
        if error.kind() == PublishErrorKind::WrongLastSequence {
            return Err(Unsaid::Elsewhere);
        }
        if run.is_over().await.unwrap_or(false) {
            return Err(Unsaid::Over);
        }
        match run.is_connected() {
            true if since.elapsed() > PATIENCE => {
                return Err(Unsaid::Refused(io::Error::other(error)));
            }
            true => drop(message.ack_with(AckKind::Progress).await),
            // However long it is away: this place has nothing better to do.
            false => since = Instant::now(),
        }
        sleep(PAUSE).await;
    }
}

/// Stores what a task has come to, then acknowledges the task: in this order, so that a
/// machine that is lost between the two costs a delivery and no result.
async fn store(
    run: &Run,
    task: &Task,
    kind: Kind,
    payload: Vec<u8>,
) -> Result<(), Unsaid> {
    let (attempt, fence) = task.begun.unwrap_or_default();
    let (mut kind, mut payload) = (kind, payload);
    if run::HEADERS + HEADER + payload.len() > run.largest() {
        let (length, most) = (payload.len(), run.largest());
        let why = format!(
            "the answer has {length} bytes; the server takes {most} in a message"
        );
        (kind, payload) = (Kind::Refused, why.into_bytes());
    }
    let frame = Frame {
        kind,
        attempt,
        id: task.id,
        payload: &payload,
    };
    insist(run, &task.message, || run.store(fence, &frame)).await?;
    // One that is lost costs a delivery, to whom the result is there already.
    drop(task.message.ack().await);
    Ok(())
}

/// The frame that gives a task to the worker, with the attempt that it is.
fn frame(task: &Task, attempt: u16) -> Vec<u8> {
    let mut decoder = Decoder::default();
    decoder.push(&task.message.payload);
    let mut bytes = Vec::new();
    if let Ok(Some(frame)) = decoder.next_frame() {
        Frame { attempt, ..frame }.encode(&mut bytes);
    }
    bytes
}

/// The tasks that wait on the server, as a place sees them.
#[derive(Default)]
struct Queue {
    consumer: Option<PullConsumer>,
    request: Option<Request>,
    /// When the next one can be made, after one that failed.
    again: Option<Instant>,
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
    /// The next task of the request. Without one, it waits until there can be another.
    async fn next(&mut self) -> Delivered {
        let Some(request) = &mut self.request else {
            at(self.again).await;
            return None;
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
