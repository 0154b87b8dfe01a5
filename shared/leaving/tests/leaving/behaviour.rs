//! What behaves otherwise after the move: each test runs async-std beside smol and tokio.
//!
//! Each is told in `docs/src/leaving-async-std.md`, by its name.

use std::{
    any::TypeId,
    fs,
    future::ready,
    io::{ErrorKind, Read},
    net::{TcpListener, TcpStream},
    panic::catch_unwind,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use async_std::task;
use futures_util::FutureExt;
use smol::{Timer, prelude::*};
use tokio::{
    runtime::{Builder, Runtime},
    time::MissedTickBehavior,
};

use crate::{
    alone::{alone, alone_with},
    threads,
};

/// Long enough for what happens at once, on a machine that is busy.
const LONG: Duration = Duration::from_secs(5);

/// How long is waited for what must not happen.
const SHORT: Duration = Duration::from_millis(100);

fn runtime() -> Runtime {
    Runtime::new().expect("a runtime")
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Whether `holds` within [`LONG`].
fn soon(mut holds: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while !holds() {
        if start.elapsed() > LONG {
            return false;
        }
        thread::sleep(Duration::from_millis(2));
    }
    true
}

/// Sets its flag as it is dropped.
struct Flag(Arc<AtomicBool>);

impl Drop for Flag {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

#[test]
fn types_that_are_the_same() {
    fn same<A: ?Sized + 'static, B: ?Sized + 'static>() -> bool {
        TypeId::of::<A>() == TypeId::of::<B>()
    }
    assert!(same::<async_std::sync::Mutex<u8>, smol::lock::Mutex<u8>>());
    assert!(same::<async_std::sync::RwLock<u8>, smol::lock::RwLock<u8>>());
    assert!(same::<async_std::sync::Barrier, smol::lock::Barrier>());
    assert!(same::<async_std::process::Command, smol::process::Command>());
    assert!(same::<async_std::process::Child, smol::process::Child>());
    assert!(same::<dyn async_std::io::Read, dyn smol::io::AsyncRead>());
    assert!(same::<dyn async_std::io::Write, dyn smol::io::AsyncWrite>());
    // Two versions of one package.
    assert!(!same::<
        async_std::channel::Sender<u8>,
        smol::channel::Sender<u8>,
    >());
    assert!(!same::<async_std::sync::Mutex<u8>, tokio::sync::Mutex<u8>>());
}

#[test]
fn a_dropped_handle() {
    /// A task that ends once it is told to, and whether it was cancelled before.
    fn task() -> (
        smol::channel::Sender<()>,
        Arc<AtomicBool>,
        impl Future<Output = ()> + Send,
    ) {
        let (go, wait) = smol::channel::bounded(1);
        let ended = Arc::new(AtomicBool::new(false));
        let flag = Flag(Arc::clone(&ended));
        let future = async move {
            let _flag = flag;
            _ = wait.recv().await;
        };
        (go, ended, future)
    }

    let (go, ended, future) = task();
    drop(task::spawn(future));
    thread::sleep(SHORT);
    assert!(!ended.load(SeqCst), "async-std cancelled it");
    drop(go);
    assert!(soon(|| ended.load(SeqCst)));

    let (_go, ended, future) = task();
    drop(smol::spawn(future));
    assert!(soon(|| ended.load(SeqCst)), "smol lets it go on");

    let runtime = runtime();
    let (go, ended, future) = task();
    drop(runtime.spawn(future));
    thread::sleep(SHORT);
    assert!(!ended.load(SeqCst), "tokio cancelled it");
    drop(go);
    assert!(soon(|| ended.load(SeqCst)));
}

#[test]
fn threads_of_the_executor() {
    /// How many tasks are run at once, of more than there are cores: each holds its thread
    /// until no further one has begun for a while.
    fn at_once(spawn: impl Fn(Box<dyn FnOnce() + Send>)) -> usize {
        let running = Arc::new((Mutex::new((0, false)), Condvar::new()));
        for _ in 0..2 * cores() + 2 {
            let running = Arc::clone(&running);
            spawn(Box::new(move || {
                let (state, over) = &*running;
                let mut state = state.lock().expect("no panic");
                if state.1 {
                    return;
                }
                state.0 += 1;
                drop(over.wait_while(state, |state| !state.1));
            }));
        }
        thread::sleep(5 * SHORT);
        let mut state = running.0.lock().expect("no panic");
        state.1 = true;
        running.1.notify_all();
        state.0
    }

    alone(|| {
        let async_std = at_once(|work| drop(task::spawn(async { work() })));
        assert_eq!(async_std, cores());
        let smol = at_once(|work| smol::spawn(async { work() }).detach());
        assert_eq!(smol, 1);
        let runtime = runtime();
        let tokio = at_once(|work| drop(runtime.spawn(async { work() })));
        assert_eq!(tokio, cores());
    });
}

#[test]
fn settings_of_the_executor() {
    let settings = [
        ("ASYNC_STD_THREAD_COUNT", "5"),
        ("SMOL_THREADS", "3"),
        ("TOKIO_WORKER_THREADS", "4"),
    ];
    alone_with(&settings, || {
        task::block_on(task::spawn(async {}));
        smol::block_on(smol::spawn(async {}));
        let runtime = runtime();
        assert!(soon(|| threads("async-std/runti") == 5));
        assert!(soon(|| threads("smol-") == 3));
        assert!(soon(|| threads("tokio-") == 4));
        drop(runtime);
    });
}

#[test]
fn a_panic_in_a_task() {
    alone(|| {
        // Awaited: twice a panic, once an error.
        let awaited =
            catch_unwind(|| task::block_on(task::spawn(async { panic!("async-std") })));
        assert!(awaited.is_err());
        let awaited =
            catch_unwind(|| smol::block_on(smol::spawn(async { panic!("smol") })));
        assert!(awaited.is_err());
        let runtime = runtime();
        let awaited = runtime.block_on(runtime.spawn(async { panic!("tokio") }));
        assert!(awaited.is_err_and(|error| error.is_panic()));

        // Detached: the threads go on.
        for _ in 0..2 * cores() {
            drop(task::spawn(async { panic!("async-std, detached") }));
            smol::spawn(async { panic!("smol, detached") }).detach();
            drop(runtime.spawn(async { panic!("tokio, detached") }));
        }
        assert_eq!(task::block_on(task::spawn(async { 7 })), 7);
        assert_eq!(smol::block_on(smol::spawn(async { 7 })), 7);
        assert_eq!(runtime.block_on(runtime.spawn(async { 7 })).ok(), Some(7));
    });
}

#[test]
fn one_pool_for_blocking_calls_or_two() {
    alone_with(&[("BLOCKING_MAX_THREADS", "1")], || {
        // async-std and smol have one pool: a call of one waits for a call of the other.
        let (go, wait) = mpsc::channel::<()>();
        let first = task::spawn_blocking(move || _ = wait.recv());
        let (done, end) = mpsc::channel();
        let second = smol::unblock(move || _ = done.send(()));
        assert!(end.recv_timeout(SHORT).is_err());
        // tokio's runtime has its own.
        let runtime = runtime();
        let third = runtime.spawn_blocking(|| 7);
        assert_eq!(runtime.block_on(third).ok(), Some(7));
        drop(go);
        task::block_on(async { (first.await, second.await) });
        assert!(end.recv().is_ok());
    });
}

#[test]
fn a_blocking_call_whose_handle_is_dropped() {
    alone_with(&[("BLOCKING_MAX_THREADS", "1")], || {
        /// Whether a call is made that was dropped while another had the only thread.
        fn is_made(
            first: impl FnOnce(Box<dyn FnOnce() + Send>),
            second: impl FnOnce(Box<dyn FnOnce() + Send>),
        ) -> bool {
            let (go, wait) = mpsc::channel::<()>();
            let (begun, begins) = mpsc::channel();
            first(Box::new(move || {
                _ = begun.send(());
                _ = wait.recv();
            }));
            begins.recv().expect("it begins");
            let (made, call) = mpsc::channel();
            second(Box::new(move || _ = made.send(())));
            drop(go);
            // The sender goes with a call that is not made.
            call.recv_timeout(LONG).is_ok()
        }
        let detach = |work: Box<dyn FnOnce() + Send>| smol::unblock(work).detach();
        assert!(is_made(detach, |call| drop(task::spawn_blocking(call))));
        assert!(!is_made(detach, |call| drop(smol::unblock(call))));
        let runtime = Builder::new_multi_thread().max_blocking_threads(1).build();
        let runtime = runtime.expect("a runtime");
        assert!(is_made(
            |work| drop(runtime.spawn_blocking(work)),
            |call| drop(runtime.spawn_blocking(call)),
        ));
    });
}

#[test]
fn block_on_in_a_task() {
    alone_with(&[("ASYNC_STD_THREAD_COUNT", "2")], || {
        // It holds one thread of two, and the other runs the inner task.
        let nested = task::spawn(async { task::block_on(task::spawn(async { 7 })) });
        assert_eq!(task::block_on(nested), 7);

        // It holds smol's only thread, and the inner task never runs.
        let (done, end) = mpsc::channel();
        let nested =
            async move { _ = done.send(smol::block_on(smol::spawn(async { 7 }))) };
        smol::spawn(nested).detach();
        assert!(end.recv_timeout(5 * SHORT).is_err());

        // tokio refuses.
        let runtime = runtime();
        let nested = runtime.spawn(async {
            let handle = tokio::runtime::Handle::current();
            handle.block_on(tokio::spawn(async { 7 }))
        });
        let nested = runtime.block_on(nested);
        assert!(nested.is_err_and(|error| error.is_panic()));
    });
}

#[test]
fn outside_of_a_runtime() {
    alone(|| {
        assert_eq!(task::block_on(task::spawn(async { 7 })), 7);
        assert_eq!(smol::block_on(smol::spawn(async { 7 })), 7);
        assert!(catch_unwind(|| tokio::spawn(async { 7 })).is_err());

        // A timer, too, though another executor polls it.
        task::block_on(Timer::after(Duration::ZERO));
        smol::block_on(task::sleep(Duration::ZERO));
        let sleep = || smol::block_on(tokio::time::sleep(Duration::ZERO));
        assert!(catch_unwind(sleep).is_err());
        let runtime = runtime();
        let _entered = runtime.enter();
        assert!(catch_unwind(sleep).is_ok());
    });
}

#[test]
fn tasks_that_outlive_block_on() {
    alone(|| {
        let ended: Vec<_> = (0..3).map(|_| Arc::new(AtomicBool::new(false))).collect();
        let later = |index: usize| {
            let ended = Arc::clone(&ended[index]);
            async move {
                Timer::after(SHORT).await;
                ended.store(true, SeqCst);
            }
        };
        task::block_on(async { drop(task::spawn(later(0))) });
        smol::block_on(async { smol::spawn(later(1)).detach() });
        let runtime = runtime();
        runtime.block_on(async { drop(tokio::spawn(later(2))) });
        drop(runtime);
        assert!(soon(|| ended[0].load(SeqCst) && ended[1].load(SeqCst)));
        thread::sleep(2 * SHORT);
        assert!(!ended[2].load(SeqCst));
    });
}

#[test]
fn a_runtime_waits_for_blocking_calls() {
    alone(|| {
        let start = Instant::now();
        task::block_on(async { drop(task::spawn_blocking(|| thread::sleep(5 * SHORT))) });
        smol::block_on(async { smol::unblock(|| thread::sleep(5 * SHORT)).detach() });
        assert!(start.elapsed() < 5 * SHORT);

        let start = Instant::now();
        let runtime = runtime();
        let (begun, begins) = mpsc::channel();
        runtime.block_on(async {
            drop(tokio::task::spawn_blocking(move || {
                _ = begun.send(());
                thread::sleep(5 * SHORT);
            }));
        });
        begins.recv().expect("it begins");
        drop(runtime);
        assert!(start.elapsed() >= 5 * SHORT);
    });
}

#[test]
fn a_timeout_around_what_is_always_ready() {
    /// Never pends of itself, and gives up after a while.
    async fn busy<F: Future>(mut step: impl FnMut() -> F) {
        let start = Instant::now();
        while start.elapsed() < 3 * SHORT {
            step().await;
        }
    }
    let (sender, receiver) = async_std::channel::bounded(1);
    let step = || async { (sender.send(7).await, receiver.recv().await) };
    let limit = async_std::future::timeout(SHORT, busy(step));
    assert!(task::block_on(limit).is_ok());

    let (sender, receiver) = smol::channel::bounded(1);
    let step = || async { (sender.send(7).await, receiver.recv().await) };
    let ends = async {
        busy(step).await;
        true
    };
    let fires = async {
        Timer::after(SHORT).await;
        false
    };
    assert!(smol::block_on(ends.or(fires)));

    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let receiver = tokio::sync::Mutex::new(receiver);
    let step = || async { (sender.send(7).await, receiver.lock().await.recv().await) };
    let limit = async { tokio::time::timeout(SHORT, busy(step)).await };
    assert!(runtime().block_on(limit).is_err());
}

#[test]
fn short_sleeps() {
    const SLEEP: Duration = Duration::from_micros(100);
    fn least(mut sleep: impl FnMut()) -> Duration {
        let once = |_| {
            let start = Instant::now();
            sleep();
            start.elapsed()
        };
        (0..100).map(once).min().unwrap_or_default()
    }
    assert!(least(|| task::block_on(task::sleep(SLEEP))) < Duration::from_micros(900));
    assert!(
        least(|| _ = smol::block_on(Timer::after(SLEEP))) < Duration::from_micros(900)
    );
    // Each ends with a millisecond of tokio's, so the next begins with one.
    let start = Instant::now();
    runtime().block_on(async {
        for _ in 0..50 {
            tokio::time::sleep(SLEEP).await;
        }
    });
    assert!(start.elapsed() > Duration::from_millis(45));
}

#[test]
fn ticks_that_were_missed() {
    const EVERY: Duration = Duration::from_millis(50);
    /// How many ticks come at once after a stop of some periods.
    fn at_once(mut tick: impl FnMut()) -> usize {
        thread::sleep(4 * EVERY + EVERY / 2);
        let start = Instant::now();
        let mut count = 0;
        loop {
            tick();
            if start.elapsed() > EVERY / 5 {
                return count;
            }
            count += 1;
        }
    }
    let mut ticks = async_std::stream::interval(EVERY);
    task::block_on(ticks.next());
    assert_eq!(at_once(|| _ = task::block_on(ticks.next())), 1);

    let mut ticks = Timer::interval(EVERY);
    smol::block_on(ticks.next());
    assert!(at_once(|| _ = smol::block_on(ticks.next())) >= 4);

    let runtime = runtime();
    let start = Instant::now();
    let mut ticks = runtime.block_on(async { tokio::time::interval(EVERY) });
    runtime.block_on(ticks.tick());
    assert!(start.elapsed() < EVERY, "the first tick is not at once");
    assert!(at_once(|| _ = runtime.block_on(ticks.tick())) >= 4);

    // What async-std does.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    runtime.block_on(ticks.tick());
    assert_eq!(at_once(|| _ = runtime.block_on(ticks.tick())), 1);
}

#[test]
fn a_file_that_is_dropped() {
    alone_with(&[("BLOCKING_MAX_THREADS", "1")], || {
        let directory = tempfile::tempdir().expect("a directory");
        let path = |name| directory.path().join(name);
        let written = |name| fs::read(path(name)).expect("a file") == b"all of it";

        // Something else has the only thread of the pool for a while.
        let busy = || thread::sleep(2 * SHORT);
        task::block_on(async {
            let mut file = async_std::fs::File::create(path("async-std"))
                .await
                .expect("a file");
            let thread = task::spawn_blocking(busy);
            file.write_all(b"all of it").await.expect("a cache");
            drop(file);
            assert!(written("async-std"));
            thread.await;
        });
        smol::block_on(async {
            let mut file = smol::fs::File::create(path("smol")).await.expect("a file");
            let thread = smol::unblock(busy);
            file.write_all(b"all of it").await.expect("a pipe");
            drop(file);
            assert!(!written("smol"));
            thread.await;
        });
        let runtime = Builder::new_multi_thread().max_blocking_threads(1).build();
        runtime.expect("a runtime").block_on(async {
            use tokio::io::AsyncWriteExt;
            let mut file = tokio::fs::File::create(path("tokio"))
                .await
                .expect("a file");
            let thread = tokio::task::spawn_blocking(busy);
            file.write_all(b"all of it").await.expect("a buffer");
            drop(file);
            assert!(!written("tokio"));
            thread.await.expect("no panic");
        });
        // tokio writes it later. smol's drop has cancelled the write.
        assert!(soon(|| written("tokio")));
        assert!(!written("smol"));
    });
}

#[test]
fn an_error_that_names_the_path() {
    let error = task::block_on(async_std::fs::read("/not/there")).expect_err("no file");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("`/not/there`"), "{error}");
    assert_eq!(error.raw_os_error(), None);

    let error = smol::block_on(smol::fs::read("/not/there")).expect_err("no file");
    assert_eq!(error.to_string(), "No such file or directory (os error 2)");
    assert_eq!(error.raw_os_error(), Some(2));

    let error = runtime()
        .block_on(tokio::fs::read("/not/there"))
        .expect_err("no file");
    assert_eq!(error.to_string(), "No such file or directory (os error 2)");
    assert_eq!(error.raw_os_error(), Some(2));
}

#[test]
fn a_lock_that_another_waits_for() {
    // Free, and somebody waits: who comes now may have it, but on tokio.
    task::block_on(async {
        let mutex = async_std::sync::Mutex::new(());
        let guard = mutex.lock().await;
        let mut waits = std::pin::pin!(mutex.lock());
        assert!(waits.as_mut().now_or_never().is_none());
        drop(guard);
        assert!(mutex.try_lock().is_some());
    });
    smol::block_on(async {
        let mutex = smol::lock::Mutex::new(());
        let guard = mutex.lock().await;
        let mut waits = std::pin::pin!(mutex.lock());
        assert!(waits.as_mut().now_or_never().is_none());
        drop(guard);
        assert!(mutex.try_lock().is_some());
    });
    runtime().block_on(async {
        let mutex = tokio::sync::Mutex::new(());
        let guard = mutex.lock().await;
        let mut waits = std::pin::pin!(mutex.lock());
        assert!(waits.as_mut().now_or_never().is_none());
        drop(guard);
        assert!(mutex.try_lock().is_err());
    });
}

#[test]
fn a_half_of_a_connection_that_is_dropped() {
    /// A stream, and its peer.
    fn connection() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let stream = TcpStream::connect(address).expect("a connection");
        let (peer, _) = listener.accept().expect("a connection");
        peer.set_read_timeout(Some(2 * SHORT)).expect("a time-out");
        stream.set_nonblocking(true).expect("a mode");
        (stream, peer)
    }
    /// Whether the other side has ended what it writes.
    fn has_ended(mut peer: &TcpStream) -> bool {
        peer.read(&mut [0]).is_ok_and(|count| count == 0)
    }

    let (stream, peer) = connection();
    let stream = async_std::net::TcpStream::from(stream);
    let (_reader, writer) = (stream.clone(), stream);
    drop(writer);
    assert!(!has_ended(&peer));

    let (stream, peer) = connection();
    let stream = smol::net::TcpStream::try_from(stream).expect("a stream");
    let (_reader, writer) = (stream.clone(), stream);
    drop(writer);
    assert!(!has_ended(&peer));

    let (stream, peer) = connection();
    let runtime = runtime();
    let _entered = runtime.enter();
    let stream = tokio::net::TcpStream::from_std(stream).expect("a stream");
    let (_reader, writer) = stream.into_split();
    drop(writer);
    assert!(has_ended(&peer));
}

#[test]
fn two_streams_that_are_merged() {
    let merged = async_std::prelude::StreamExt::merge(
        async_std::stream::from_iter(0..2),
        async_std::stream::from_iter(5..7),
    );
    assert_eq!(task::block_on(merged.count()), 4);

    // It has all items, and no end.
    let mut merged =
        smol::stream::race(smol::stream::iter(0..2), smol::stream::iter(5..7));
    for _ in 0..4 {
        assert!(merged.next().now_or_never().flatten().is_some());
    }
    assert!(merged.next().now_or_never().is_none());

    let merged = futures_util::stream::select(
        futures_util::stream::iter(0..2),
        futures_util::stream::iter(5..7),
    );
    assert_eq!(runtime().block_on(merged.count()), 4);
}

#[test]
fn a_race_of_two_that_are_ready() {
    let firsts = |race: &mut dyn FnMut() -> u32| (0..200).filter(|_| race() == 1).count();
    let race = |one, two| task::block_on(async_std::prelude::FutureExt::race(one, two));
    assert_eq!(firsts(&mut || race(ready(1), ready(2))), 200);

    assert_eq!(
        firsts(&mut || smol::block_on(smol::future::or(ready(1), ready(2)))),
        200
    );
    let race = firsts(&mut || smol::block_on(smol::future::race(ready(1), ready(2))));
    assert!((1..200).contains(&race), "{race}");

    let runtime = runtime();
    let select = firsts(&mut || {
        runtime.block_on(async {
            tokio::select! { one = ready(1) => one, two = ready(2) => two }
        })
    });
    assert!((1..200).contains(&select), "{select}");
}

#[test]
fn messages_that_nobody_received() {
    let message = Arc::new(());
    let (sender, receiver) = async_std::channel::unbounded();
    task::block_on(sender.send(Arc::clone(&message))).expect("a receiver");
    drop(receiver);
    assert_eq!(Arc::strong_count(&message), 2);
    drop(sender);
    assert_eq!(Arc::strong_count(&message), 1);

    let (sender, receiver) = smol::channel::unbounded();
    smol::block_on(sender.send(Arc::clone(&message))).expect("a receiver");
    drop(receiver);
    assert_eq!(Arc::strong_count(&message), 2);
    drop(sender);
    assert_eq!(Arc::strong_count(&message), 1);

    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    sender.send(Arc::clone(&message)).expect("a receiver");
    drop(receiver);
    assert_eq!(Arc::strong_count(&message), 1);
    drop(sender);
}

#[test]
fn a_child_that_is_dropped() {
    /// Whether the process is gone, and no zombie.
    fn is_reaped(id: u32) -> bool {
        soon_within(
            || !fs::exists(format!("/proc/{id}")).unwrap_or(true),
            10 * SHORT,
        )
    }
    fn soon_within(holds: impl Fn() -> bool, limit: Duration) -> bool {
        let start = Instant::now();
        while !holds() {
            if start.elapsed() > limit {
                return false;
            }
            thread::sleep(Duration::from_millis(2));
        }
        true
    }
    alone(|| {
        let child = async_std::process::Command::new("true")
            .spawn()
            .expect("a process");
        let id = child.id();
        drop(child);
        assert!(is_reaped(id));

        let child = smol::process::Command::new("true")
            .spawn()
            .expect("a process");
        let id = child.id();
        drop(child);
        assert!(is_reaped(id));

        // tokio has no thread for it: a runtime that runs reaps, later.
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let id = runtime.block_on(async {
            let child = tokio::process::Command::new("sleep").arg("0.05").spawn();
            child.expect("a process").id().expect("an id")
        });
        assert!(!is_reaped(id));
        runtime.block_on(async { tokio::time::sleep(SHORT).await });
        assert!(is_reaped(id));
    });
}
