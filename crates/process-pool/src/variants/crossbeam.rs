//! One channel that all workers' tasks wait in, and a thread a worker that takes from it:
//! `crossbeam-channel`.
//!
//! Nobody owns the tasks: a thread takes what its worker has room for, and puts back what a
//! lost worker never began. Outcomes go to a second channel, and are put in order once all
//! have come.
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

use std::{
    io::{
        self,
        ErrorKind::{Interrupted, WouldBlock},
        Read, Write,
    },
    os::{fd::OwnedFd, unix::net::UnixStream},
    thread,
};

use anyhow::Result;
use crossbeam_channel::{Receiver, Sender, unbounded};
use test_fixtures::{Outcome, worker_command};

use crate::{BUFFER, Count, Job, Output, session::Session, task::Task};

type Queue = (Sender<Task>, Receiver<Task>);
type Settled = (usize, Outcome<Count>);

/// Has the job's tasks done by worker processes.
pub fn run(job: &Job) -> Result<Output> {
    let queue = unbounded();
    let (outcomes, settled) = unbounded();
    for task in job.tasks() {
        queue.0.send(task)?;
    }
    thread::scope(|scope| {
        let places = (0..job.workers.get()).map(|number| {
            let place = thread::Builder::new().name(format!("place-{number}"));
            place.spawn_scoped(scope, || hold(job, &queue, &outcomes))
        });
        let places = places.collect::<io::Result<Vec<_>>>()?;
        let mut results = places.into_iter().map(|place| place.join());
        results.try_for_each(|result| result.expect("a place does not panic"))
    })?;
    Ok(Output::in_order(job, settled.try_iter()))
}

/// Holds one place in the pool: one worker after another, until no task is left.
fn hold(job: &Job, queue: &Queue, outcomes: &Sender<Settled>) -> Result<()> {
    let mut session = Session::new(job);
    let mut buffer = vec![0; BUFFER];
    while exchange(&mut session, queue, outcomes) {
        let (mut stream, theirs) = UnixStream::pair()?;
        let theirs = OwnedFd::from(theirs);
        let mut worker = worker_command()?
            .stdin(theirs.try_clone()?)
            .stdout(theirs)
            .spawn()?;
        session.start();
        while session.is_open() && exchange(&mut session, queue, outcomes) {
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

/// Writes what there is to write, then waits for what there is to read.
fn turn(
    session: &mut Session,
    stream: &mut UnixStream,
    buffer: &mut [u8],
) -> io::Result<usize> {
    stream.set_write_timeout(Some(session.time_left()))?;
    match stream.write_all(&session.outgoing()) {
        // Half a frame can't be taken back: whatever is read now, this worker is done.
        Err(error) if error.kind() == WouldBlock => {
            session.overdue();
            return Ok(0);
        }
        // A worker that is gone is seen by the read, after its last replies.
        Ok(()) | Err(_) => {}
    }
    stream.set_read_timeout(Some(session.time_left()))?;
    stream.read(buffer)
}

/// Hands over what is finished, puts back what was never begun, and takes what there is room
/// for. False if nothing is in hand then.
fn exchange(session: &mut Session, queue: &Queue, outcomes: &Sender<Settled>) -> bool {
    let (back, waiting) = queue;
    for settled in session.finished() {
        outcomes.send(settled).expect("`run` holds the receiver");
    }
    for task in session.returned() {
        back.send(task).expect("`queue` holds the receiver");
    }
    let room = session.room(waiting.len());
    waiting
        .try_iter()
        .take(room)
        .for_each(|task| session.assign(task));
    !session.is_idle()
}
