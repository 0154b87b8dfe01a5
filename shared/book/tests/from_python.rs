//! What "From Python to Rust" claims to be different, and is easy to get wrong: seen on
//! tokio, smol and std here, and on Python by the script beside this file.

use std::{
    env,
    future::pending,
    io::Write as _,
    os::unix::process::ExitStatusExt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    process,
    sync::{
        Arc, LazyLock, OnceLock,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use futures_util::{FutureExt, poll};
use rayon::prelude::*;
use rustix::process::{Signal, getpid, kill_process};
use smol::{Executor, Timer, block_on, future::yield_now};
use tokio::{
    runtime::{Builder, Runtime},
    sync::{Notify, oneshot},
    task::{JoinSet, spawn_blocking},
    time::timeout,
};
use tokio_util::task::JoinMap;
use tracing::{Instrument, Span, info_span};

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
    tokio().block_on(async {
        drop(tokio::spawn(async { panic!("expected") }));
        tokio::task::yield_now().await;
        assert!(matches!(tokio::spawn(async { 1 }).await, Ok(1)));
    });
}

#[test]
fn a_panic_reaches_who_waits_for_it() {
    tokio().block_on(async {
        let end = tokio::spawn(async { panic!("expected") }).await;
        assert!(end.is_err_and(|error: tokio::task::JoinError| error.is_panic()));
        let end = spawn_blocking(|| panic!("expected")).await;
        assert!(end.is_err_and(|error: tokio::task::JoinError| error.is_panic()));
    });
    let executor = Executor::new();
    let task = executor.spawn(async { panic!("expected") });
    let awaited = catch_unwind(AssertUnwindSafe(|| block_on(executor.run(task))));
    assert!(awaited.is_err());
    let call = smol::unblock(|| panic!("expected"));
    assert!(catch_unwind(AssertUnwindSafe(|| block_on(call))).is_err());

    let end = thread::spawn(|| panic!("expected")).join();
    assert!(end.is_err_and(|panic| panic.downcast_ref() == Some(&"expected")));
    let unjoined = || thread::scope(|scope| _ = scope.spawn(|| panic!("expected")));
    assert!(catch_unwind(unjoined).is_err());

    let (held, seen) = pair();
    let other = async move {
        pending::<()>().await;
        drop(held);
    };
    let both = async { futures_util::join!(other, async { panic!("expected") }) };
    assert!(catch_unwind(AssertUnwindSafe(|| block_on(both))).is_err());
    assert!(seen.upgrade().is_none(), "the other future is still there");
}

/// One thread, so that what it leaves out is not a matter of chance.
#[test]
fn a_panic_in_rayon_is_raised_when_the_rest_is_done() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let pool = pool.expect("a pool");
    for (in_a_piece, due) in [(1, 7), (4, 4)] {
        let done = AtomicUsize::new(0);
        let work = |item| match item {
            0 => panic!("expected"),
            _ => _ = done.fetch_add(1, Ordering::Relaxed),
        };
        let all = || {
            let items = (0..8).into_par_iter();
            let items = items.with_min_len(in_a_piece).with_max_len(in_a_piece);
            items.for_each(work);
        };
        let end = catch_unwind(AssertUnwindSafe(|| pool.install(all)));
        assert!(end.is_err());
        assert_eq!(done.into_inner(), due, "pieces of {in_a_piece}");
    }
}

/// This program, once more: it would not survive.
#[test]
fn a_panic_in_rayons_spawn_aborts() {
    const CHILD: &str = "INTERLEAVE_ABORTS";
    if env::var_os(CHILD).is_some() {
        rayon::spawn(|| panic!("expected"));
        thread::sleep(LONG);
    }
    let mut child = process::Command::new(env::current_exe().expect("this program"));
    child.args(["--exact", "a_panic_in_rayons_spawn_aborts"]);
    let end = child.env(CHILD, "1").output().expect("it is started");
    assert_eq!(end.status.signal(), Some(6), "{end:?}");
}

