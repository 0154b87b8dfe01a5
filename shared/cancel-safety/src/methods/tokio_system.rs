//! tokio's sockets, files, processes and signals.

use std::{io::Write, net, process::Stdio, sync::mpsc};

use rustix::process::{Signal, getpid, kill_process};
use tempfile::TempDir;
use tokio::{
    fs::{File, OpenOptions, remove_file},
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UdpSocket},
    process::Command,
    signal::{
        ctrl_c,
        unix::{SignalKind, signal},
    },
    task::spawn_blocking,
};

use super::{in_tokio, unless_it_waits};
use crate::{
    Documented::{As, Nothing},
    Method, Trial,
    Verdict::{Kept, Lost},
};

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "`TcpListener::accept`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: ("src/net/tcp/listener.rs", "pub async fn accept(&self)"),
        note: "the connection stays in the kernel's queue",
        trial: accept,
    },
    Method {
        name: "`TcpStream::connect`",
        package: "tokio",
        verdict: Lost,
        documented: Nothing,
        place: ("src/net/tcp/stream.rs", "pub async fn connect<"),
        note: "the server has accepted a connection that is closed, and gets another",
        trial: connect,
    },
    Method {
        name: "`TcpStream::readable`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: ("src/net/tcp/stream.rs", "pub async fn readable(&self)"),
        note: "it takes nothing: `try_read` does",
        trial: readable,
    },
    Method {
        name: "`UdpSocket::recv_from`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: ("src/net/udp.rs", "pub async fn recv_from("),
        note: "the datagram stays in the kernel's queue",
        trial: recv_from,
    },
    Method {
        name: "`AsyncReadExt::read` of `fs::File`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: ("src/io/util/async_read_ext.rs", "fn read<'a>("),
        note: "the operation goes on, and the next call gets what it has read",
        trial: file_read,
    },
    Method {
        name: "`AsyncWriteExt::write` of `fs::File`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: ("src/io/util/async_write_ext.rs", "fn write<'a>("),
        note: "what waits for the write before it is with the caller still",
        trial: file_write,
    },
    Method {
        name: "`fs::remove_file`",
        package: "tokio",
        verdict: Lost,
        documented: As(
            Lost,
            "the underlying blocking operation will continue to run on the thread pool",
        ),
        place: ("src/fs/mod.rs", "//!"),
        note: "the operation goes on and its result is lost: the next call finds no file",
        trial: removing,
    },
    Method {
        name: "`Child::wait`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This function is cancel safe"),
        place: ("src/process/mod.rs", "pub async fn wait(&mut self)"),
        note: "the status stays with the `Child`",
        trial: child_wait,
    },
    Method {
        name: "`Child::wait_with_output`",
        package: "tokio",
        verdict: Lost,
        documented: Nothing,
        place: ("src/process/mod.rs", "pub async fn wait_with_output("),
        note: "the child is in the future, and its output is lost",
        trial: child_output,
    },
    Method {
        name: "`unix::Signal::recv`",
        package: "tokio",
        verdict: Kept,
        documented: As(Kept, "This method is cancel safe"),
        place: ("src/signal/unix.rs", "pub async fn recv(&mut self)"),
        note: "the signal is in the `Signal`",
        trial: signalled,
    },
    Method {
        name: "`signal::ctrl_c`",
        package: "tokio",
        verdict: Lost,
        documented: Nothing,
        place: ("src/signal/ctrl_c.rs", "pub async fn ctrl_c()"),
        note: "each call listens from then on; call it once and pin it, or use `Signal`",
        trial: interrupted,
    },
];

