//! On compio, with the driver that the machine has.

use std::thread;

use compio::io::AsyncRead;
use compio::runtime::{Runtime, spawn, spawn_blocking};
use compio::{net::TcpStream, process::Command, time};
use futures_channel::oneshot;
use smol::future::yield_now;

use crate::Act;
use crate::watched::{
    Fate, Kind, LENGTH, PROCESS, TIMEOUT, Watched, compute, silent_server, watched,
};

pub(crate) fn fate(act: Act, kind: Kind) -> Fate {
    if kind == Kind::KilledOnDrop {
        return Fate::None;
    }
    let runtime = Runtime::new().expect("a runtime");
    let (watched, mut watcher) = watched();
    runtime.block_on(async move {
        if act == Act::Timeout {
            let _ = time::timeout(TIMEOUT, work(kind, watched)).await;
            watcher.begun();
        } else {
            // A blocking call's own handle: that of a task around it would be another.
            let handle = match kind {
                Kind::Blocking => spawn_blocking(|| block(watched)),
                _ => spawn(work(kind, watched)),
            };
            // There is one thread for tasks and for this: it must not be the one that waits.
            let begun = spawn_blocking(move || {
                watcher.begun();
                watcher
            });
            watcher = begun.await.expect("it begins");
            match act {
                Act::Abort => _ = handle.cancel().await,
                _ => drop(handle),
            }
        }
        let (done, fate) = oneshot::channel();
        let watching = thread::spawn(|| _ = done.send(watcher.fate()));
        let fate = fate.await.expect("it looks");
        watching.join().expect("it does not panic");
        fate
    })
}

async fn work(kind: Kind, watched: Watched) {
    match kind {
        Kind::Timer => {
            watched.begin();
            time::sleep(LENGTH).await;
        }
        Kind::Socket => {
            let server = TcpStream::connect(silent_server()).await;
            watched.begin();
            let _ = server.expect("a server").read([0]).await;
        }
        Kind::Yielding | Kind::Deaf => {
            watched.begin();
            for _ in 0..100 {
                compute();
                if kind == Kind::Yielding {
                    yield_now().await;
                }
            }
        }
        Kind::Blocking => {
            let _ = spawn_blocking(|| block(watched)).await;
            return;
        }
        Kind::Process | Kind::KilledOnDrop => {
            let mut command = Command::new(PROCESS[0]);
            let child = command.arg(PROCESS[1]).spawn().expect("a process");
            watched.process(child.id());
            let _ = child.wait().await;
        }
    }
    watched.finish();
}

fn block(watched: Watched) {
    watched.begin();
    thread::sleep(LENGTH);
    watched.finish();
}