/// This program, once more: the signal ends it by exit code 143, and not by itself.
#[test]
fn a_second_signal_ends_what_listens_for_it() {
    use tokio::signal::unix::{SignalKind, signal};

    const CHILD: &str = "INTERLEAVE_SIGNALLED";
    if env::var_os(CHILD).is_some() {
        tokio().block_on(async {
            let terminate = || signal(SignalKind::terminate()).expect("a listener");
            let raise = || kill_process(getpid(), Signal::TERM).expect("a signal");
            let mut listener = terminate();
            raise();
            listener.recv().await;
            drop(listener);
            raise();
            tokio::time::sleep(Duration::from_millis(10)).await;
            let mut listener = terminate();
            tokio::spawn(async move {
                listener.recv().await;
                process::exit(128 + SignalKind::terminate().as_raw_value());
            });
            tokio::task::yield_now().await;
            raise();
            tokio::time::sleep(LONG).await;
        });
    }
    let mut child = process::Command::new(env::current_exe().expect("this program"));
    child.args(["--exact", "a_second_signal_ends_what_listens_for_it"]);
    let end = child.env(CHILD, "1").output().expect("it is started");
    assert_eq!(end.status.code(), Some(143), "{end:?}");
}

/// After a panic, and after its future was dropped. Only a `LazyLock` is poisoned.
#[test]
fn a_cell_whose_value_was_not_made_is_empty() {
    async fn panics() -> u32 {
        panic!("expected")
    }
    tokio().block_on(async {
        let cell = tokio::sync::OnceCell::new();
        assert!(cell.get_or_init(pending).now_or_never().is_none());
        let end = AssertUnwindSafe(cell.get_or_init(panics)).catch_unwind();
        assert!(end.await.is_err());
        assert_eq!(cell.get_or_init(async || 1).await, &1);
    });
    block_on(async {
        let cell = smol::lock::OnceCell::new();
        assert!(cell.get_or_init(pending).now_or_never().is_none());
        let end = AssertUnwindSafe(cell.get_or_init(panics)).catch_unwind();
        assert!(end.await.is_err());
        assert_eq!(cell.get_or_init(async || 1).await, &1);
    });
    let cell = OnceLock::new();
    assert!(catch_unwind(|| cell.get_or_init(|| panic!("expected"))).is_err());
    assert_eq!(cell.get_or_init(|| 1), &1);

    static LAZY: LazyLock<u32> = LazyLock::new(|| panic!("expected"));
    assert!(catch_unwind(|| *LAZY).is_err());
    assert!(catch_unwind(|| *LAZY).is_err());
}

/// What else is on the thread is in the span of a guard that is held while its task waits.
#[test]
fn a_span_is_its_futures_alone_unless_its_guard_is_held() {
    let lines = tracing_subscriber::fmt().with_writer(std::io::sink);
    tracing::subscriber::with_default(lines.finish(), || {
        tokio().block_on(async {
            let span = info_span!("request", id = 7);
            let seen = async || Span::current().id();
            let right = async {
                tokio::task::yield_now().await;
                Span::current().id()
            };
            let ids = tokio::join!(right.instrument(span.clone()), seen());
            assert_eq!(ids, (span.id(), None));
            let wrong = async {
                let _entered = span.enter();
                tokio::task::yield_now().await;
            };
            let ((), id) = tokio::join!(wrong, seen());
            assert!(id.is_some() && id == span.id());
            let spawned = async { tokio::spawn(seen()).await };
            let spawned = spawned.instrument(span).await;
            assert!(matches!(spawned, Ok(None)));
        });
    });
}

/// A task of smol's that computes when its handle is dropped ends at the next wait.
#[test]
fn a_dropped_task_computes_on_to_its_next_await() {
    let executor = Arc::new(Executor::new());
    let (begin, begun) = mpsc::channel();
    let (go, gone) = mpsc::channel::<()>();
    let (done, ended) = mpsc::channel();
    let task = executor.spawn(async move {
        begin.send(()).expect("the test waits");
        gone.recv().expect("the test says so");
        done.send(1).expect("the test waits");
        yield_now().await;
        _ = done.send(2);
    });
    let (stop, stopped) = smol::channel::bounded::<()>(1);
    let thread = thread::spawn({
        let executor = executor.clone();
        move || _ = block_on(executor.run(stopped.recv()))
    });
    begun.recv().expect("it begins");
    drop(task);
    go.send(()).expect("it runs on");
    assert_eq!(ended.recv_timeout(LONG), Ok(1));
    assert_eq!(
        ended.recv_timeout(LONG),
        Err(RecvTimeoutError::Disconnected)
    );
    drop(stop);
    thread.join().expect("no panic");
}

