//! The worker's side: it ends with its pool, also in the middle of a task.

use std::{
    io::Write,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use process_pool::{
    Task,
    parts::frame::{Frame, Kind},
};

/// How soon a worker must be gone.
const PROMPT: Duration = Duration::from_secs(2);

#[test]
fn a_worker_in_a_long_task_ends_with_its_pipe() {
    let mut worker = Command::new(env!("CARGO_BIN_EXE_process-pool"))
        .arg("worker")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the worker starts");
    let task = Task::new(0..u64::MAX, false, None);
    let payload = postcard::to_stdvec(&task).expect("a task can be encoded");
    let (kind, payload) = (Kind::Task, &payload[..]);
    let (attempt, id) = (1, 0);
    let frame = Frame {
        kind,
        attempt,
        id,
        payload,
    };
    let mut bytes = Vec::new();
    frame.encode(&mut bytes);
    let mut stdin = worker.stdin.take().expect("it is piped");
    stdin.write_all(&bytes).expect("the worker reads");
    thread::sleep(Duration::from_millis(200));
    assert!(worker.try_wait().expect("it is ours").is_none(), "it ended");
    drop(stdin);
    let clock = Instant::now();
    while worker.try_wait().expect("it is ours").is_none() {
        if clock.elapsed() > PROMPT {
            worker.kill().expect("it is ours");
            panic!("the worker is still there");
        }
        thread::sleep(Duration::from_millis(5));
    }
}
