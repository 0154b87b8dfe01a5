//! On smol.

use std::thread;

use smol::future::{FutureExt, block_on, yield_now};
use smol::io::AsyncReadExt;
use smol::process::Command;
use smol::{Executor, Timer, channel, net::TcpStream, unblock};

use crate::Act;
use crate::watched::{
    Fate, Kind, LENGTH, PROCESS, TIMEOUT, Watched, compute, silent_server, watched,
};

pub(crate) fn fate(act: Act, kind: Kind) -> Fate {
    let executor = Executor::new();
    let (signal, shutdown) = channel::bounded::<()>(1);
    let (watched, mut watcher) = watched();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| block_on(executor.run(shutdown.recv())));
        }
        if act == Act::Timeout {
            let late = async { _ = Timer::after(TIMEOUT).await };
            block_on(work(kind, watched).or(late));
            watcher.begun();
        } else {
            // A blocking call's own handle: that of a task around it would be another.
            let task = match kind {
                Kind::Blocking => unblock(|| block(watched)),
                _ => executor.spawn(work(kind, watched)),
            };
            watcher.begun();
            match act {
                // It waits for the end of what can't be stopped.
                Act::Abort => _ = block_on(task.cancel()),
                _ => drop(task),
            }
        }
        let fate = watcher.fate();
        drop(signal);
        fate
    })
}

async fn work(kind: Kind, watched: Watched) {
    match kind {
        Kind::Timer => {
            watched.begin();
            Timer::after(LENGTH).await;
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
        Kind::Blocking => return unblock(|| block(watched)).await,
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
