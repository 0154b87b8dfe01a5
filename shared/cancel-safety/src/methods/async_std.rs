//! async-std, which is discontinued: much of it is smol's, under other names.

use std::{future::pending, sync::mpsc, thread};

use async_std::{
    channel,
    future::timeout,
    io::{BufReader, ReadExt, prelude::BufReadExt},
    net::TcpListener,
    stream::{StreamExt, interval},
    task::{block_on, sleep, spawn, spawn_blocking},
};
use futures_channel::oneshot;
use tokio::io::{AsyncWriteExt, DuplexStream, duplex};
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};

use super::{FIRST, PART, SECOND};
use crate::{
    Documented::{As, Nothing},
    Method, Trial,
    Verdict::{Kept, Lost, QueuedAnew},
};

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "`channel::Receiver::recv`",
        package: "async-std",
        verdict: Kept,
        documented: Nothing,
        place: ("src/channel.rs", "//!"),
        note: "the message stays in the channel",
        trial: recv,
    },
    Method {
        name: "`channel::Sender::send`",
        package: "async-std",
        verdict: Lost,
        documented: Nothing,
        place: ("src/channel.rs", "//!"),
        note: "the message is dropped with the future",
        trial: send,
    },
    Method {
        name: "`ReadExt::read_exact`",
        package: "async-std",
        verdict: Lost,
        documented: Nothing,
        place: ("src/io/read/mod.rs", "fn read_exact<'a>("),
        note: "what it has read is counted in the future; pin it and poll by reference",
        trial: read_exact,
    },
    Method {
        name: "`BufReadExt::read_line`",
        package: "async-std",
        verdict: Lost,
        documented: Nothing,
        place: ("src/io/buf_read/mod.rs", "fn read_line<'a>("),
        note: "what it has read is in the future, to be checked; use `lines`",
        trial: read_line,
    },
    Method {
        name: "`next` of `Lines`",
        package: "async-std",
        verdict: Kept,
        documented: Nothing,
        place: ("src/io/buf_read/mod.rs", "fn lines(self)"),
        note: "half a line is in `Lines`",
        trial: next_line,
    },
    Method {
        name: "`TcpListener::accept`",
        package: "async-std",
        verdict: Kept,
        documented: Nothing,
        place: ("src/net/tcp/listener.rs", "pub async fn accept(&self)"),
        note: "the connection stays in the kernel's queue",
        trial: accept,
    },
    Method {
        name: "`task::sleep`",
        package: "async-std",
        verdict: QueuedAnew,
        documented: Nothing,
        place: ("src/task/sleep.rs", "pub async fn sleep("),
        note: "the time that has passed does not count; pin one",
        trial: sleeping,
    },
    Method {
        name: "`next` of `stream::interval`",
        package: "async-std",
        verdict: Kept,
        documented: Nothing,
        place: ("src/stream/interval.rs", "pub fn interval("),
        note: "the next tick is in the `Interval`",
        trial: tick,
    },
    Method {
        name: "`future::timeout`",
        package: "async-std",
        verdict: QueuedAnew,
        documented: Nothing,
        place: ("src/future/timeout.rs", "pub async fn timeout<"),
        note: "the time begins anew, and what the inner future held is dropped with it",
        trial: timing_out,
    },
    Method {
        name: "`&mut task::JoinHandle`",
        package: "async-std",
        verdict: Kept,
        documented: Nothing,
        place: ("src/task/join_handle.rs", "pub struct JoinHandle<T>"),
        note: "the result stays in the task",
        trial: handle_by_reference,
    },
    Method {
        name: "`task::JoinHandle` by value",
        package: "async-std",
        verdict: Lost,
        documented: As(Lost, "Dropping a [`JoinHandle`] will detach the task"),
        place: ("src/task/join_handle.rs", "pub struct JoinHandle<T>"),
        note: "the task goes on to its end, and its result is lost; await `&mut handle`",
        trial: handle_by_value,
    },
    Method {
        name: "`task::spawn_blocking`",
        package: "async-std",
        verdict: Lost,
        documented: Nothing,
        place: ("src/task/spawn_blocking.rs", "pub fn spawn_blocking<"),
        note: "the closure goes on to its end, and its result is lost; await `&mut handle`",
        trial: blocking,
    },
];

fn recv(trial: &Trial) {
    block_on(async {
        let (sender, receiver) = channel::bounded(2);
        let first = trial
            .call(
                async || receiver.recv().await.ok(),
                async || {
                    sender.send(b'1').await.expect("it is open");
                },
            )
            .await;
        sender.send(b'2').await.expect("it is open");
        trial.log().push(first.as_slice());
        trial.log().push(receiver.recv().await.ok().as_slice());
    });
}

fn send(trial: &Trial) {
    block_on(async {
        let (sender, receiver) = channel::bounded(1);
        sender.send(b'1').await.expect("it is open");
        let mut message = Some(b'2');
        trial
            .call(
                async || {
                    if let Some(message) = message.take() {
                        sender.send(message).await.expect("it is open");
                    }
                },
                async || trial.log().push(receiver.recv().await.ok().as_slice()),
            )
            .await;
        trial.log().push(receiver.try_recv().ok().as_slice());
    });
}

