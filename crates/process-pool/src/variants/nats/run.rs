//! A run on the server: its two streams, and the messages in them.
//!
//! | stream | subjects | retention |
//! | --- | --- | --- |
//! | `NAME-tasks` | `NAME.tasks.ID` | work queue: a message that is acknowledged is removed |
//! | `NAME-results` | `NAME.results.ID` | limits: all are kept, so that a coordinator can start again |
//!
//! Each message is one frame. The last message of a result's subject is the fence: whoever
//! adds another one names the sequence of the one that it knows, and the server refuses it
//! if there is a later one.
//!
//! The subject `NAME.results.coordinator` is for coordinators. Each one says there that it
//! has begun, and an earlier one that reads it ends.

use std::{cmp, error, fmt, io, sync::atomic::Ordering, time::Duration};

use async_nats::{
    HeaderMap,
    connection::State,
    jetstream::{
        self, Context, ErrorCode,
        consumer::{PullConsumer, pull},
        context::{
            CreateStreamErrorKind, DeleteStreamErrorKind, GetStreamErrorKind,
            PublishAckFuture, PublishError, PublishErrorKind,
        },
        message::PublishMessage,
        stream::{
            Config, ConsumerErrorKind, DiscardPolicy, Info, LastRawMessageErrorKind,
            RetentionPolicy, Stream,
        },
    },
};
use futures_util::StreamExt;
use tokio::time::{Instant, sleep, timeout_at};

use super::super::{
    frame::{Decoder, Frame, Kind},
    session::ATTEMPTS,
};

/// How many tasks wait on the server at most; one that finds it full waits with its
/// publisher.
pub const QUEUE: i64 = 10_000;
/// How long the server waits for a sign of life of whoever has a task, before it hands it
/// to another.
pub const ACK_WAIT: Duration = Duration::from_secs(6);
/// How often there is one.
pub const HEARTBEAT: Duration = Duration::from_secs(1);
/// What an unfinished run leaves on the server is removed after this time, so no run may
/// take longer.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// What the server has not answered by then, it is asked again: it may have been started
/// again, and all that was asked of it before is lost.
pub const ANSWERS_WITHIN: Duration = Duration::from_secs(2);
/// How long the server may be away before whoever needs it gives up.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// How long to wait before something is tried again.
pub const PAUSE: Duration = Duration::from_millis(50);
/// What a message's headers have at most, in bytes.
pub const HEADERS: usize = 256;
/// What else a message has beside its payload, at most.
pub const AROUND: usize = 4096;
/// The header with a task's deadline in milliseconds.
const TIMEOUT: &str = "Timeout-Ms";
/// What a server says that was started without its streams.
pub const NO_JETSTREAM: &str = "the server has no JetStream: nats-server -js has";
/// Where coordinators say that they have begun.
const COORDINATOR: &str = "coordinator";

/// A run's streams on a server.
#[derive(Clone, Debug)]
pub struct Run {
    jetstream: Context,
    name: String,
}

/// What stands between a delivered task and its worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It can be done, or was tried too often, as the attempt says; and the sequence that
    /// its result must follow.
    At {
        /// From 1. Above [`ATTEMPTS`], it is not to be tried.
        attempt: u16,
        /// 0 where there is nothing yet.
        fence: u64,
    },
    /// It has its result already: just the acknowledgement was lost.
    Before,
    /// Another machine has it by now.
    Elsewhere,
}

impl Begun {
    /// What holds of a task that is delivered for the first time. It needs no message.
    pub const FIRST: Self = Begun::At {
        attempt: 1,
        fence: 0,
    };
}

/// What is left of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Tasks that are not acknowledged.
    pub tasks: u64,
    /// The sequence of the last message among the results.
    pub last: u64,
    /// Whether there is the workers' consumer.
    pub has_workers: bool,
}

/// Why something was not done.
pub(super) enum Failure {
    /// The server is away, or not ready. Asked once more, it may do it.
    Away(io::Error),
    Refused(io::Error),
}

impl Run {
    /// The run of that name: letters, digits, `-` and `_`.
    pub fn new(jetstream: &Context, name: &str) -> Self {
        let (mut jetstream, name) = (jetstream.clone(), name.to_owned());
        jetstream.set_timeout(ANSWERS_WITHIN);
        Self { jetstream, name }
    }

