//! A server, a machine that the test plays by hand, and worker processes.

use std::{
    fs, io,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use async_nats::jetstream::{self, AckKind, Message};
use futures_util::StreamExt;
use process_pool::{
    Server, connect,
    parts::frame::{Decoder, Frame, Kind},
    variants::nats::run::Run,
};
use tokio::{runtime::Builder, time::sleep};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_process-pool");
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// Runs the test with a server of its own.
pub(crate) fn with_server(
    test: impl AsyncFnOnce(&mut Server, jetstream::Context) -> Result<()>,
) -> Result<()> {
    let mut server = Server::start()?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let jetstream = jetstream::new(connect(server.url()).await?);
        test(&mut server, jetstream).await
    })
}

/// A worker of the exam.
pub(crate) fn worker() -> io::Result<Command> {
    let mut command = Command::new(PROGRAM);
    command.arg("worker");
    Ok(command)
}

/// A worker that answers one task, whatever it is, with the frame in this file, once it has
/// run these shell commands.
pub(crate) fn scripted(
    commands: &str,
    reply: &Path,
) -> impl Fn() -> io::Result<Command> + Clone + Send + 'static {
    let script =
        format!("head -c 20 > /dev/null; {commands}; cat \"$0\"; exec sleep 1000");
    let reply = reply.to_owned();
    move || {
        let mut command = Command::new("sh");
        command.args(["-c", &script]).arg(&reply);
        Ok(command)
    }
}

/// Writes the frame that answers a task at an attempt.
pub(crate) fn write_reply(
    file: &Path,
    id: u64,
    attempt: u16,
    payload: &[u8],
) -> Result<()> {
    let kind = Kind::Done;
    let mut bytes = Vec::new();
    Frame {
        kind,
        attempt,
        id,
        payload,
    }
    .encode(&mut bytes);
    Ok(fs::write(file, bytes)?)
}

/// A task that the test has taken, as a machine would.
pub(crate) struct Taken {
    pub(crate) id: u64,
    pub(crate) delivered: u64,
    pub(crate) message: Message,
}

/// Takes the next task of a run.
pub(crate) async fn take(run: &Run) -> Result<Taken> {
    let start = Instant::now();
    let consumer = loop {
        match run.workers().await {
            Ok(Some(consumer)) => break consumer,
            // It is about to be made.
            _ => ensure!(start.elapsed() < LIMIT, "there is no run"),
        }
        sleep(Duration::from_millis(5)).await;
    };
    let batch = consumer.batch().max_messages(1).expires(LIMIT);
    let message = batch.messages().await?.next().await;
    let message = message
        .context("there is no task")?
        .map_err(io::Error::other)?;
    let mut decoder = Decoder::default();
    decoder.push(&message.payload);
    let frame = decoder.next_frame()?.context("it is a frame")?;
    let id = frame.id;
    let delivered = message.info().map_err(io::Error::other)?.delivered;
    let delivered = u64::try_from(delivered)?;
    Ok(Taken {
        id,
        delivered,
        message,
    })
}

impl Taken {
    /// Gives it back, as the server takes it back from a machine that is lost.
    pub(crate) async fn give_back(&self) -> Result<()> {
        let given = self.message.ack_with(AckKind::Nak(None)).await;
        Ok(given.map_err(io::Error::other)?)
    }

    /// Says that it is done with this answer, at the attempt that began at `fence`.
    pub(crate) async fn done(&self, run: &Run, fence: u64, answer: u32) -> Result<u64> {
        let payload = postcard::to_stdvec(&answer)?;
        let frame = Frame {
            kind: Kind::Done,
            attempt: 1,
            id: self.id,
            payload: &payload,
        };
        Ok(run.store(fence, &frame).await?)
    }

    pub(crate) async fn acknowledge(&self) -> Result<()> {
        Ok(self.message.ack().await.map_err(io::Error::other)?)
    }
}

/// Waits until this is so.
pub(crate) async fn until(
    what: &str,
    mut is_so: impl AsyncFnMut() -> Result<bool>,
) -> Result<()> {
    let start = Instant::now();
    while !is_so().await? {
        ensure!(start.elapsed() < LIMIT, "never: {what}");
        sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}
