//! On tokio.

use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::task::{spawn_blocking, yield_now};
use tokio::time::{sleep, timeout};

use crate::Act;
use crate::watched::{
    Fate, Kind, LENGTH, PROCESS, TIMEOUT, Watched, compute, silent_server, watched,
};

pub(crate) fn fate(act: Act, kind: Kind) -> Fate {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let (watched, mut watcher) = watched();
    runtime.block_on(async move {
        if act == Act::Timeout {
            let _ = timeout(TIMEOUT, work(kind, watched)).await;
            watcher.begun();
        } else if kind == Kind::Blocking {
            // Its own handle: that of a task around it would be another.
            let handle = spawn_blocking(|| block(watched));
            watcher.begun();
            match act {
                Act::Abort => handle.abort(),
                _ => drop(handle),
            }
        } else {
            let handle = tokio::spawn(work(kind, watched));
            watcher.begun();
            match act {
                Act::Abort => handle.abort(),
                _ => drop(handle),
            }
        }
        spawn_blocking(|| watcher.fate()).await.expect("it looks")
    })
}

async fn work(kind: Kind, watched: Watched) {
    match kind {
        Kind::Timer => {
            watched.begin();
            sleep(LENGTH).await;
        }
        Kind::Socket => {
            let server = TcpStream::connect(silent_server()).await;
            watched.begin();
            let _ = server.expect("a server").readable().await;
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
            return spawn_blocking(|| block(watched)).await.expect("no panic");
        }
        Kind::Process | Kind::KilledOnDrop => {
            let mut command = Command::new(PROCESS[0]);
            command
                .arg(PROCESS[1])
                .kill_on_drop(kind == Kind::KilledOnDrop);
            let mut child = command.spawn().expect("a process");
            watched.process(child.id().expect("it was not waited for"));
            let _ = child.wait().await;
        }
    }
    watched.finish();
}

fn block(watched: Watched) {
    watched.begin();
    std::thread::sleep(LENGTH);
    watched.finish();
}
