//! A run on the server: its two streams, and the messages in them.
//!
//! | stream | subjects | retention |
//! | --- | --- | --- |
//! | `NAME-tasks` | `NAME.tasks` | work queue: a message that is acknowledged is removed |
//! | `NAME-results` | `NAME.results.ID` | limits: all are kept, so that a coordinator can start again |
//!
//! Each message is one frame. The last message of a result's subject is the fence: whoever
//! adds another one names the sequence of the one that it knows, and the server refuses it
//! if there is a later one.

use std::{io, sync::atomic::Ordering, time::Duration};

use async_nats::{
    HeaderMap,
    connection::State,
    jetstream::{
        Context,
        consumer::{PullConsumer, pull},
        context::{PublishAckFuture, PublishError, PublishErrorKind},
        message::PublishMessage,
        stream::{
            Config, DiscardPolicy, LastRawMessageErrorKind, RetentionPolicy, Stream,
        },
    },
};

use super::super::frame::{Decoder, Frame, Kind};

/// How many tasks wait on the server at most; one that finds it full waits with its
/// publisher.
pub const QUEUE: i64 = 10_000;
/// How long the server waits for a sign of life of whoever has a task, before it hands it
/// to another.
pub const ACK_WAIT: Duration = Duration::from_secs(6);
/// How often there is one.
pub const HEARTBEAT: Duration = Duration::from_secs(1);
/// How long a message id is remembered: a coordinator that starts again within it publishes
/// no task twice. Later, a task may be done twice, and counts once.
const REMEMBERED: Duration = Duration::from_secs(10 * 60);
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
/// The header with a task's deadline in milliseconds.
const TIMEOUT: &str = "Timeout-Ms";
/// The one consumer of the tasks, which all workers share.
const WORKERS: &str = "workers";

/// A run's streams on a server.
#[derive(Clone, Debug)]
pub struct Run {
    jetstream: Context,
    name: String,
}

/// What stands between a delivered task and its worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It can be done; the sequence that its result must follow.
    At(u64),
    /// It has its result already: just the acknowledgement was lost.
    Before,
    /// Another machine has it by now.
    Elsewhere,
}

impl Run {
    /// The run of that name: letters, digits, `-` and `_`.
    pub fn new(jetstream: &Context, name: &str) -> Self {
        let (mut jetstream, name) = (jetstream.clone(), name.to_owned());
        jetstream.set_timeout(ANSWERS_WITHIN);
        Self { jetstream, name }
    }

    /// Makes its streams and the workers' consumer. Those of a run that goes on are left as
    /// they are.
    pub async fn create(&self) -> io::Result<Stream> {
        let tasks = Config {
            name: self.tasks(),
            subjects: vec![self.task_subject()],
            retention: RetentionPolicy::WorkQueue,
            discard: DiscardPolicy::New,
            max_messages: QUEUE,
            duplicate_window: REMEMBERED,
            max_age: KEPT,
            ..Config::default()
        };
        let results = Config {
            name: self.results(),
            subjects: vec![format!("{}.results.*", self.name)],
            duplicate_window: REMEMBERED,
            max_age: KEPT,
            ..Config::default()
        };
        let workers = pull::Config {
            durable_name: Some(WORKERS.to_owned()),
            ack_wait: ACK_WAIT,
            // No limit of deliveries: the server would only announce that one was reached,
            // to whoever listens just then. Who gets a task too often sets it aside.
            max_deliver: -1,
            // By default 1,000, which is what 31 workers have in hand.
            max_ack_pending: QUEUE,
            ..pull::Config::default()
        };
        let results = self.jetstream.create_stream(results).await;
        let results = results.map_err(io::Error::other)?;
        // The tasks last: who finds them finds the results' stream, too.
        let tasks = self.jetstream.create_stream(tasks).await;
        let tasks = tasks.map_err(io::Error::other)?;
        let created = tasks.create_consumer(workers).await;
        created.map_err(io::Error::other)?;
        Ok(results)
    }

    /// Removes its streams; whoever waits for a task of it is told.
    pub async fn delete(&self) -> io::Result<()> {
        for stream in [self.tasks(), self.results()] {
            let deleted = self.jetstream.delete_stream(stream).await;
            deleted.map_err(io::Error::other)?;
        }
        Ok(())
    }