    /// Makes its streams and the workers' consumer, and says that a coordinator has begun.
    /// Those of a run that goes on are left as they are. Returns the stream of the results,
    /// and the sequence at which this coordinator is the last one.
    ///
    /// # Errors
    /// The server refuses, or is away for longer than [`PATIENCE`].
    pub async fn create(&self) -> io::Result<(Stream, u64)> {
        patiently(async || {
            let results = self.make(self.results_config()).await?;
            // The tasks last: who finds them finds the results' stream, too.
            let tasks = self.make(self.tasks_config()).await?;
            let config = pull::Config {
                durable_name: Some(workers_name(tasks.cached_info())),
                ack_wait: ACK_WAIT,
                // No limit of deliveries: the server would only announce that one was
                // reached, to whoever listens just then. Who gets a task too often sets it
                // aside.
                max_deliver: -1,
                // By default 1,000, which is what 31 workers have in hand.
                max_ack_pending: QUEUE,
                // By default 512, which is one for each of 512 workers.
                max_waiting: QUEUE,
                ..pull::Config::default()
            };
            let created = tasks.create_consumer(config).await;
            created.map_err(|error| match error.kind() {
                ConsumerErrorKind::JetStream(why) => Failure::of(error, Some(&why)),
                _ => Failure::of(error, None),
            })?;
            // If an earlier coordinator has just removed the streams, they are made anew.
            let claimed = self.publish(COORDINATOR, PublishMessage::default()).await;
            let claimed = claimed.map_err(|error| Failure::of(error, None))?;
            Ok((results, claimed))
        })
        .await
    }

    fn tasks_config(&self) -> Config {
        Config {
            name: self.tasks(),
            subjects: vec![self.task_subject("*")],
            retention: RetentionPolicy::WorkQueue,
            discard: DiscardPolicy::New,
            max_messages: QUEUE,
            // A coordinator that starts again publishes no task that is still there.
            max_messages_per_subject: 1,
            discard_new_per_subject: true,
            max_age: KEPT,
            ..Config::default()
        }
    }

    fn results_config(&self) -> Config {
        Config {
            name: self.results(),
            subjects: vec![self.result_subject("*")],
            max_age: KEPT,
            ..Config::default()
        }
    }

    async fn make(&self, config: Config) -> Result<Stream, Failure> {
        let made = self.jetstream.create_stream(config).await;
        made.map_err(|error| match error.kind() {
            CreateStreamErrorKind::JetStreamUnavailable => Failure::no_jetstream(),
            CreateStreamErrorKind::JetStream(why) => Failure::of(error, Some(&why)),
            CreateStreamErrorKind::InvalidStreamName => {
                let why = "a run's name is letters, digits, - and _";
                Failure::Refused(io::Error::other(why))
            }
            _ => Failure::of(error, None),
        })
    }

    /// Removes its streams; whoever waits for a task of it is told.
    ///
    /// # Errors
    /// The server refuses, or is away for longer than [`PATIENCE`].
    pub async fn delete(&self) -> io::Result<()> {
        for stream in [self.tasks(), self.results()] {
            patiently(async || {
                match self.jetstream.delete_stream(&stream).await {
                    Ok(_) => Ok(()),
                    Err(error) => match error.kind() {
                        // It was removed already.
                        DeleteStreamErrorKind::JetStream(why) if why.code() == 404 => {
                            Ok(())
                        }
                        DeleteStreamErrorKind::JetStream(why) => {
                            Err(Failure::of(error, Some(&why)))
                        }
                        _ => Err(Failure::of(error, None)),
                    },
                }
            })
            .await?;
        }
        Ok(())
    }

    /// The workers' consumer; none where the run is over.
    ///
    /// # Errors
    /// It is not made yet, or the server is away, or does not answer.
    pub async fn workers(&self) -> io::Result<Option<PullConsumer>> {
        let tasks = self.info(self.tasks()).await?;
        let results = self.info(self.results()).await?;
        let Some((tasks, _)) = tasks.zip(results) else {
            return Ok(None);
        };
        match self.consumer(&tasks).await? {
            None => Err(io::ErrorKind::NotFound.into()),
            consumer => Ok(consumer),
        }
    }

    async fn consumer(&self, tasks: &Info) -> io::Result<Option<PullConsumer>> {
        let (jetstream, name) = (&self.jetstream, workers_name(tasks));
        match jetstream.get_consumer_from_stream(name, self.tasks()).await {
            Ok(consumer) => Ok(Some(consumer)),
            Err(error) => match error.kind() {
                ConsumerErrorKind::JetStream(why) if why.code() == 404 => Ok(None),
                _ => Err(io::Error::other(error)),
            },
        }
    }

    /// Whether its streams are gone.
    ///
    /// # Errors
    /// The server is away, or does not answer.
    pub async fn is_over(&self) -> io::Result<bool> {
        let tasks = self.info(self.tasks()).await?;
        Ok(tasks.is_none() || self.info(self.results()).await?.is_none())
    }

