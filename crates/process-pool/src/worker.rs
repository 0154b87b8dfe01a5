//! A worker: the same executable, as the process at the other end of the pipes.
//!
//! Its input is always read, even while it is at work, so whoever writes to it can't be
//! kept waiting by what it has yet to do; and so it sees that its pool has gone.

use std::{
    fs::File,
    io::{self, Read, Write},
    os::fd::AsFd,
    panic::{self, catch_unwind},
    process,
    sync::mpsc::{self, Sender},
    thread,
};

use anyhow::{Context, Result};
use test_fixtures::{end_with_pool, monotonic_nanos, panic_message};

use crate::{
    BUFFER, FaultKind,
    frame::{Decoder, Frame, Kind, LONGEST},
    task::{Report, Task},
    work::perform,
};

/// Reads tasks from standard input and answers them in order, until the input ends.
pub(crate) fn serve() -> Result<()> {
    end_with_pool()?;
    // What a panic has to say goes into the reply.
    panic::set_hook(Box::new(|_| {}));
    // Standard output proper is buffered by lines, and a frame is not a line.
    let mut output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let (queue, tasks) = mpsc::channel();
    let reader = thread::Builder::new()
        .name("reader".to_owned())
        .spawn(move || read(input, &queue))?;
    let mut bytes = Vec::new();
    for (task, ballast) in tasks {
        bytes.clear();
        answer(&task, &ballast, &mut bytes);
        output.write_all(&bytes).context("standard output")?;
        if task.fault() == Some(FaultKind::ShortFrame) {
            process::exit(0);
        }
    }
    reader.join().expect("reading does not panic")
}

type Given = (Task, Vec<u8>);

/// Hands tasks over as they come. The queue has no limit of its own: the pool sends no more
/// than a window.
fn read(mut input: File, queue: &Sender<Given>) -> Result<()> {
    let mut buffer = vec![0; BUFFER];
    let mut decoder = Decoder::default();
    loop {
        match input.read(&mut buffer) {
            // Nobody waits for the task in work any more, so neither does the exit.
            Ok(0) => process::exit(0),
            Ok(count) => decoder.push(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error).context("standard input"),
        }
        while let Some(frame) = decoder.next_frame()? {
            let (task, ballast) = Task::decode(&frame)?;
            if queue.send((task, ballast.to_vec())).is_err() {
                return Ok(());
            }
        }
    }
}

/// Does one task, and appends the frame that says what it came to.
fn answer(task: &Task, ballast: &[u8], bytes: &mut Vec<u8>) {
    let start = monotonic_nanos();
    let result = catch_unwind(|| perform(task));
    let end = monotonic_nanos();
    match result {
        Ok(primes) => Report {
            primes,
            pid: process::id(),
            start,
            end,
        }
        .encode(task, ballast, bytes),
        Err(panic) => {
            let message = panic_message(&*panic);
            Frame {
                kind: Kind::Panicked,
                attempt: task.attempt,
                id: task.id as u64,
                payload: &message.as_bytes()[..message.len().min(LONGEST)],
            }
            .encode(bytes);
        }
    }
    spoil(task, bytes);
}

/// The faults that are about the frame itself.
fn spoil(task: &Task, bytes: &mut Vec<u8>) {
    match task.fault() {
        Some(FaultKind::CorruptMagic) => bytes[..4].copy_from_slice(b"HTTP"),
        Some(FaultKind::HugeLength) => bytes[16..20].fill(0xFF),
        Some(FaultKind::ShortFrame) => bytes.truncate(bytes.len() / 2),
        _ => {}
    }
}
