//! On threads: a handle has no way to stop what it is of.

use std::{io::Read, net::TcpStream, process::Command, thread};

use crate::Act;
use crate::watched::{
    Fate, Kind, LENGTH, PROCESS, Watched, compute, silent_server, watched,
};

pub(crate) fn fate(act: Act, kind: Kind) -> Fate {
    assert_eq!(act, Act::Drop, "there is nothing else");
    // Nothing yields, and no child knows `kill_on_drop`.
    if matches!(kind, Kind::Yielding | Kind::KilledOnDrop) {
        return Fate::None;
    }
    let (watched, mut watcher) = watched();
    let handle = thread::spawn(move || work(kind, watched));
    watcher.begun();
    drop(handle);
    watcher.fate()
}

fn work(kind: Kind, watched: Watched) {
    match kind {
        Kind::Socket => {
            let server = TcpStream::connect(silent_server());
            watched.begin();
            let _ = server.expect("a server").read(&mut [0]);
        }
        Kind::Deaf => {
            watched.begin();
            (0..100).for_each(|_| compute());
        }
        Kind::Process => {
            let child = Command::new(PROCESS[0]).arg(PROCESS[1]).spawn();
            let mut child = child.expect("a process");
            watched.process(child.id());
            let _ = child.wait();
        }
        _ => {
            watched.begin();
            thread::sleep(LENGTH);
        }
    }
    watched.finish();
}