    /// What is left of it; nothing where its streams are gone, or one of them.
    ///
    /// # Errors
    /// The server is away, or does not answer.
    pub async fn left(&self) -> io::Result<Option<Left>> {
        // In this order: a task is acknowledged after its result is stored.
        let tasks = self.info(self.tasks()).await?;
        let results = self.info(self.results()).await?;
        let Some((tasks, results)) = tasks.zip(results) else {
            return Ok(None);
        };
        Ok(Some(Left {
            tasks: tasks.state.messages,
            last: results.state.last_sequence,
            has_workers: self.consumer(&tasks).await?.is_some(),
        }))
    }

    /// Says, to whoever listens just now, that there is a place for its tasks.
    pub async fn say_alive(&self) {
        let client = self.jetstream.client();
        drop(client.publish(self.alive_subject(), "".into()).await);
    }

    /// Whether there is a place for its tasks, wherever that is. It listens for so long that
    /// tasks of a machine that is lost have gone to another one.
    ///
    /// # Errors
    /// It can't listen.
    pub async fn is_alive(&self) -> io::Result<bool> {
        let client = self.jetstream.client();
        let heard = client.subscribe(self.alive_subject()).await;
        let mut heard = heard.map_err(io::Error::other)?;
        let until = Instant::now() + ACK_WAIT + 3 * HEARTBEAT;
        let heard = timeout_at(until, heard.next()).await;
        // Without a connection, nobody could be heard.
        Ok(heard.is_ok() || !self.is_connected())
    }

    /// What the server says of a stream; nothing if there is none.
    async fn info(&self, stream: String) -> io::Result<Option<Info>> {
        match self.jetstream.get_stream(stream).await {
            Ok(stream) => Ok(Some(stream.cached_info().clone())),
            Err(error) => match error.kind() {
                GetStreamErrorKind::JetStream(why) if why.code() == 404 => Ok(None),
                _ => Err(io::Error::other(error)),
            },
        }
    }

    /// How often a connection was made. When that changes, whatever was asked of the server
    /// before is lost.
    pub fn connections(&self) -> u64 {
        let statistics = self.jetstream.client().statistics();
        statistics.connects.load(Ordering::Relaxed)
    }

    /// Whether there is a connection.
    pub fn is_connected(&self) -> bool {
        self.jetstream.client().connection_state() == State::Connected
    }

    /// The largest message that the server takes.
    pub fn largest(&self) -> usize {
        self.jetstream.client().server_info().max_payload
    }

    /// The message of a task.
    pub fn task(&self, timeout: Duration, frame: Vec<u8>) -> PublishMessage {
        PublishMessage::build()
            .header(TIMEOUT, timeout.as_millis().to_string().as_str())
            .payload(frame.into())
    }

    /// Sends a task. It is stored when the future says so, unless it is there already.
    ///
    /// # Errors
    /// There is no connection, and there will be none.
    pub async fn send_task(
        &self,
        id: usize,
        task: PublishMessage,
    ) -> Result<PublishAckFuture, PublishError> {
        self.jetstream
            .send_publish(self.task_subject(id), task)
            .await
    }

    /// Stores what a place says of a task, if the last that is known of the task has the
    /// sequence `fence`. Returns its sequence.
    ///
    /// # Errors
    /// Another one was stored after that, or the server refuses, or is away.
    pub async fn store(
        &self,
        fence: u64,
        frame: &Frame<'_>,
    ) -> Result<u64, PublishError> {
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        let message = PublishMessage::build()
            .expected_last_subject_sequence(fence)
            .payload(bytes.into());
        self.publish(frame.id, message).await
    }