fn accept(trial: &Trial) {
    in_tokio(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("it is bound");
        let send = |byte: u8| {
            let mut stream = net::TcpStream::connect(address).expect("it is listening");
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

fn connect(trial: &Trial) {
    let listener = net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("it is bound");
    in_tokio(async {
        let connects = async || TcpStream::connect(address).await.expect("a listener");
        let _stream = trial.call(connects, async || {}).await;
        listener.set_nonblocking(true).expect("a socket can");
        while listener.accept().is_ok() {
            trial.log().push(b"C");
        }
    });
}

fn readable(trial: &Trial) {
    in_tokio(async {
        let listener = net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("it is bound");
        let mut stream = TcpStream::connect(address).await.expect("a listener");
        let (mut peer, _) = listener.accept().expect("a client");
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
    in_tokio(async {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let address = socket.local_addr().expect("it is bound");
        let peer = net::UdpSocket::bind("127.0.0.1:0").expect("a port");
        let send = |byte: u8| peer.send_to(&[byte], address).expect("on loopback");
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

/// Keeps the one thread for what blocks until the sender says otherwise.
fn held_up() -> mpsc::Sender<()> {
    let (go, gone) = mpsc::channel::<()>();
    drop(spawn_blocking(move || gone.recv()));
    go
}

/// A file, and the directory that it goes with.
fn file(bytes: &str) -> (TempDir, std::path::PathBuf) {
    let directory = tempfile::tempdir().expect("there is room");
    let path = directory.path().join("file");
    std::fs::write(&path, bytes).expect("there is room");
    (directory, path)
}

fn file_read(trial: &Trial) {
    in_tokio(async {
        let (_directory, path) = file("123456");
        let mut file = File::open(path).await.expect("it is there");
        let go = held_up();
        let mut bytes = [0; 4];
        let count = trial
            .call(
                async || file.read(&mut bytes).await.expect("a file"),
                async || drop(go),
            )
            .await;
        trial.log().push(&bytes[..count]);
        let mut rest = Vec::new();
        file.read_to_end(&mut rest).await.expect("a file");
        trial.log().push(rest);
    });
}

fn file_write(trial: &Trial) {
    in_tokio(async {
        let (_directory, path) = file("");
        let file = OpenOptions::new().append(true).open(&path).await;
        let mut file = file.expect("it is there");
        let go = held_up();
        // It is ready, and in the pool.
        file.write_all(b"12").await.expect("there is room");
        trial
            .call(
                async || file.write(b"34").await.expect("there is room"),
                async || drop(go),
            )
            .await;
        file.flush().await.expect("there is room");
        trial.log().push(std::fs::read(path).expect("it is there"));
    });
}

fn removing(trial: &Trial) {
    in_tokio(async {
        let (_directory, path) = file("");
        let go = held_up();
        let removed = trial
            .call(async || remove_file(&path).await, async || drop(go))
            .await;
        trial.log().push(if removed.is_ok() { "R" } else { "" });
    });
}

fn child_wait(trial: &Trial) {
    in_tokio(async {
        let mut command = Command::new("sh");
        let command = command
            .args(["-c", "read line; exit 7"])
            .stdin(Stdio::piped());
        let mut child = command.spawn().expect("there is a shell");
        let stdin = child.stdin.take();
        let status = trial
            .call(
                async || child.wait().await.expect("a child"),
                async || drop(stdin),
            )
            .await;
        trial
            .log()
            .push(status.code().map_or(String::new(), |it| it.to_string()));
    });
}

fn child_output(trial: &Trial) {
    in_tokio(async {
        let mut command = Command::new("cat");
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("there is a cat");
        let mut stdin = child.stdin.take().expect("it is piped");
        let mut child = Some(child);
        let output = trial
            .call(
                async || match child.take() {
                    Some(child) => {
                        child.wait_with_output().await.expect("a child").stdout
                    }
                    None => Vec::new(),
                },
                async || {
                    stdin.write_all(b"12").await.expect("it is read");
                    drop(stdin);
                },
            )
            .await;
        trial.log().push(output);
    });
}

fn signalled(trial: &Trial) {
    in_tokio(async {
        let mut signals = signal(SignalKind::user_defined1()).expect("it can be had");
        trial
            .call(async || signals.recv().await, async || raise(Signal::USR1))
            .await;
        trial.log().push(b"S");
    });
}

fn interrupted(trial: &Trial) {
    in_tokio(async {
        let mut witness = signal(SignalKind::interrupt()).expect("it can be had");
        let interrupted = trial
            .call(
                async || unless_it_waits(ctrl_c()).await,
                async || {
                    raise(Signal::INT);
                    witness.recv().await;
                },
            )
            .await;
        trial.log().push(interrupted.map_or("", |_| "S"));
    });
}

fn raise(signal: Signal) {
    kill_process(getpid(), signal).expect("it is this process");
}