    /// The workers' consumer; none where the run is over.
    pub async fn workers(&self) -> io::Result<Option<PullConsumer>> {
        let tasks = self.tasks();
        let names = self.jetstream.get_consumer_from_stream(WORKERS, tasks);
        match names.await {
            Ok(consumer) => Ok(Some(consumer)),
            Err(_) if self.is_over().await? => Ok(None),
            Err(error) => Err(io::Error::other(error)),
        }
    }

    /// Whether its streams are gone.
    pub async fn is_over(&self) -> io::Result<bool> {
        use async_nats::jetstream::context::GetStreamErrorKind::JetStream;
        match self.jetstream.get_stream(self.tasks()).await {
            Ok(_) => Ok(false),
            Err(error) => match error.kind() {
                JetStream(error) if error.code() == 404 => Ok(true),
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

    /// Sends a task. It is stored, once, when the future says so.
    pub async fn send_task(
        &self,
        id: usize,
        timeout: Duration,
        frame: Vec<u8>,
    ) -> Result<PublishAckFuture, PublishError> {
        let message = PublishMessage::build()
            .message_id(id.to_string())
            .header(TIMEOUT, timeout.as_millis().to_string().as_str())
            .payload(frame.into());
        let subject = self.task_subject();
        self.jetstream.send_publish(subject, message).await
    }

    /// Stores what a task has come to, if the last that is known of it has the sequence
    /// `fence`. Returns its sequence.
    pub async fn store(
        &self,
        fence: u64,
        frame: &Frame<'_>,
    ) -> Result<u64, PublishError> {
        let (id, attempt) = (frame.id, frame.attempt);
        let word = if frame.kind == Kind::Task {
            "begun"
        } else {
            "done"
        };
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        let message = PublishMessage::build()
            // Tried again after a time-out, it is the same message.
            .message_id(format!("{id}-{attempt}-{word}"))
            .expected_last_subject_sequence(fence)
            .payload(bytes.into());
        let subject = self.result_subject(id);
        let stored = self.jetstream.send_publish(subject, message).await?.await?;
        Ok(stored.sequence)
    }

    /// Announces a second attempt, so that no result of an earlier one is taken from here
    /// on. The first attempt needs no word: its fence is that nothing is there.
    pub async fn begin(&self, id: u64, attempt: u16) -> Result<Begun, PublishError> {
        if attempt == 1 {
            return Ok(Begun::At(0));
        }
        let other = |error: async_nats::Error| {
            PublishError::with_source(PublishErrorKind::Other, error)
        };
        let results = self.jetstream.get_stream_no_info(self.results()).await;
        let results = results.map_err(|error| other(error.into()))?;
        loop {
            let subject = self.result_subject(id);
            let last = results.get_last_raw_message_by_subject(&subject).await;
            let fence = match last {
                Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => {
                    0
                }
                Err(error) => return Err(other(error.into())),
                Ok(last) => {
                    let mut decoder = Decoder::default();
                    decoder.push(&last.payload);
                    match decoder.next_frame() {
                        Ok(Some(frame)) if frame.kind != Kind::Task => {
                            return Ok(Begun::Before);
                        }
                        Ok(Some(frame)) if frame.attempt > attempt => {
                            return Ok(Begun::Elsewhere);
                        }
                        _ => last.sequence,
                    }
                }
            };
            let begun = Frame {
                kind: Kind::Task,
                attempt,
                id,
                payload: &[],
            };
            match self.store(fence, &begun).await {
                Ok(sequence) => return Ok(Begun::At(sequence)),
                Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn tasks(&self) -> String {
        format!("{}-tasks", self.name)
    }

    fn results(&self) -> String {
        format!("{}-results", self.name)
    }

    fn task_subject(&self) -> String {
        format!("{}.tasks", self.name)
    }

    fn result_subject(&self, id: u64) -> String {
        format!("{}.results.{id}", self.name)
    }
}

/// The deadline in a task's headers.
pub fn timeout(headers: Option<&HeaderMap>) -> Option<Duration> {
    let milliseconds = headers?.get(TIMEOUT)?.as_str().parse().ok()?;
    Some(Duration::from_millis(milliseconds))
}