/// A reader that has `12`, and its writer.
async fn half() -> (BufReader<Compat<DuplexStream>>, DuplexStream) {
    let (reader, mut writer) = duplex(64);
    write(&mut writer, "12").await;
    (BufReader::new(reader.compat()), writer)
}

async fn write(writer: &mut DuplexStream, bytes: &str) {
    let written = writer.write_all(bytes.as_bytes()).await;
    written.expect("the pipe is open and has room");
}

/// Logs what is left to read.
async fn rest(trial: &Trial, mut reader: BufReader<Compat<DuplexStream>>) {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).await.expect("a pipe");
    trial.log().push(bytes);
}

fn read_exact(trial: &Trial) {
    block_on(async {
        let (mut reader, mut writer) = half().await;
        let mut frame = [0; 4];
        trial
            .call(
                async || reader.read_exact(&mut frame).await.expect("six bytes"),
                async || write(&mut writer, "3456").await,
            )
            .await;
        drop(writer);
        trial.log().push(frame);
        rest(trial, reader).await;
    });
}

fn read_line(trial: &Trial) {
    block_on(async {
        let (mut reader, mut writer) = half().await;
        let mut line = String::new();
        trial
            .call(
                async || reader.read_line(&mut line).await.expect("digits"),
                async || write(&mut writer, "34\n56").await,
            )
            .await;
        drop(writer);
        trial.log().push(line);
        rest(trial, reader).await;
    });
}

fn next_line(trial: &Trial) {
    block_on(async {
        let (reader, mut writer) = half().await;
        let mut lines = reader.lines();
        let first = trial
            .call(
                async || lines.next().await.expect("a line").expect("digits"),
                async || write(&mut writer, "34\n56\n").await,
            )
            .await;
        let second = lines.next().await.expect("a line").expect("digits");
        trial.log().push(first);
        trial.log().push(second);
    });
}

fn accept(trial: &Trial) {
    block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it is bound");
        let send = |byte: u8| {
            use std::io::Write;
            let stream = std::net::TcpStream::connect(address);
            let mut stream = stream.expect("it is listening");
            stream.write_all(&[byte]).expect("it is connected");
        };
        let first = trial
            .call(
                async || listener.accept().await.expect("a client"),
                async || {
                    send(b'1');
                },
            )
            .await;
        send(b'2');
        let second = listener.accept().await.expect("a client");
        for (mut stream, _) in [first, second] {
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).await.expect("one byte");
            trial.log().push(bytes);
        }
    });
}

fn sleeping(trial: &Trial) {
    block_on(trial.in_a_queue(
        async || sleep(FIRST).await,
        async || sleep(SECOND).await,
        async || thread::sleep(PART),
    ));
}

fn tick(trial: &Trial) {
    let mut ticks = interval(FIRST);
    block_on(trial.in_a_queue(
        async || ticks.next().await,
        async || sleep(SECOND).await,
        async || thread::sleep(PART),
    ));
}

fn timing_out(trial: &Trial) {
    block_on(trial.in_a_queue(
        async || timeout(FIRST, pending::<()>()).await,
        async || sleep(SECOND).await,
        async || thread::sleep(PART),
    ));
}

fn handle_by_reference(trial: &Trial) {
    let log = trial.log().clone();
    let (go, gone) = oneshot::channel::<()>();
    let mut handle = spawn(async move {
        if gone.await.is_ok() {
            log.push(b"E");
        }
        b'R'
    });
    let result = block_on(trial.call(
        async || (&mut handle).await,
        async || {
            go.send(()).expect("the task waits");
        },
    ));
    trial.log().push([result]);
}

fn handle_by_value(trial: &Trial) {
    let log = trial.log().clone();
    let (go, gone) = oneshot::channel::<()>();
    let (ended, end) = oneshot::channel::<()>();
    let mut handle = Some(spawn(async move {
        if gone.await.is_ok() {
            log.push(b"E");
        }
        drop(ended);
        b'R'
    }));
    let result = block_on(trial.call(
        async || match handle.take() {
            Some(handle) => Some(handle.await),
            None => None,
        },
        async || {
            go.send(()).expect("the task waits");
            _ = end.await;
        },
    ));
    trial.log().push(result.as_slice());
}

fn blocking(trial: &Trial) {
    let log = trial.log().clone();
    let (begun, begin) = mpsc::channel();
    let (go, gone) = mpsc::channel();
    let (ended, end) = oneshot::channel::<()>();
    let mut handle = Some(spawn_blocking(move || {
        begun.send(()).expect("it is waited for");
        if gone.recv().is_ok() {
            log.push(b"E");
        }
        drop(ended);
        b'R'
    }));
    begin.recv().expect("the closure is run");
    let result = block_on(trial.call(
        async || match handle.take() {
            Some(handle) => Some(handle.await),
            None => None,
        },
        async || {
            go.send(()).expect("the closure waits");
            _ = end.await;
        },
    ));
    trial.log().push(result.as_slice());
}
