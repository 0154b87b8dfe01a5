//! The clock, tasks, sockets, processes and signals of smol's packages.

use std::{
    io::{self, Write},
    net,
    sync::mpsc,
    thread,
    time::Instant,
};

use async_process::{Command, Stdio};
use async_signal::{Signal, Signals};
use futures_channel::oneshot;
use rustix::process::{Signal as Raised, getpid, kill_process};
use smol::{
    Async, Executor, Timer, Unblock, block_on,
    io::{AsyncReadExt, AsyncWriteExt},
    stream::StreamExt,
    unblock,
};

use super::{FIRST, PART, SECOND};
use crate::{
    Documented::{As, Nothing},
    Method, Trial,
    Verdict::{Kept, Lost, QueuedAnew},
};

const ASYNC_IO: &str = "src/lib.rs";

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "`Timer::after`",
        package: "async-io",
        verdict: QueuedAnew,
        documented: Nothing,
        place: (ASYNC_IO, "pub fn after("),
        note: "the time that has passed does not count; use `Timer::at`, or await `&mut timer`",
        trial: after,
    },
    Method {
        name: "`Timer::at`",
        package: "async-io",
        verdict: Kept,
        documented: Nothing,
        place: (ASYNC_IO, "pub fn at("),
        note: "the deadline is the caller's",
        trial: at,
    },
    Method {
        name: "`next` of `Timer::interval`",
        package: "async-io",
        verdict: Kept,
        documented: Nothing,
        place: (ASYNC_IO, "pub fn interval("),
        note: "the next tick is in the `Timer`",
        trial: interval,
    },
    Method {
        name: "`Async<TcpListener>::accept`",
        package: "async-io",
        verdict: Kept,
        documented: Nothing,
        place: (
            ASYNC_IO,
            "pub async fn accept(&self) -> io::Result<(Async<TcpStream>",
        ),
        note: "the connection stays in the kernel's queue",
        trial: accept,
    },
    Method {
        name: "`Async<TcpStream>::connect`",
        package: "async-io",
        verdict: Lost,
        documented: Nothing,
        place: (ASYNC_IO, "pub async fn connect<A: Into<SocketAddr>>("),
        note: "the server has accepted a connection that is closed, and gets another",
        trial: connect,
    },
    Method {
        name: "`Async::readable`",
        package: "async-io",
        verdict: Kept,
        documented: Nothing,
        place: (ASYNC_IO, "pub fn readable(&self)"),
        note: "it takes nothing",
        trial: readable,
    },
    Method {
        name: "`Async<UdpSocket>::recv_from`",
        package: "async-io",
        verdict: Kept,
        documented: Nothing,
        place: (
            ASYNC_IO,
            "pub async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)>",
        ),
        note: "the datagram stays in the kernel's queue",
        trial: recv_from,
    },
    Method {
        name: "`TcpListener::accept`",
        package: "async-net",
        verdict: Kept,
        documented: Nothing,
        place: ("src/tcp.rs", "pub async fn accept(&self)"),
        note: "the connection stays in the kernel's queue",
        trial: accept_by_net,
    },
    Method {
        name: "`&mut Task`",
        package: "async-task",
        verdict: Kept,
        documented: Nothing,
        place: ("src/task.rs", "pub struct Task<T, M = ()>"),
        note: "the result stays in the task",
        trial: task_by_reference,
    },
    Method {
        name: "`Task` by value",
        package: "async-task",
        verdict: Lost,
        documented: As(Lost, "Dropping a [`Task`] cancels it"),
        place: ("src/task.rs", "pub struct Task<T, M = ()>"),
        note: "the task is cancelled; await `&mut task`, or `detach` it",
        trial: task_by_value,
    },
    Method {
        name: "`Executor::run`",
        package: "async-executor",
        verdict: Kept,
        documented: Nothing,
        place: (
            "src/lib.rs",
            "pub async fn run<T>(&self, future: impl Future<Output = T>) -> T {",
        ),
        note: "the tasks stay in the executor, and run on where it is run again",
        trial: executor_run,
    },
    Method {
        name: "`unblock` that has begun",
        package: "blocking",
        verdict: Lost,
        documented: Nothing,
        place: ("src/lib.rs", "pub fn unblock<T, F>("),
        note: "the closure goes on to its end, and its result is lost; await `&mut task`",
        trial: unblocked,
    },
    Method {
        name: "`AsyncReadExt::read` of `Unblock`",
        package: "blocking",
        verdict: Kept,
        documented: Nothing,
        place: ("src/lib.rs", "pub struct Unblock<T>"),
        note: "the operation goes on, and the next call gets what it has read",
        trial: unblocked_read,
    },
    Method {
        name: "`Child::status`",
        package: "async-process",
        verdict: Kept,
        documented: Nothing,
        place: (
            "src/lib.rs",
            "pub fn status(&mut self) -> impl Future<Output = io::Result<ExitStatus>> {",
        ),
        note: "the status stays with the `Child`",
        trial: child_status,
    },
    Method {
        name: "`Child::output`",
        package: "async-process",
        verdict: Lost,
        documented: Nothing,
        place: ("src/lib.rs", "pub fn output(mut self)"),
        note: "the child is in the future, and its output is lost",
        trial: child_output,
    },
    Method {
        name: "`next` of `Signals`",
        package: "async-signal",
        verdict: Kept,
        documented: Nothing,
        place: ("src/lib.rs", "pub struct Signals"),
        note: "the signal is in the `Signals`",
        trial: signalled,
    },
];

