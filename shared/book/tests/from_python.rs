//! What "From Python to Rust" claims to be different, and is easy to get wrong: seen on
//! tokio, smol and std here, and on Python by the script beside this file.

use std::{
    future::pending,
    io::Write as _,
    panic::catch_unwind,
    path::Path,
    process,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use futures_util::{FutureExt, poll};
use smol::{Executor, Timer, block_on, future::yield_now};
use tokio::{
    runtime::{Builder, Runtime},
    sync::{Notify, oneshot},
    task::{JoinSet, spawn_blocking},
    time::timeout,
};
use tokio_util::task::JoinMap;

/// What is waited for comes long before this.
const LONG: Duration = Duration::from_secs(20);

/// One thread, so that nothing runs while the test does not wait.
fn tokio() -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
}

/// A value that a task has, and what is `None` once the task is gone.
fn pair() -> (Arc<()>, std::sync::Weak<()>) {
    let held = Arc::new(());
    let seen = Arc::downgrade(&held);
    (held, seen)
}

#[test]
fn a_dropped_handle_detaches_on_tokio() {
    tokio().block_on(async {
        let (done, ended) = oneshot::channel();
        drop(tokio::spawn(async { done.send(()) }));
        assert_eq!(timeout(LONG, ended).await, Ok(Ok(())));
    });
}

#[test]
fn a_dropped_handle_cancels_on_smol() {
    let executor = Executor::new();
    let (held, seen) = pair();
    block_on(executor.run(async {
        let task = executor.spawn(async move {
            pending::<()>().await;
            drop(held);
        });
        yield_now().await;
        assert!(seen.upgrade().is_some());
        drop(task);
        while seen.upgrade().is_some() {
            yield_now().await;
        }
    }));
}

/// Around a handle, a time-out ends the waiting alone.
#[test]
fn a_task_outlives_a_timeout_around_its_handle() {
    tokio().block_on(async {
        let (go, gone) = oneshot::channel::<()>();
        let mut task = tokio::spawn(gone);
        let late = timeout(Duration::from_millis(1), &mut task).await;
        assert!(late.is_err());
        go.send(()).expect("it still waits");
        assert!(matches!(task.await, Ok(Ok(()))));
    });
}

#[test]
fn a_dropped_join_set_aborts() {
    tokio().block_on(async {
        let (held, seen) = pair();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            pending::<()>().await;
            drop(held);
        });
        tokio::task::yield_now().await;
        drop(tasks);
        while seen.upgrade().is_some() {
            tokio::task::yield_now().await;
        }
    });
}

#[test]
fn a_join_map_aborts_what_has_the_same_key() {
    tokio().block_on(async {
        let mut tasks = JoinMap::new();
        tasks.spawn("key", pending());
        tasks.spawn("key", async { 2 });
        assert!(matches!(tasks.join_next().await, Some(("key", Ok(2)))));
        assert!(tasks.join_next().await.is_none());
    });
}

/// The hook is called for it, and nobody else.
#[test]
fn a_panic_of_a_detached_task_ends_no_executor() {
    let executor = Executor::new();
    block_on(executor.run(async {
        executor.spawn(async { panic!("expected") }).detach();
        for _ in 0..10 {
            yield_now().await;
        }
        assert_eq!(executor.spawn(async { 1 }).await, 1);
    }));
}

/// `cancel` waits for a call that has begun, and drops what it returns.
#[test]
fn a_call_that_has_begun_is_waited_for_on_smol() {
    let (begin, begun) = mpsc::channel();
    let (held, seen) = pair();
    let task = smol::unblock(move || {
        begin.send(()).expect("the test waits");
        thread::sleep(Duration::from_millis(50));
        held
    });
    begun.recv().expect("it begins");
    assert!(block_on(task.cancel()).is_none());
    assert!(seen.upgrade().is_none(), "cancelled before it had ended");
}

#[test]
fn a_call_that_has_begun_runs_on_after_abort() {
    tokio().block_on(async {
        let (begin, begun) = oneshot::channel();
        let call = spawn_blocking(|| {
            begin.send(()).expect("the test waits");
            thread::sleep(Duration::from_millis(50));
            7
        });
        begun.await.expect("it begins");
        call.abort();
        assert_eq!(call.await.expect("it was not cancelled"), 7);
    });
}

#[test]
fn a_cancelled_waiter_stays_in_the_count_of_a_barrier() {
    tokio().block_on(async {
        let barrier = tokio::sync::Barrier::new(2);
        let mut gone = Box::pin(barrier.wait());
        assert!(poll!(&mut gone).is_pending());
        drop(gone);
        assert!(barrier.wait().now_or_never().is_some());
    });
    block_on(async {
        let barrier = smol::lock::Barrier::new(2);
        let mut gone = Box::pin(barrier.wait());
        assert!(poll!(&mut gone).is_pending());
        drop(gone);
        assert!(barrier.wait().now_or_never().is_some());
    });
}

#[test]
fn notify_waiters_is_no_event() {
    tokio().block_on(async {
        let notify = Notify::new();
        notify.notify_waiters();
        assert!(notify.notified().now_or_never().is_none());
        notify.notify_one();
        assert!(notify.notified().now_or_never().is_some());
    });
}

#[test]
fn a_queue_without_room_is_a_rendezvous_on_std_alone() {
    let (put, _get) = mpsc::sync_channel(0);
    assert!(put.try_send(1).is_err());
    assert!(catch_unwind(|| tokio::sync::mpsc::channel::<()>(0)).is_err());
    assert!(catch_unwind(|| smol::channel::bounded::<()>(0)).is_err());
}

