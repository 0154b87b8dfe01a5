//! The worker's side: the process at the other end of the pipes.
//!
//! Its input is always read, even while it is at work. So its work never blocks the pool
//! that writes to it, and it sees when its pool has gone.

use std::{
    any::Any,
    fs::File,
    io::{self, Read, Write},
    os::fd::AsFd,
    panic::{self, AssertUnwindSafe, catch_unwind},
    process,
    sync::mpsc::{self, Sender},
    thread,
};

use rustix::stdio::{dup2_stdin, dup2_stdout};
use serde::{Serialize, de::DeserializeOwned};

use super::frame::{Decoder, Frame, Kind, LONGEST};

/// How many bytes are read at once, on either side.
pub const BUFFER: usize = 64 * 1024;
/// An answer up to this many bytes is encoded with one allocation.
const SHORT: usize = 64;

/// Does every task on standard input with this function, and answers on standard output, in
/// order, until the input ends. What the function itself prints goes to standard error, and
/// its standard input is empty.
///
/// # Errors
/// What comes in is no task, or nothing more can be written.
pub fn serve<T: DeserializeOwned, R: Serialize>(work: impl Fn(T) -> R) -> io::Result<()> {
    serve_frames(|frame, bytes| {
        let task = postcard::from_bytes(frame.payload).map_err(io::Error::other)?;
        answer(frame, catch_unwind(AssertUnwindSafe(|| work(task))), bytes);
        Ok(())
    })
}

/// The same with a function that appends the frame of its answer.
///
/// # Errors
/// As `serve`, and those of the function.
pub fn serve_frames(
    mut work: impl FnMut(&Frame<'_>, &mut Vec<u8>) -> io::Result<()>,
) -> io::Result<()> {
    // What a panic has to say goes into the reply.
    panic::set_hook(Box::new(|_| {}));
    // Standard output proper is buffered by lines, and a frame is not a line.
    let mut output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    // A program that the work starts inherits these two. It could outlive the worker, whose
    // end the pool sees by the end of its pipe.
    dup2_stdin(File::open("/dev/null")?)?;
    dup2_stdout(io::stderr())?;
    let (queue, parts) = mpsc::channel();
    let reader = thread::Builder::new()
        .name("reader".to_owned())
        .spawn(move || read(input, &queue))?;
    let mut decoder = Decoder::default();
    let mut bytes = Vec::new();
    for part in parts {
        decoder.push(&part);
        while let Some(frame) = decoder.next_frame().map_err(io::Error::other)? {
            bytes.clear();
            work(&frame, &mut bytes)?;
            output.write_all(&bytes)?;
        }
    }
    reader.join().expect("reading does not panic")
}

/// Appends the frame with the result of a task.
pub fn answer<R: Serialize>(
    task: &Frame<'_>,
    result: Result<R, Box<dyn Any + Send>>,
    bytes: &mut Vec<u8>,
) {
    let answer = match result {
        Ok(value) => match postcard::to_extend(&value, Vec::with_capacity(SHORT)) {
            Ok(payload) if payload.len() <= LONGEST => Ok(payload),
            Ok(payload) => {
                let length = payload.len();
                Err(format!(
                    "the answer has {length} bytes; the most is {LONGEST}"
                ))
            }
            Err(error) => Err(format!("the answer can't be encoded: {error}")),
        },
        Err(panic) => Err(message(&*panic)),
    };
    let (kind, mut payload) = match answer {
        Ok(payload) => (Kind::Done, payload),
        Err(message) => (Kind::Panicked, message.into_bytes()),
    };
    payload.truncate(LONGEST);
    Frame {
        kind,
        attempt: task.attempt,
        id: task.id,
        payload: &payload,
    }
    .encode(bytes);
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&'static str>()
        .map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}

/// Hands over what is read as it comes. The queue has no limit of its own: the pool sends no
/// more than a window.
fn read(mut input: File, queue: &Sender<Vec<u8>>) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        match input.read(&mut buffer) {
            // The pool has gone, so the exit does not wait for the task in work.
            Ok(0) => process::exit(0),
            Ok(count) => {
                if queue.send(buffer[..count].to_vec()).is_err() {
                    return Ok(());
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