fn after(trial: &Trial) {
    block_on(trial.in_a_queue(
        async || Timer::after(FIRST).await,
        async || Timer::after(SECOND).await,
        async || thread::sleep(PART),
    ));
}

fn at(trial: &Trial) {
    let deadline = Instant::now() + FIRST;
    block_on(trial.in_a_queue(
        async || Timer::at(deadline).await,
        async || Timer::after(SECOND).await,
        async || thread::sleep(PART),
    ));
}

fn interval(trial: &Trial) {
    let mut timer = Timer::interval(FIRST);
    block_on(trial.in_a_queue(
        async || timer.next().await,
        async || Timer::after(SECOND).await,
        async || thread::sleep(PART),
    ));
}

fn send_to(address: net::SocketAddr, byte: u8) {
    let mut stream = net::TcpStream::connect(address).expect("it is listening");
    stream.write_all(&[byte]).expect("it is connected");
}

fn accept(trial: &Trial) {
    let listener = Async::<net::TcpListener>::bind(([127, 0, 0, 1], 0)).expect("a port");
    let address = listener.get_ref().local_addr().expect("it is bound");
    block_on(async {
        let first = trial
            .call(
                async || listener.accept().await.expect("a client"),
                async || {
                    send_to(address, b'1');
                },
            )
            .await;
        send_to(address, b'2');
        let second = listener.accept().await.expect("a client");
        for (mut stream, _) in [first, second] {
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).await.expect("one byte");
            trial.log().push(bytes);
        }
    });
}

fn accept_by_net(trial: &Trial) {
    block_on(async {
        let listener = smol::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a port");
        let address = listener.local_addr().expect("it is bound");
        let first = trial
            .call(
                async || listener.accept().await.expect("a client"),
                async || {
                    send_to(address, b'1');
                },
            )
            .await;
        send_to(address, b'2');
        let second = listener.accept().await.expect("a client");
        for (mut stream, _) in [first, second] {
            let mut bytes = Vec::new();
            stream.read_to_end(&mut bytes).await.expect("one byte");
            trial.log().push(bytes);
        }
    });
}

fn connect(trial: &Trial) {
    let listener = net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("it is bound");
    block_on(async {
        let connects = async || {
            let stream = Async::<net::TcpStream>::connect(address).await;
            stream.expect("a listener")
        };
        let _stream = trial.call(connects, async || {}).await;
        listener.set_nonblocking(true).expect("a socket can");
        while listener.accept().is_ok() {
            trial.log().push(b"C");
        }
    });
}

fn readable(trial: &Trial) {
    block_on(async {
        let (stream, mut peer) = std::os::unix::net::UnixStream::pair().expect("a pair");
        let mut stream = Async::new(stream).expect("a socket");
        trial
            .call(
                async || stream.readable().await.expect("it is connected"),
                async || {
                    peer.write_all(b"1").expect("it is connected");
                    drop(peer);
                },
            )
            .await;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.expect("one byte");
        trial.log().push(bytes);
    });
}

fn recv_from(trial: &Trial) {
    let socket = Async::<net::UdpSocket>::bind(([127, 0, 0, 1], 0)).expect("a port");
    let address = socket.get_ref().local_addr().expect("it is bound");
    let peer = net::UdpSocket::bind("127.0.0.1:0").expect("a port");
    let send = |byte: u8| peer.send_to(&[byte], address).expect("on loopback");
    block_on(async {
        let mut byte = [0];
        trial
            .call(
                async || socket.recv_from(&mut byte).await.expect("a datagram"),
                async || {
                    send(b'1');
                },
            )
            .await;
        trial.log().push(byte);
        send(b'2');
        socket.recv_from(&mut byte).await.expect("a datagram");
        trial.log().push(byte);
    });
}