#[test]
fn a_blocking_send_panics_in_a_task_of_tokio() {
    tokio().block_on(async {
        let (put, _get) = tokio::sync::mpsc::channel(1);
        let end = tokio::spawn(async move { put.blocking_send(1) }).await;
        assert!(end.is_err_and(|error| error.is_panic()));
    });
}

#[test]
fn a_spawned_task_has_no_task_local() {
    tokio::task_local! {
        static NUMBER: u32;
    }
    tokio().block_on(NUMBER.scope(7, async {
        assert_eq!(NUMBER.try_with(|number| *number), Ok(7));
        let spawned = tokio::spawn(async { NUMBER.try_with(|number| *number) });
        assert!(matches!(spawned.await, Ok(Err(_))));
    }));
}

#[test]
fn a_cancelled_read_exact_loses_what_it_has() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    tokio().block_on(async {
        let (mut reader, mut writer) = duplex(64);
        let mut head = [0; 4];
        writer.write_all(b"he").await.expect("there is room");
        assert!(reader.read_exact(&mut head).now_or_never().is_none());
        writer.write_all(b"ad, body").await.expect("there is room");
        reader.read_exact(&mut head).await.expect("four bytes");
        assert_eq!(&head, b"ad, ");
    });
}

#[test]
fn a_cancelled_next_line_loses_nothing_and_a_read_line_does() {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, duplex};

    tokio().block_on(async {
        let (reader, mut writer) = duplex(64);
        let mut lines = BufReader::new(reader).lines();
        writer.write_all(b"he").await.expect("there is room");
        assert!(lines.next_line().now_or_never().is_none());
        writer.write_all(b"ad\n").await.expect("there is room");
        let line = lines.next_line().await.expect("text");
        assert_eq!(line.as_deref(), Some("head"));

        let (reader, mut writer) = duplex(64);
        let mut reader = BufReader::new(reader);
        let mut line = String::new();
        writer.write_all(b"he").await.expect("there is room");
        assert!(reader.read_line(&mut line).now_or_never().is_none());
        writer.write_all(b"ad\n").await.expect("there is room");
        reader.read_line(&mut line).await.expect("text");
        assert_eq!(line, "ad\n");
    });
}

/// The buffer of a writer that is dropped.
#[test]
fn only_std_writes_what_is_left_in_a_dropped_buffer() {
    let mut written = Vec::new();
    let mut writer = std::io::BufWriter::new(&mut written);
    writer.write_all(b"data").expect("a Vec takes all");
    drop(writer);
    assert_eq!(written, b"data");

    tokio().block_on(async {
        use tokio::io::AsyncWriteExt;
        let mut written = Vec::new();
        let mut writer = tokio::io::BufWriter::new(&mut written);
        writer.write_all(b"data").await.expect("a Vec takes all");
        drop(writer);
        assert!(written.is_empty());
    });
    block_on(async {
        use smol::io::AsyncWriteExt;
        let mut written = Vec::new();
        let mut writer = smol::io::BufWriter::new(&mut written);
        writer.write_all(b"data").await.expect("a Vec takes all");
        drop(writer);
        assert!(written.is_empty());
    });
}

/// Otherwise `cat` would wait for more, and the test for `cat`.
#[test]
fn waiting_for_a_child_closes_its_input() {
    use std::process::{Command, Stdio};

    let cat = || {
        let mut command = Command::new("cat");
        command.stdin(Stdio::piped());
        command
    };
    let mut child = cat().spawn().expect("cat is a program");
    assert!(child.wait().expect("it ends").success());
    tokio().block_on(async {
        let child = tokio::process::Command::from(cat()).spawn();
        let mut child = child.expect("cat is a program");
        let end = timeout(LONG, child.wait()).await.expect("it ends in time");
        assert!(end.expect("it ends").success());
    });
    block_on(async {
        let mut child = smol::process::Command::new("cat");
        let child = child.stdin(Stdio::piped()).spawn();
        let mut child = child.expect("cat is a program");
        let late = async {
            Timer::after(LONG).await;
            Err(std::io::ErrorKind::TimedOut.into())
        };
        let end = smol::future::or(child.status(), late).await;
        assert!(end.expect("it ends").success());
    });
}

/// tokio's `output` leaves the child this program's input; the others give it none.
#[test]
fn a_child_of_tokios_output_has_this_programs_input() {
    let input = std::fs::read_link("/proc/self/fd/0").expect("an input");
    let shown = |output: process::Output| {
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let words = ["/proc/self/fd/0"];
    let of_std = process::Command::new("readlink").args(words).output();
    assert_eq!(shown(of_std.expect("readlink")), "/dev/null");
    let of_smol = smol::process::Command::new("readlink").args(words).output();
    assert_eq!(shown(block_on(of_smol).expect("readlink")), "/dev/null");
    let of_tokio = tokio().block_on(async {
        tokio::process::Command::new("readlink")
            .args(words)
            .output()
            .await
    });
    let of_tokio = shown(of_tokio.expect("readlink"));
    assert_eq!(of_tokio, input.display().to_string());
}

/// The same about Python, where there is one that is new enough.
#[test]
fn python_does_what_is_said_of_it() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/from_python.py");
    let asked = process::Command::new("python3").arg(&script).output();
    let Ok(output) = asked else {
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    assert!(
        said.ends_with("claims hold\n") || said.starts_with("too old"),
        "{said}"
    );
}