    /// Announces that a task begins that was delivered before, so that no result of an
    /// earlier attempt is taken from here on. A task that is delivered for the first time
    /// needs no message: its fence is that nothing is there.
    ///
    /// # Errors
    /// The server refuses, or is away.
    pub async fn begin(&self, id: u64, delivered: u64) -> Result<Begun, PublishError> {
        if delivered == 1 {
            return Ok(Begun::FIRST);
        }
        let other = |error: async_nats::Error| {
            PublishError::with_source(PublishErrorKind::Other, error)
        };
        let results = self.jetstream.get_stream_no_info(self.results()).await;
        let results = results.map_err(|error| other(error.into()))?;
        loop {
            let subject = self.result_subject(id);
            let last = results.get_last_raw_message_by_subject(&subject).await;
            let (attempt, fence) = match last {
                // Nobody knows of an attempt.
                Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => {
                    (1, 0)
                }
                Err(error) => return Err(other(error.into())),
                Ok(last) => {
                    let (mut decoder, fence) = (Decoder::default(), last.sequence);
                    decoder.push(&last.payload);
                    match decoder.next_frame() {
                        Ok(Some(frame)) if frame.kind == Kind::Task => {
                            let attempt = frame.attempt;
                            match u64_of(frame.payload).cmp(&delivered) {
                                cmp::Ordering::Less => (attempt.saturating_add(1), fence),
                                // The answer to its own announcement was lost.
                                cmp::Ordering::Equal => {
                                    return Ok(Begun::At { attempt, fence });
                                }
                                cmp::Ordering::Greater => return Ok(Begun::Elsewhere),
                            }
                        }
                        _ => return Ok(Begun::Before),
                    }
                }
            };
            if attempt > ATTEMPTS {
                return Ok(Begun::At { attempt, fence });
            }
            match self.announce(id, delivered, attempt, fence).await {
                Ok(fence) => return Ok(Begun::At { attempt, fence }),
                Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Stores how many attempts at a task have begun, and with which delivery. Returns its
    /// sequence.
    ///
    /// # Errors
    /// Another machine has the task by now, or the server refuses, or is away.
    pub async fn announce(
        &self,
        id: u64,
        delivered: u64,
        attempt: u16,
        fence: u64,
    ) -> Result<u64, PublishError> {
        let frame = Frame {
            kind: Kind::Task,
            attempt,
            id,
            payload: &delivered.to_le_bytes(),
        };
        self.store(fence, &frame).await
    }

    /// Stores a message among the results. Returns its sequence.
    async fn publish(
        &self,
        what: impl fmt::Display,
        message: PublishMessage,
    ) -> Result<u64, PublishError> {
        let subject = self.result_subject(what);
        let stored = self.jetstream.send_publish(subject, message).await?.await?;
        Ok(stored.sequence)
    }

    /// Whether a message among the results is a coordinator's.
    pub fn is_coordinators(&self, subject: &str) -> bool {
        subject.ends_with(&format!(".{COORDINATOR}"))
    }

    fn tasks(&self) -> String {
        format!("{}-tasks", self.name)
    }

    fn results(&self) -> String {
        format!("{}-results", self.name)
    }

    fn alive_subject(&self) -> String {
        format!("{}.alive", self.name)
    }

    fn task_subject(&self, what: impl fmt::Display) -> String {
        format!("{}.tasks.{what}", self.name)
    }

    fn result_subject(&self, what: impl fmt::Display) -> String {
        format!("{}.results.{what}", self.name)
    }
}

/// The name of the one consumer that all workers of a run share. The time of its stream is
/// part of it: what was meant for an earlier run of that name reaches nobody.
fn workers_name(tasks: &Info) -> String {
    format!("workers-{}", tasks.created.unix_timestamp_nanos())
}

/// The delivery in a message that an attempt begins.
fn u64_of(payload: &[u8]) -> u64 {
    payload.try_into().map_or(0, u64::from_le_bytes)
}

/// Asks until the server has answered.
///
/// # Errors
/// It refuses, or has been away for [`PATIENCE`].
pub(super) async fn patiently<T>(
    mut ask: impl AsyncFnMut() -> Result<T, Failure>,
) -> io::Result<T> {
    let since = Instant::now();
    loop {
        match ask().await {
            Ok(answer) => return Ok(answer),
            Err(Failure::Away(_)) if since.elapsed() < PATIENCE => sleep(PAUSE).await,
            Err(Failure::Away(error) | Failure::Refused(error)) => return Err(error),
        }
    }
}

impl Failure {
    /// The failure of a request, and what the server has said, if it has.
    fn of(
        error: impl Into<Box<dyn error::Error + Send + Sync>>,
        said: Option<&jetstream::Error>,
    ) -> Self {
        match said {
            Some(said) if is_no_jetstream(said) => Self::no_jetstream(),
            // It will be able to.
            Some(said) if said.code() == 503 => Failure::Away(io::Error::other(error)),
            Some(_) => Failure::Refused(io::Error::other(error)),
            None => Failure::Away(io::Error::other(error)),
        }
    }

    fn no_jetstream() -> Self {
        Failure::Refused(io::Error::other(NO_JETSTREAM))
    }
}

fn is_no_jetstream(error: &jetstream::Error) -> bool {
    let is = |code| error.error_code() == code;
    is(ErrorCode::JETSTREAM_NOT_ENABLED)
        || is(ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT)
}

/// The deadline in a task's headers.
pub fn timeout(headers: Option<&HeaderMap>) -> Option<Duration> {
    let milliseconds = headers?.get(TIMEOUT)?.as_str().parse().ok()?;
    Some(Duration::from_millis(milliseconds))
}