fn task_by_reference(trial: &Trial) {
    let executor = Executor::new();
    let (go, gone) = oneshot::channel::<()>();
    block_on(executor.run(async {
        let mut task = executor.spawn(async {
            if gone.await.is_ok() {
                trial.log().push(b"E");
            }
            b'R'
        });
        let result = trial
            .call(
                async || (&mut task).await,
                async || {
                    go.send(()).expect("the task waits");
                },
            )
            .await;
        trial.log().push([result]);
    }));
}

fn task_by_value(trial: &Trial) {
    let executor = Executor::new();
    let (go, gone) = oneshot::channel::<()>();
    let (ended, end) = oneshot::channel::<()>();
    block_on(executor.run(async {
        let mut task = Some(executor.spawn(async {
            if gone.await.is_ok() {
                trial.log().push(b"E");
            }
            drop(ended);
            b'R'
        }));
        let result = trial
            .call(
                async || match task.take() {
                    Some(task) => Some(task.await),
                    None => None,
                },
                async || {
                    // Both fail where the task has been cancelled.
                    _ = go.send(());
                    _ = end.await;
                },
            )
            .await;
        trial.log().push(result.as_slice());
    }));
}

fn executor_run(trial: &Trial) {
    let executor = Executor::new();
    let (go, gone) = oneshot::channel::<()>();
    let (ended, mut end) = oneshot::channel::<()>();
    let task = executor.spawn(async {
        gone.await.expect("it is let go");
        trial.log().push(b"E");
        drop(ended);
    });
    block_on(trial.call(
        async || executor.run(&mut end).await,
        async || go.send(()).expect("the task waits"),
    ))
    .expect_err("nothing is sent");
    drop(task);
}

fn unblocked(trial: &Trial) {
    let log = trial.log().clone();
    let (begun, begin) = mpsc::channel();
    let (go, gone) = mpsc::channel();
    let (ended, end) = oneshot::channel::<()>();
    let mut task = Some(unblock(move || {
        begun.send(()).expect("it is waited for");
        if gone.recv().is_ok() {
            log.push(b"E");
        }
        drop(ended);
        b'R'
    }));
    begin.recv().expect("the closure is run");
    let result = block_on(trial.call(
        async || match task.take() {
            Some(task) => Some(task.await),
            None => None,
        },
        async || {
            go.send(()).expect("the closure waits");
            _ = end.await;
        },
    ));
    trial.log().push(result.as_slice());
}

fn unblocked_read(trial: &Trial) {
    let (reader, mut writer) = io::pipe().expect("there are descriptors");
    let mut reader = Unblock::new(reader);
    block_on(async {
        let mut bytes = [0; 2];
        let count = trial
            .call(
                async || reader.read(&mut bytes).await.expect("a pipe"),
                async || writer.write_all(b"12").expect("it has room"),
            )
            .await;
        trial.log().push(&bytes[..count]);
        writer.write_all(b"34").expect("it has room");
        drop(writer);
        let mut rest = Vec::new();
        reader.read_to_end(&mut rest).await.expect("a pipe");
        trial.log().push(rest);
    });
}

fn child_status(trial: &Trial) {
    let mut command = Command::new("sh");
    let command = command
        .args(["-c", "read line; exit 7"])
        .stdin(Stdio::piped());
    let mut child = command.spawn().expect("there is a shell");
    let stdin = child.stdin.take();
    let status = block_on(trial.call(
        async || child.status().await.expect("a child"),
        async || drop(stdin),
    ));
    trial
        .log()
        .push(status.code().map_or(String::new(), |it| it.to_string()));
}

fn child_output(trial: &Trial) {
    let mut command = Command::new("cat");
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("there is a cat");
    let mut stdin = child.stdin.take().expect("it is piped");
    let mut child = Some(child);
    let output = block_on(trial.call(
        async || match child.take() {
            Some(child) => child.output().await.expect("a child").stdout,
            None => Vec::new(),
        },
        async || {
            // It fails where nobody reads.
            _ = stdin.write_all(b"12").await;
            drop(stdin);
        },
    ));
    trial.log().push(output);
}

fn signalled(trial: &Trial) {
    let mut signals = Signals::new([Signal::Usr2]).expect("it can be had");
    block_on(trial.call(
        async || signals.next().await,
        async || {
            kill_process(getpid(), Raised::USR2).expect("it is this process");
        },
    ));
    trial.log().push(b"S");
}
