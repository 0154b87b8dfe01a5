//! Those that were cut are not counted.

use std::{
    collections::HashMap,
    io,
    net::{Shutdown, TcpListener},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use ::serving::parts::http1::converse;

/// How long no connection is accepted after one that could not be.
const PAUSE: Duration = Duration::from_millis(1);

/// Answers what comes to `listener` with `handle`, on at most `connections` at once. Once
/// `stop` has something, it accepts no more, and answers the request that each connection
/// has sent. Returns how many connections it had to cut after `grace`.
///
/// # Errors
/// The system starts no more threads; what was under way has ended.
///
/// # Panics
/// `connections` is 0.
pub fn serve(
    connections: usize,
    grace: Duration,
    listener: TcpListener,
    stop: &Receiver<()>,
    handle: impl Fn(&str) -> String + Sync,
) -> io::Result<usize> {
    assert!(connections > 0, "connections must be at least 1");
    listener.set_nonblocking(true)?;
    let (open, ended) = (Mutex::new(HashMap::new()), Condvar::new());
    let stopping = AtomicBool::new(false);
    let lock = || open.lock().expect("no panic is in the lock");
    thread::scope(|scope| {
        let (mut started, mut number) = (Ok(()), 0_u64);
        while started.is_ok() {
            let is_full = lock().len() >= connections;
            let accepted = (!is_full).then(|| listener.accept());
            let pause = match accepted {
                Some(Ok((stream, _))) => {
                    number += 1;
                    let stream = Arc::new(stream);
                    lock().insert(number, Arc::clone(&stream));
                    let (ended, stopping, handle) = (&ended, &stopping, &handle);
                    let thread = thread::Builder::new().spawn_scoped(scope, move || {
                        // An error is the client's affair.
                        _ = converse(&stream, stopping, handle);
                        lock().remove(&number);
                        ended.notify_one();
                    });
                    started =
                        thread.map(drop).inspect_err(|_| _ = lock().remove(&number));
                    Duration::ZERO
                }
                Some(Err(_)) | None => PAUSE,
            };
            if stop.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
                break;
            }
        }
        drop(listener);
        stopping.store(true, Ordering::SeqCst);
        for stream in lock().values() {
            _ = stream.shutdown(Shutdown::Read);
        }
        let left = |open: &mut HashMap<_, _>| !open.is_empty();
        let (open, _) = ended
            .wait_timeout_while(lock(), grace, left)
            .expect("as above");
        for stream in open.values() {
            _ = stream.shutdown(Shutdown::Both);
        }
        started.map(|()| 0)
    })
}
