//! The command lives on, and has the worker's end of the stream.

use std::{
    io::{
        self,
        ErrorKind::{Interrupted, WouldBlock},
        Read, Write,
    },
    os::{fd::OwnedFd, unix::net::UnixStream},
    panic::resume_unwind,
    process::Command,
    thread,
    time::Duration,
};

use serde::{Serialize, de::DeserializeOwned};

use ::process_pool::parts::{
    session::{End, Session},
    waiting::Waiting,
    worker::BUFFER,
};

/// Has every task done by worker processes, each in at most `timeout`. Returns what each came
/// to, in input order; a lost worker costs its task one more try.
///
/// `worker` makes the command of a worker, a program that calls
/// [`serve`](::process_pool::parts::worker::serve).
///
/// # Errors
/// A worker can't be started, or a thread for one. No further task is handed out, and
/// those that a worker had have ended.
///
/// # Panics
/// `workers` is 0; or `tasks` or `worker` panics, and then all workers have ended, too.
pub fn map<T, R>(
    workers: usize,
    tasks: impl IntoIterator<Item = T, IntoIter: ExactSizeIterator + Send>,
    timeout: Duration,
    worker: impl Fn() -> io::Result<Command> + Sync,
) -> io::Result<Vec<End<R>>>
where
    T: Serialize + Send,
    R: DeserializeOwned + Send,
{
    assert!(workers > 0, "workers must be at least 1");
    let tasks = Waiting::new(workers, tasks.into_iter(), timeout);
    thread::scope(|scope| {
        let places = (0..workers).map(|number| {
            let place = thread::Builder::new().name(format!("place-{number}"));
            place.spawn_scoped(scope, || hold(&tasks, &worker))
        });
        let places = places.collect::<io::Result<Vec<_>>>();
        let places = places.inspect_err(|_| tasks.close())?;
        let mut results = places.into_iter().map(|place| place.join());
        // What panics in a place is the caller's own.
        results.try_for_each(|end| end.unwrap_or_else(|panic| resume_unwind(panic)))
    })?;
    Ok(tasks.into_ends())
}

/// Holds one place in the pool: one worker after another, until no task is left.
fn hold<I, R>(
    tasks: &Waiting<I, R>,
    worker: impl Fn() -> io::Result<Command>,
) -> io::Result<()>
where
    I: ExactSizeIterator<Item: Serialize>,
    R: DeserializeOwned,
{
    let mut session = tasks.place();
    let mut buffer = vec![0; BUFFER];
    while tasks.exchange(&mut session) {
        let (mut stream, theirs) = UnixStream::pair()?;
        let theirs = OwnedFd::from(theirs);
        let mut command = worker()?;
        command.stdin(theirs.try_clone()?).stdout(theirs);
        let mut worker = command.spawn()?;
        session.start();
        while session.is_open() && tasks.exchange(&mut session) {
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
        drop(command);
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
