//! On async-std.

use std::thread;

use async_std::future::timeout;
use async_std::io::ReadExt;
use async_std::net::TcpStream;
use async_std::process::Command;
use async_std::task::{self, block_on, spawn_blocking, yield_now};

use crate::Act;
use crate::watched::{
    Fate, Kind, LENGTH, PROCESS, TIMEOUT, Watched, compute, silent_server, watched,
};

pub(crate) fn fate(act: Act, kind: Kind) -> Fate {
    let (watched, mut watcher) = watched();
    if act == Act::Timeout {
        let _ = block_on(timeout(TIMEOUT, work(kind, watched)));
        watcher.begun();
    } else {
        // A blocking call's own handle: that of a task around it would be another.
        let task = match kind {
            Kind::Blocking => spawn_blocking(|| block(watched)),
            _ => task::spawn(work(kind, watched)),
        };
        watcher.begun();
        match act {
            // It waits for the end of what can't be stopped.
            Act::Abort => _ = block_on(task.cancel()),
            _ => drop(task),
        }
    }
    watcher.fate()
}

async fn work(kind: Kind, watched: Watched) {
    match kind {
        Kind::Timer => {
            watched.begin();
            task::sleep(LENGTH).await;
        }
        Kind::Socket => {
            let server = TcpStream::connect(silent_server()).await;
            watched.begin();
            let _ = server.expect("a server").read(&mut [0]).await;
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
        Kind::Blocking => return spawn_blocking(|| block(watched)).await,
        Kind::Process | Kind::KilledOnDrop => {
            let mut command = Command::new(PROCESS[0]);
            command
                .arg(PROCESS[1])
                .kill_on_drop(kind == Kind::KilledOnDrop);
            let mut child = command.spawn().expect("a process");
            watched.process(child.id());
            let _ = child.status().await;
        }
    }
    watched.finish();
}

fn block(watched: Watched) {
    watched.begin();
    thread::sleep(LENGTH);
    watched.finish();
}
