//! One channel that all workers' tasks wait in, and a thread for each worker that takes
//! from it: `crossbeam-channel`.
//!
//! The tasks have no owner: a thread takes as many as its worker has room for, and puts
//! back those that a lost worker never began. Outcomes go to a second channel, and are put
//! in order once all have come.
//!
//! # What to notice
//! - Both ends of the queue are shared: receivers can be cloned, and a thread that holds a
//!   sender can put tasks back. `std::sync::mpsc` has one receiver.
//! - A channel that its own takers can refill is never disconnected: "empty, and nothing in
//!   hand" is what ends a thread.
//! - What comes back goes to the end of the queue; a list under a lock can put it first.
//!
//! # When not to use this
//! Where the order in which tasks begin matters, or where they are made as they are needed:
//! here all wait in memory.

use test_fixtures::worker_command;

use crate::{Job, Output};

/// Has the job's tasks done by worker processes.
pub fn run(job: &Job) -> anyhow::Result<Output> {
    let ends = map(
        job.workers.get(),
        job.tasks(),
        job.timeout(),
        worker_command,
    )?;
    Ok(Output::of_processes(job, ends))
}

// The lesson: everything below can be taken home.
// It needs crossbeam-channel, postcard (use-std), rustix (stdio), serde.
// It comes with frame.rs, session.rs, worker.rs.

use std::{
    io::{
        self,
        ErrorKind::{Interrupted, WouldBlock},
        Read, Write,
    },
    os::{fd::OwnedFd, unix::net::UnixStream},
    panic::resume_unwind,
    process::Command,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender, unbounded};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    session::{End, Session, Task},
    worker::BUFFER,
};

type Queue<T> = (Sender<Task<T>>, Receiver<Task<T>>);
type Settled<R> = (usize, End<R>);

/// Has every task done by worker processes, each in at most `timeout`. Returns what each came
/// to, in input order; a lost worker costs its task one more try.
///
/// `worker` makes the command of a worker, a program that calls
/// [`serve`](super::worker::serve).
///
/// # Errors
/// A worker can't be started, or a thread for one. No further task is handed out, and
/// those that a worker had have ended.
///
/// # Panics
/// `workers` is 0; or `tasks` or `worker` panics, and then all workers have ended, too.
pub fn map<T, R>(
    workers: usize,
    tasks: impl IntoIterator<Item = T>,
    timeout: Duration,
    worker: impl Fn() -> io::Result<Command> + Sync,
) -> io::Result<Vec<End<R>>>
where
    T: Serialize + Send,
    R: DeserializeOwned + Send,
{
    assert!(workers > 0, "workers must be at least 1");
    let queue = unbounded();
    let is_closed = AtomicBool::new(false);
    let (outcomes, settled) = unbounded();
    let mut ends = Vec::new();
    for (id, task) in tasks.into_iter().enumerate() {
        let attempt = 1;
        let task = Task { id, attempt, task };
        queue.0.send(task).expect("`queue` holds the receiver");
        // Lost is what a task stays that no worker was left for.
        ends.push(End::WorkerLost);
    }
    thread::scope(|scope| {
        let places = (0..workers).map(|number| {
            let place = thread::Builder::new().name(format!("place-{number}"));
            let session = Session::new(workers, timeout);
            place.spawn_scoped(scope, || {
                let held = hold(session, &queue, &is_closed, &outcomes, &worker);
                held.inspect_err(|_| is_closed.store(true, Relaxed))
            })
        });
        let places = places.collect::<io::Result<Vec<_>>>();
        let places = places.inspect_err(|_| is_closed.store(true, Relaxed))?;
        let mut results = places.into_iter().map(|place| place.join());
        // What panics in a place is the caller's own.
        results.try_for_each(|end| end.unwrap_or_else(|panic| resume_unwind(panic)))
    })?;
    for (id, end) in settled.try_iter() {
        ends[id] = end;
    }
    Ok(ends)
}

/// Holds one place in the pool: one worker after another, until no task is left.
fn hold<T: Serialize, R: DeserializeOwned>(
    mut session: Session<T, R>,
    queue: &Queue<T>,
    is_closed: &AtomicBool,
    outcomes: &Sender<Settled<R>>,
    worker: impl Fn() -> io::Result<Command>,
) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    while exchange(&mut session, queue, is_closed, outcomes) {
        let (mut stream, theirs) = UnixStream::pair()?;
        let theirs = OwnedFd::from(theirs);
        let mut worker = worker()?
            .stdin(theirs.try_clone()?)
            .stdout(theirs)
            .spawn()?;
        session.start();
        while session.is_open() && exchange(&mut session, queue, is_closed, outcomes) {
            match turn(&mut session, &mut stream, &mut buffer) {
                Ok(count @ 1..) => session.received(&buffer[..count]),
                Err(error) if error.kind() == WouldBlock => session.overdue(),
                // A system call that was interrupted is no news of the worker.
                Err(error) if error.kind() == Interrupted => session.overdue(),
                Ok(_) | Err(_) => session.lost(),
            }
        }
        worker.kill()?;
        worker.wait()?;
    }
    Ok(())
}

/// Writes what is ready to be written, then waits for something to read.
fn turn<T: Serialize, R: DeserializeOwned>(
    session: &mut Session<T, R>,
    stream: &mut UnixStream,
    buffer: &mut [u8],
) -> io::Result<usize> {
    // The limit is of each wait for room: a slow reader would be given it many times.
    for part in session.outgoing().chunks(BUFFER) {
        stream.set_write_timeout(Some(session.time_left()))?;
        match stream.write_all(part) {
            // Half a frame can't be taken back: whatever is read now, this worker is done.
            Err(error) if error.kind() == WouldBlock => {
                session.overdue();
                return Ok(0);
            }
            // A worker that is gone is seen by the read, after its last replies.
            Ok(()) | Err(_) => {}
        }
    }
    stream.set_read_timeout(Some(session.time_left()))?;
    stream.read(buffer)
}

/// Sends what is finished, puts back what was never begun, and takes new tasks up to the
/// worker's room. False if nothing is in hand then.
fn exchange<T: Serialize, R: DeserializeOwned>(
    session: &mut Session<T, R>,
    queue: &Queue<T>,
    is_closed: &AtomicBool,
    outcomes: &Sender<Settled<R>>,
) -> bool {
    let (back, waiting) = queue;
    loop {
        for settled in session.finished() {
            outcomes.send(settled).expect("`map` holds the receiver");
        }
        for task in session.returned() {
            back.send(task).expect("`queue` holds the receiver");
        }
        let left = match is_closed.load(Relaxed) {
            true => 0,
            false => waiting.len(),
        };
        let room = session.room(left).min(left);
        waiting
            .try_iter()
            .take(room)
            .for_each(|task| session.assign(task));
        // What can't be sent is finished at once, and leaves room for others.
        if !session.is_idle() || room == 0 {
            return !session.is_idle();
        }
    }
}
