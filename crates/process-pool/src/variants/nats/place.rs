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
    context::PublishErrorKind,
};
use futures_util::{StreamExt, future::join_all};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, ChildStdin, ChildStdout, Command},
    select,
    sync::watch,
    task::JoinSet,
    time::{self, Instant, MissedTickBehavior, interval, sleep, sleep_until, timeout_at},
};

use super::{
    super::{
        frame::{Decoder, Frame, Kind},
        session::{ATTEMPTS, LOSSES},
        worker::BUFFER,
    },
    run::{ANSWERS_WITHIN, Begun, HEARTBEAT, PATIENCE, PAUSE, Run, timeout},
};

/// How long a request for tasks stands.
const REQUEST: Duration = Duration::from_secs(2);

/// How many results are on their way to the server at most.
const UNDER_WAY: usize = 256;

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
        stored: JoinSet::new(),
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
    beginning: JoinSet<Begun>,
    /// The question whether the run is over, if it is asked.
    over: JoinSet<bool>,
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
    ) -> io::Result<Held> {
        let since = Instant::now();
        let consumer = loop {
            match self.run.workers().await {
                Ok(Some(consumer)) => break consumer,
                Ok(None) => return Ok(Held::Over),
                Err(error) if since.elapsed() > PATIENCE => return Err(error),
                Err(_) => sleep(PAUSE).await,
            }
        };
        let mut losses = 0;
        let mut queue = Queue {
            consumer,
            request: None,
            again: None,
            connections: self.run.connections(),
        };
        while losses < LOSSES {
            // A worker is started for a task.
            while self.in_hand.is_empty() {
                self.request(&mut queue).await;
                select! {
                    delivered = queue.next() => self.take(&mut queue, delivered).await,
                    Some(Ok(true)) = self.over.join_next() => return Ok(Held::Over),
                    Some(_) = self.stored.join_next() => {}
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
                    self.lost();
                }
                End::Overdue => {
                    if let Some(task) = self.in_hand.pop_front() {
                        self.store(task, Kind::TimedOut, &[]);
                    }
                }
                End::Over => return Ok(Held::Over),
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
        queue: &mut Queue,
        mut stdin: ChildStdin,
        mut stdout: ChildStdout,
    ) -> (End, bool) {
        let mut outgoing = VecDeque::new();
        let (mut replies, mut buffer) = (Decoder::default(), vec![0; BUFFER]);
        let (mut since, mut replied) = (Instant::now(), false);
        let mut beat = interval(HEARTBEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let end = loop {
            self.request(queue).await;
            let was_idle = self.given == 0;
            self.give(&mut outgoing);
            if was_idle {
                since = Instant::now();
            }
            let front = self.in_hand.front().filter(|_| self.given > 0);
            let limit = front.and_then(|task| since.checked_add(task.timeout));
            select! {
                delivered = queue.next() => self.take(queue, delivered).await,
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
                Some(Ok(begun)) = self.beginning.join_next() => self.begin(begun).await,
                Some(Ok(true)) = self.over.join_next() => break End::Over,
                _ = beat.tick() => {
                    self.progress().await;
                    queue.look(self.run);
                }
                Some(_) = self.stored.join_next() => {}
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
                    let (run, id, delivered) =
                        (self.run.clone(), task.id, task.delivered);
                    self.beginning
                        .spawn(async move { begin(&run, id, delivered).await });
                }
                break;
            };
            outgoing.extend(frame(task, attempt));
            self.given += 1;
        }
    }

    /// Lets the oldest task begin, as was announced, or says why it doesn't.
    async fn begin(&mut self, begun: Begun) {
        let Some(mut task) = self.in_hand.pop_front() else {
            return;
        };
        match begun {
            Begun::At { attempt, fence } => {
                task.begun = Some((attempt, fence));
                match attempt > ATTEMPTS {
                    true => self.store(task, Kind::WorkerLost, &[]),
                    false => self.in_hand.push_front(task),
                }
            }
            Begun::Before => drop(task.message.ack().await),
            Begun::Elsewhere => {}
        }
    }

    /// Asks the server for more, if there is no request and little in hand.
    ///
    /// A worker has half of its fair share of what waits, and less as that is less, so that
    /// at the end none has a second one waiting.
    async fn request(&mut self, queue: &mut Queue) {
        while self.stored.try_join_next().is_some() {}
        let window = (self.waiting / (2 * self.workers)).clamp(1, self.window);
        let has_enough = self.in_hand.len() > window / 2 || self.stored.len() > UNDER_WAY;
        if queue.request.is_some() || queue.again.is_some() || has_enough {
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

    /// Takes what a request has brought.
    async fn take(&mut self, queue: &mut Queue, delivered: Delivered) {
        match delivered {
            Some(Ok(message)) => {
                if let Some(task) = self.read(message).await {
                    self.in_hand.push_back(task);
                }
            }
            None => (queue.request, queue.again) = (None, None),
            Some(Err(_)) => {
                (queue.request, queue.again) = (None, Some(Instant::now() + PAUSE));
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
        self.stored.spawn(async move {
            if task.begun.filter(is_announced).is_none() {
                announce(&run, &task).await;
            }
            // One that is lost is as if this machine were.
            drop(task.message.ack_with(AckKind::Nak(None)).await);
        });
    }

    /// Says that the tasks are in good hands.
    async fn progress(&self) {
        self.run.say_alive().await;
        for task in &self.in_hand {
            drop(task.message.ack_with(AckKind::Progress).await);
        }
    }

    /// Stores what a task has come to, while others are done.
    fn store(&mut self, task: Task, kind: Kind, payload: &[u8]) {
        let (run, payload) = (self.run.clone(), payload.to_vec());
        self.stored
            .spawn(async move { store(&run, &task, kind, payload).await });
    }

    /// Gives back what is in hand, without a wait, and stores what is under way.
    async fn leave(&mut self) {
        if let Some(Ok(begun)) = self.beginning.join_next().await {
            self.begin(begun).await;
        }
        let run = self.run;
        let released = self.in_hand.drain(..).map(|task| async move {
            if let Some((attempt, fence)) = task.begun.filter(is_announced) {
                // It does not count.
                let before = attempt - 1;
                drop(run.announce(task.id, task.delivered, before, fence).await);
            }
            drop(task.message.ack_with(AckKind::Nak(None)).await);
        });
        join_all(released).await;
        while self.stored.join_next().await.is_some() {}
    }
}

/// Announces that a task begins that was delivered before, as often as it takes.
async fn begin(run: &Run, id: u64, delivered: u64) -> Begun {
    loop {
        match run.begin(id, delivered).await {
            Ok(begun) => return begun,
            // Nobody is there to whom it could matter.
            Err(_) if run.is_over().await.unwrap_or(false) => return Begun::Elsewhere,
            Err(_) => sleep(PAUSE).await,
        }
    }
}

/// Whether an attempt, and the sequence that its result must follow, was announced: there is
/// a message then that it must follow.
fn is_announced((_, fence): &(u16, u64)) -> bool {
    *fence > 0
}

/// Says afterwards that a task had begun, as often as it takes.
async fn announce(run: &Run, task: &Task) {
    let (attempt, fence) = task.begun.unwrap_or((1, 0));
    loop {
        match run.announce(task.id, task.delivered, attempt, fence).await {
            Ok(_) => return,
            // Another machine has the task by now.
            Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => return,
            Err(_) if run.is_over().await.unwrap_or(false) => return,
            Err(_) => {
                drop(task.message.ack_with(AckKind::Progress).await);
                sleep(PAUSE).await;
            }
        }
    }
}

/// Stores what a task has come to, then acknowledges the task: in this order, so that a
/// machine that is lost between the two costs a delivery and no result.
async fn store(run: &Run, task: &Task, mut kind: Kind, mut payload: Vec<u8>) {
    let Some((attempt, fence)) = task.begun else {
        return;
    };
    loop {
        let frame = Frame {
            kind,
            attempt,
            id: task.id,
            payload: &payload,
        };
        let stored = run.store(fence, &frame);
        let error = match stored.await {
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
                drop(task.message.ack_with(AckKind::Progress).await);
                sleep(PAUSE).await;
            }
        }
    }
    // One that is lost costs a delivery, to whom the result is there already.
    drop(task.message.ack().await);
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
struct Queue {
    consumer: PullConsumer,
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