/// Here a task that blocks a thread is one that computes.
#[test]
fn other_tasks_go_on_while_a_thread_is_left() {
    let runtime = Builder::new_multi_thread().worker_threads(2).build();
    let runtime = runtime.expect("a runtime");
    let computing = || {
        let (begin, begun) = mpsc::channel();
        let (go, gone) = mpsc::channel::<()>();
        runtime.spawn(async move {
            begin.send(()).expect("the test waits");
            _ = gone.recv();
        });
        begun.recv_timeout(LONG).expect("a thread is free");
        go
    };
    let spawn = || {
        let (done, ended) = mpsc::channel();
        runtime.spawn(async move { done.send(()) });
        ended
    };
    let first = computing();
    assert_eq!(spawn().recv_timeout(LONG), Ok(()));
    let second = computing();
    let waits = spawn();
    assert!(waits.recv_timeout(Duration::from_millis(20)).is_err());
    drop((first, second));
    assert_eq!(waits.recv_timeout(LONG), Ok(()));
}

/// What a task of tokio's has just spawned or woken is next on its own thread.
#[test]
fn a_task_that_computes_holds_up_what_it_has_spawned() {
    let runtime = Builder::new_multi_thread().worker_threads(2).build();
    let runtime = runtime.expect("a runtime");
    let (seen, sees) = mpsc::channel();
    runtime.spawn(async move {
        let (done, ended) = mpsc::channel();
        tokio::spawn(async move { done.send(()) });
        let while_it_computes = ended.recv_timeout(Duration::from_millis(20));
        tokio::task::yield_now().await;
        _ = seen.send((while_it_computes.is_err(), ended.recv_timeout(LONG)));
    });
    assert_eq!(sees.recv_timeout(LONG), Ok((true, Ok(()))));
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

/// In a task, `block_on` and the drop of a runtime panic; in a blocking call they don't.
#[test]
fn a_runtime_within_a_runtime_panics() {
    use tokio::runtime::Handle;

    let message = |within: fn()| {
        let end =
            tokio().block_on(async move { tokio::spawn(async move { within() }).await });
        let panic = end.expect_err("it panics").into_panic();
        let text = panic.downcast_ref::<String>().map(String::as_str);
        text.or(panic.downcast_ref::<&str>().copied())
            .map(str::to_owned)
    };
    let said = message(|| Handle::current().block_on(async {})).unwrap_or_default();
    assert!(
        said.starts_with("Cannot start a runtime from within a runtime"),
        "{said}"
    );
    let said = message(|| tokio().block_on(async {})).unwrap_or_default();
    assert!(
        said.starts_with("Cannot start a runtime from within a runtime"),
        "{said}"
    );
    let said = message(|| drop(tokio())).unwrap_or_default();
    let of_drop = "Cannot drop a runtime in a context where blocking is not allowed";
    assert!(said.starts_with(of_drop), "{said}");

    tokio().block_on(async {
        let call = spawn_blocking(|| Handle::current().block_on(async { 1 }));
        assert!(matches!(call.await, Ok(1)));
        let place = || tokio::task::block_in_place(|| ());
        let end = tokio::spawn(async move { place() }).await;
        assert!(
            end.is_err_and(|error| error.is_panic()),
            "it has one thread"
        );
    });
    let runtime = Builder::new_multi_thread().worker_threads(1).build();
    let runtime = runtime.expect("a runtime");
    let in_place = runtime.spawn(async {
        tokio::task::block_in_place(|| Handle::current().block_on(async { 1 }))
    });
    assert!(matches!(block_on(in_place), Ok(1)));
}

/// tokio's first tick comes at once, smol's after one period.
#[test]
fn the_first_tick_is_at_once_on_tokio_alone() {
    use smol::stream::StreamExt;

    tokio().block_on(async {
        let mut ticks = tokio::time::interval(LONG);
        assert!(timeout(LONG / 2, ticks.tick()).await.is_ok());
        assert!(
            timeout(Duration::from_millis(1), ticks.tick())
                .await
                .is_err()
        );
    });
    let mut ticks = Timer::interval(LONG);
    let first = async { ticks.next().await.is_some() };
    let late = async {
        Timer::after(Duration::from_millis(10)).await;
        false
    };
    assert!(!block_on(smol::future::or(first, late)));
}

/// tokio drops the oldest; async-broadcast has the sender wait.
#[test]
fn a_subscriber_lags_on_tokio_and_holds_up_the_sender_elsewhere() {
    use tokio::sync::broadcast::{self, error::RecvError};

    let (publish, mut slow) = broadcast::channel(1);
    publish.send(1).expect("a subscriber is there");
    publish.send(2).expect("a subscriber is there");
    assert_eq!(block_on(slow.recv()), Err(RecvError::Lagged(1)));

    let (publish, _slow) = async_broadcast::broadcast(1);
    assert!(publish.broadcast(1).now_or_never().is_some());
    assert!(publish.broadcast(2).now_or_never().is_none());
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
