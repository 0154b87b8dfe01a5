//! A pool of threads on one channel, as many as connections may be open.
//!
//! The loop accepts a connection where fewer are open than may be, and gives it to a thread
//! that waits for one; if none does, it starts one. Once stopped, it closes the socket, and
//! each connection for reading: a thread that waits for a request finds the end, behind
//! what has arrived.
//!
//! # What to notice
//! - A rendezvous channel (of capacity zero) takes a connection only where a thread waits:
//!   `try_send` says whether to start another one.
//! - Nothing waits for two things at once. So the loop looks for a connection, and then
//!   waits a millisecond for the stop.
//! - An error of `accept` ends nothing: it is one connection's, or there is no descriptor
//!   left. The same wait keeps the loop from spinning.
//! - On Linux `shutdown(Read)` loses nothing: what has arrived can be read, and then comes
//!   the end. Other systems throw it away.
//! - A panic of the handler is caught in the thread, and is answered by a status of 500.
//!
//! # When not to use this
//! With thousands of connections: each has a stack. Where the grace time must be kept: a
//! thread can't be stopped, so a handler runs to its end.

use anyhow::Result;
use signal_hook::{consts::SIGTERM, iterator::Signals};

use crate::{
    Job, Output,
    work::{Work, inherited},
};

/// Serves until SIGTERM, and returns what came of it.
pub fn run(job: &Job) -> Result<Output> {
    let work = Work::of(job);
    let handle = |path: &str| {
        if let Some(time) = work.wait(path) {
            thread::sleep(time);
        }
        work.answer(path)
    };
    let (connections, grace) =
        (job.connections.get(), Duration::from_millis(job.grace_ms));
    let listener = inherited(job)?;
    let mut signals = Signals::new([SIGTERM])?;
    let (handles, (stop, stopped)) = (signals.handle(), bounded(1));
    thread::scope(|scope| {
        let wait = move || signals.forever().next().map(|_| stop.send(()));
        thread::Builder::new().spawn_scoped(scope, wait)?;
        let cut = serve(connections, grace, listener, &stopped, handle);
        handles.close();
        Ok(Output { cut: cut? })
    })
}

// The lesson: everything below can be taken home.
// It needs crossbeam-channel, httparse, httpdate.
// It comes with http1.rs.

use std::{
    collections::HashMap,
    io, iter,
    net::{Shutdown, TcpListener},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use crossbeam_channel::{Receiver, RecvTimeoutError, TrySendError, bounded};

use super::http1::converse;

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
    let (stopping, (give, taken)) = (AtomicBool::new(false), bounded(0));
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
                    if let Err(TrySendError::Full(first)) =
                        give.try_send((stream, number))
                    {
                        let (taken, ended) = (taken.clone(), &ended);
                        let (stopping, handle) = (&stopping, &handle);
                        let thread =
                            thread::Builder::new().spawn_scoped(scope, move || {
                                for (stream, number) in iter::once(first).chain(taken) {
                                    // An error is the client's affair.
                                    _ = converse(&stream, stopping, handle);
                                    lock().remove(&number);
                                    ended.notify_one();
                                }
                            });
                        started =
                            thread.map(drop).inspect_err(|_| _ = lock().remove(&number));
                    }
                    Duration::ZERO
                }
                Some(Err(_)) | None => PAUSE,
            };
            if stop.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
                break;
            }
        }
        drop((listener, give));
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
        started.map(|()| open.len())
    })
}
