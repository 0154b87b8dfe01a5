//! What behaves otherwise after the move: each test runs async-std beside smol and tokio.
//!
//! Each is told in `docs/src/leaving-async-std.md`, by its name.

use std::{
    any::TypeId,
    env, fs,
    future::{pending, ready},
    io::{self, ErrorKind, Read},
    net::{TcpListener, TcpStream, ToSocketAddrs},
    panic::catch_unwind,
    path::Path,
    pin::pin,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use async_std::task;
use futures_util::FutureExt;
use smol::{Executor, Timer, prelude::*};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    time::MissedTickBehavior,
};

use crate::{
    alone::{alone, alone_fed, alone_with},
    spawning, threads,
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

/// What ends once its sender is dropped, and whether it has ended or was cancelled.
fn waits() -> (
    smol::channel::Sender<()>,
    Arc<AtomicBool>,
    impl Future<Output = ()> + Send + 'static,
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

/// What blocks its thread until its sender is dropped, whether it has ended, and what
/// comes once it has begun.
fn blocks() -> (
    mpsc::Sender<()>,
    Arc<AtomicBool>,
    mpsc::Receiver<()>,
    impl Future<Output = ()> + Send + 'static,
) {
    let (go, wait) = mpsc::channel::<()>();
    let (begun, begins) = mpsc::channel();
    let ended = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&ended);
    let future = async move {
        _ = begun.send(());
        _ = wait.recv();
        flag.store(true, SeqCst);
    };
    (go, ended, begins, future)
}

/// Drops `go` a little later.
fn later(go: mpsc::Sender<()>) {
    thread::spawn(move || {
        thread::sleep(SHORT);
        drop(go);
    });
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
    let (go, ended, future) = waits();
    drop(task::spawn(future));
    thread::sleep(SHORT);
    assert!(!ended.load(SeqCst), "async-std cancelled it");
    drop(go);
    assert!(soon(|| ended.load(SeqCst)));

    let (_go, ended, future) = waits();
    drop(smol::spawn(future));
    assert!(soon(|| ended.load(SeqCst)), "smol lets it go on");
    // What rustc advises against its warning.
    let (_go, ended, future) = waits();
    #[expect(clippy::let_underscore_future, reason = "this is what it warns of")]
    let _ = smol::spawn(future);
    assert!(soon(|| ended.load(SeqCst)), "smol lets it go on");

    let runtime = runtime();
    let (go, ended, future) = waits();
    drop(runtime.spawn(future));
    thread::sleep(SHORT);
    assert!(!ended.load(SeqCst), "tokio cancelled it");
    drop(go);
    assert!(soon(|| ended.load(SeqCst)));
}

#[test]
fn a_timeout_around_a_handle() {
    let (go, ended, future) = waits();
    let handle = task::spawn(future);
    assert!(task::block_on(async_std::future::timeout(SHORT, handle)).is_err());
    thread::sleep(SHORT);
    assert!(!ended.load(SeqCst), "async-std cancelled it");
    drop(go);
    assert!(soon(|| ended.load(SeqCst)));

    let (_go, ended, future) = waits();
    let task = async {
        smol::spawn(future).await;
        Some(())
    };
    let over = async {
        Timer::after(SHORT).await;
        None
    };
    assert_eq!(smol::block_on(task.or(over)), None);
    assert!(soon(|| ended.load(SeqCst)), "smol lets it go on");

    // By reference, and detached: as on the two others.
    let (go, ended, future) = waits();
    let mut task = smol::spawn(future);
    let done = async {
        (&mut task).await;
        Some(())
    };
    let over = async {
        Timer::after(SHORT).await;
        None
    };
    assert_eq!(smol::block_on(done.or(over)), None);
    task.detach();
    thread::sleep(SHORT);
    assert!(!ended.load(SeqCst), "smol cancelled it");
    drop(go);
    assert!(soon(|| ended.load(SeqCst)));

    let runtime = runtime();
    let (go, ended, future) = waits();
    let handle = runtime.spawn(future);
    let limit = async { tokio::time::timeout(SHORT, handle).await };
    assert!(runtime.block_on(limit).is_err());
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
        // An executor of one's own has the threads that one gives it.
        let executor = Executor::new();
        smol::block_on(executor.run(executor.spawn(async {})));
        thread::sleep(SHORT);
        assert_eq!(threads("smol-"), 0);

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
            let handle = Handle::current();
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
        let (go, ended, future) = waits();
        task::block_on(async { drop(task::spawn(future)) });
        thread::sleep(SHORT);
        assert!(!ended.load(SeqCst));
        drop(go);
        assert!(soon(|| ended.load(SeqCst)));

        let (go, ended, future) = waits();
        smol::block_on(async { smol::spawn(future).detach() });
        thread::sleep(SHORT);
        assert!(!ended.load(SeqCst));
        drop(go);
        assert!(soon(|| ended.load(SeqCst)));

        let (_go, ended, future) = waits();
        let executor = Executor::new();
        smol::block_on(executor.run(async { executor.spawn(future).detach() }));
        assert!(!ended.load(SeqCst));
        drop(executor);
        assert!(ended.load(SeqCst));

        let (_go, ended, future) = waits();
        let runtime = runtime();
        runtime.block_on(async { drop(tokio::spawn(future)) });
        drop(runtime);
        assert!(ended.load(SeqCst));
    });
}

#[test]
fn a_task_that_blocks_at_the_end() {
    alone(|| {
        let (go, ended, begins, future) = blocks();
        task::block_on(async { drop(task::spawn(future)) });
        begins.recv().expect("it begins");
        assert!(!ended.load(SeqCst));
        drop(go);

        let (go, ended, begins, future) = blocks();
        smol::block_on(async { smol::spawn(future).detach() });
        begins.recv().expect("it begins");
        assert!(!ended.load(SeqCst));
        drop(go);

        // The service's way: threads that are joined.
        let (go, ended, begins, future) = blocks();
        let executor = Executor::new();
        let (running, end) = smol::channel::bounded::<()>(1);
        thread::scope(|scope| {
            scope.spawn(|| smol::block_on(executor.run(end.recv())));
            executor.spawn(future).detach();
            begins.recv().expect("it begins");
            later(go);
            drop(running);
        });
        assert!(ended.load(SeqCst));

        let (go, ended, begins, future) = blocks();
        let runtime = runtime();
        drop(runtime.spawn(future));
        begins.recv().expect("it begins");
        later(go);
        drop(runtime);
        assert!(ended.load(SeqCst));

        // An executor that is never dropped, on threads that nobody joins.
        let (go, ended, begins, future) = blocks();
        spawning::start(2).expect("threads");
        spawning::on_the_static(async { spawning::on_the_static(future) });
        begins.recv().expect("it begins");
        assert!(!ended.load(SeqCst));
        drop(go);
        assert!(soon(|| ended.load(SeqCst)));
    });
}

#[test]
fn a_task_that_holds_its_executor() {
    /// A task that does not end, and whether it was dropped.
    fn holds<T: Send + 'static>(
        own: T,
    ) -> (Arc<AtomicBool>, impl Future<Output = ()> + Send + 'static) {
        let dropped = Arc::new(AtomicBool::new(false));
        let both = (own, Flag(Arc::clone(&dropped)));
        let future = async move {
            let _both = both;
            pending::<()>().await;
        };
        (dropped, future)
    }
    // The executor owns the task, and the task the executor.
    let executor = Arc::new(Executor::new());
    let (dropped, future) = holds(Arc::clone(&executor));
    executor.spawn(future).detach();
    drop(executor);
    assert!(!dropped.load(SeqCst));

    let executor = Arc::new(Executor::new());
    let (dropped, future) = holds(Arc::clone(&executor));
    let task = executor.spawn(future);
    smol::block_on(executor.run(task.cancel()));
    drop(executor);
    assert!(dropped.load(SeqCst));

    let executor = Arc::new(Executor::new());
    let (dropped, future) = holds(Arc::downgrade(&executor));
    assert!(spawning::on_the_upgraded(
        &Arc::downgrade(&executor),
        future
    ));
    let weak = Arc::downgrade(&executor);
    drop(executor);
    assert!(dropped.load(SeqCst));
    assert!(!spawning::on_the_upgraded(&weak, async {}));

    // tokio's handle does not own the runtime. async-std's executor is nobody's.
    let runtime = runtime();
    let (dropped, future) = holds(runtime.handle().clone());
    drop(runtime.spawn(future));
    drop(runtime);
    assert!(dropped.load(SeqCst));
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

        // Unless it is told not to.
        let (go, ended, begins, future) = blocks();
        let runtime = self::runtime();
        drop(runtime.spawn_blocking(|| smol::block_on(future)));
        begins.recv().expect("it begins");
        runtime.shutdown_background();
        assert!(!ended.load(SeqCst));
        drop(go);
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
    /// Whether all that were missed come at once. A thread that is kept waiting may make
    /// it look as if they did not; nothing makes it look as if they did.
    fn makes_up(tick: &mut dyn FnMut()) -> bool {
        (0..5).any(|_| at_once(&mut *tick) >= 4)
    }
    let mut ticks = async_std::stream::interval(EVERY);
    task::block_on(ticks.next());
    assert_eq!(at_once(|| _ = task::block_on(ticks.next())), 1);

    let mut ticks = Timer::interval(EVERY);
    smol::block_on(ticks.next());
    assert!(makes_up(&mut || _ = smol::block_on(ticks.next())));

    // What async-std does.
    let ticks = smol::stream::unfold(Timer::after(EVERY), async |mut timer| {
        (&mut timer).await;
        timer.set_after(EVERY);
        Some(((), timer))
    });
    let mut ticks = pin!(ticks);
    smol::block_on(ticks.next());
    assert_eq!(at_once(|| _ = smol::block_on(ticks.next())), 1);

    let runtime = runtime();
    let start = Instant::now();
    let mut ticks = runtime.block_on(async { tokio::time::interval(EVERY) });
    runtime.block_on(ticks.tick());
    assert!(start.elapsed() < EVERY, "the first tick is not at once");
    assert!(makes_up(&mut || _ = runtime.block_on(ticks.tick())));

    // What async-std does.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    runtime.block_on(ticks.tick());
    assert_eq!(at_once(|| _ = runtime.block_on(ticks.tick())), 1);
}

#[test]
fn a_stream_that_is_throttled() {
    use async_std::prelude::StreamExt as _;
    use tokio::time::{Instant as TokioInstant, sleep_until};

    const EVERY: Duration = Duration::from_millis(50);
    /// How long the third item is kept back, if the second was taken late.
    fn kept_back(mut next: impl FnMut()) -> Duration {
        next();
        thread::sleep(4 * EVERY);
        next();
        let start = Instant::now();
        next();
        start.elapsed()
    }
    let mut numbers = async_std::stream::from_iter(0..3).throttle(EVERY);
    let next = || _ = task::block_on(smol::stream::StreamExt::next(&mut numbers));
    assert!(kept_back(next) >= EVERY);

    // It looks alike, but keeps back the first item, and none after a pause.
    let mut numbers =
        smol::stream::StreamExt::zip(smol::stream::iter(0..3), Timer::interval(EVERY));
    let mut next = || _ = smol::block_on(smol::stream::StreamExt::next(&mut numbers));
    let start = Instant::now();
    next();
    assert!(start.elapsed() >= EVERY);
    thread::sleep(4 * EVERY);
    for _ in 0..2 {
        let next = smol::stream::StreamExt::next(&mut numbers);
        assert!(next.now_or_never().flatten().is_some());
    }

    let seed = (smol::stream::iter(0..3), Instant::now());
    let numbers = smol::stream::unfold(seed, async |(mut numbers, at)| {
        Timer::at(at).await;
        let number = smol::stream::StreamExt::next(&mut numbers).await?;
        Some((number, (numbers, Instant::now() + EVERY)))
    });
    let mut numbers = pin!(numbers);
    let next = || _ = smol::block_on(smol::stream::StreamExt::next(&mut numbers));
    assert!(kept_back(next) >= EVERY);

    let seed = (futures_util::stream::iter(0..3), TokioInstant::now());
    let numbers = futures_util::stream::unfold(seed, async |(mut numbers, at)| {
        sleep_until(at).await;
        let number = futures_util::StreamExt::next(&mut numbers).await?;
        Some((number, (numbers, TokioInstant::now() + EVERY)))
    });
    let mut numbers = pin!(numbers);
    let runtime = runtime();
    let next = || _ = runtime.block_on(futures_util::StreamExt::next(&mut numbers));
    assert!(kept_back(next) >= EVERY);
}

#[test]
fn a_writer_that_is_taken_apart() {
    const TEXT: &[u8] = b"all of it";
    task::block_on(async {
        let mut writer = async_std::io::BufWriter::new(Vec::new());
        writer.write_all(TEXT).await.expect("room");
        assert_eq!(writer.into_inner().await.expect("a flush"), TEXT);

        // No change: a drop loses it on all three.
        let mut dropped = Vec::new();
        let mut writer = async_std::io::BufWriter::new(&mut dropped);
        writer.write_all(TEXT).await.expect("room");
        drop(writer);
        assert!(dropped.is_empty());
    });
    smol::block_on(async {
        let mut writer = smol::io::BufWriter::new(Vec::new());
        writer.write_all(TEXT).await.expect("room");
        assert!(writer.into_inner().is_empty());

        let mut dropped = Vec::new();
        let mut writer = smol::io::BufWriter::new(&mut dropped);
        writer.write_all(TEXT).await.expect("room");
        drop(writer);
        assert!(dropped.is_empty());
    });
    runtime().block_on(async {
        use tokio::io::{AsyncWriteExt, BufWriter};
        let mut writer = BufWriter::new(Vec::new());
        writer.write_all(TEXT).await.expect("room");
        assert!(writer.into_inner().is_empty());

        let mut dropped = Vec::new();
        let mut writer = BufWriter::new(&mut dropped);
        writer.write_all(TEXT).await.expect("room");
        drop(writer);
        assert!(dropped.is_empty());
    });
}

#[test]
fn lines_of_stdin() {
    const KEPT: &str = "LEAVING_KEPT";
    const INPUT: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\n";
    let Ok(kept) = env::var(KEPT) else {
        alone_fed(&[(KEPT, "no")], INPUT, || {});
        alone_fed(&[(KEPT, "yes")], INPUT, || {});
        return;
    };
    alone(|| {
        // Both read what the standard library has buffered, for the whole process.
        for expected in ["one\n", "two\n"] {
            let mut line = String::new();
            let read = task::block_on(async {
                let stdin = async_std::io::stdin();
                stdin.read_line(&mut line).await
            });
            read.expect("a line");
            assert_eq!(line, expected);
        }
        let runtime = runtime();
        for expected in ["three\n", "four\n"] {
            let line = runtime.block_on(runtime.spawn_blocking(|| {
                let mut line = String::new();
                io::stdin().read_line(&mut line).map(|_| line)
            }));
            assert_eq!(line.expect("no panic").expect("a line"), expected);
        }
        // This one reads ahead, for itself.
        let stdin = || smol::io::BufReader::new(smol::Unblock::new(io::stdin()));
        let mut input = stdin();
        for expected in ["five\n", "six\n", "seven\n"] {
            if kept == "no" {
                input = stdin();
            }
            let mut line = String::new();
            let read = smol::block_on(input.read_line(&mut line));
            read.expect("a line, or the end");
            match kept == "no" && expected != "five\n" {
                true => assert_eq!(line, ""),
                false => assert_eq!(line, expected),
            }
        }
    });
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
    const NAME: &str = "/not/there";
    /// The text without the path, which the system's error has not.
    fn is_bare<T>(result: io::Result<T>) -> bool {
        let error = result.err().expect("no file");
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let is_named = error.to_string().contains(NAME);
        assert_eq!(is_named, error.raw_os_error().is_none(), "{error}");
        !is_named
    }
    task::block_on(async {
        use async_std::fs::{self, File, OpenOptions};
        // These name it.
        assert!(!is_bare(File::open(NAME).await));
        assert!(!is_bare(fs::read(NAME).await));
        assert!(!is_bare(fs::read_to_string(NAME).await));
        assert!(!is_bare(fs::write(NAME, "").await));
        assert!(!is_bare(fs::read_dir(NAME).await));
        assert!(!is_bare(fs::create_dir(NAME).await));
        assert!(!is_bare(fs::remove_file(NAME).await));
        assert!(!is_bare(fs::rename(NAME, "/not/here").await));
        // These don't.
        assert!(is_bare(File::create(NAME).await));
        assert!(is_bare(OpenOptions::new().read(true).open(NAME).await));
        assert!(is_bare(fs::metadata(NAME).await));
        assert!(is_bare(fs::symlink_metadata(NAME).await));
    });
    smol::block_on(async {
        use smol::fs::{self, File, OpenOptions};
        assert!(is_bare(File::open(NAME).await));
        assert!(is_bare(File::create(NAME).await));
        assert!(is_bare(fs::read(NAME).await));
        assert!(is_bare(fs::create_dir(NAME).await));
        assert!(is_bare(OpenOptions::new().read(true).open(NAME).await));
    });
    runtime().block_on(async {
        use tokio::fs::{self, File, OpenOptions};
        assert!(is_bare(File::open(NAME).await));
        assert!(is_bare(File::create(NAME).await));
        assert!(is_bare(fs::read(NAME).await));
        assert!(is_bare(fs::create_dir(NAME).await));
        assert!(is_bare(OpenOptions::new().read(true).open(NAME).await));
    });
    assert!(!Path::new(NAME).exists());
}

#[test]
fn an_error_that_names_the_address() {
    // Without a port, so that nobody is asked.
    const NAME: &str = "localhost";
    let plain = NAME.to_socket_addrs().expect_err("no port").to_string();

    let stream = task::block_on(async_std::net::TcpStream::connect(NAME));
    let text = stream.expect_err("no port").to_string();
    assert_eq!(text, "could not resolve address `\"localhost\"`");

    let stream = smol::block_on(smol::net::TcpStream::connect(NAME));
    assert_eq!(stream.expect_err("no port").to_string(), plain);

    let stream = runtime().block_on(tokio::net::TcpStream::connect(NAME));
    assert_eq!(stream.expect_err("no port").to_string(), plain);
}

#[test]
fn an_error_of_a_timeout() {
    let text = |result: io::Result<()>| {
        let error = result.expect_err("it is over");
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        error.to_string()
    };
    let old = task::block_on(async_std::io::timeout(SHORT, pending()));
    assert_eq!(text(old), "future timed out");

    let over = async {
        Timer::after(SHORT).await;
        Err(ErrorKind::TimedOut.into())
    };
    let new = smol::block_on(pending().or(over));
    assert_eq!(text(new), "timed out");

    let limit = async { tokio::time::timeout(SHORT, pending()).await };
    let new = runtime()
        .block_on(limit)
        .unwrap_or_else(|late| Err(late.into()));
    assert_eq!(text(new), "timed out");
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
fn a_notice_without_a_waiter() {
    task::block_on(async {
        let lock = async_std::sync::Mutex::new(());
        let changed = async_std::sync::Condvar::new();
        changed.notify_one();
        let waits = changed.wait(lock.lock().await);
        assert!(waits.now_or_never().is_none());
    });
    let changed = event_listener::Event::new();
    changed.notify_additional(1);
    assert!(changed.listen().now_or_never().is_none());

    let changed = tokio::sync::Notify::new();
    changed.notify_waiters();
    assert!(changed.notified().now_or_never().is_none());
    changed.notify_one();
    assert!(changed.notified().now_or_never().is_some());
}

#[test]
fn a_receiver_that_is_shared() {
    /// How many are in the body of a loop, and how many were at most.
    type Counts = Arc<(AtomicUsize, AtomicUsize)>;
    /// Waits for a second one in the body.
    async fn body(counts: &Counts, limit: Duration) {
        let (now, most) = &**counts;
        most.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
        let start = Instant::now();
        while most.load(SeqCst) < 2 && start.elapsed() < limit {
            Timer::after(Duration::from_millis(2)).await;
        }
        now.fetch_sub(1, SeqCst);
    }
    let most = |counts: &Counts| counts.1.load(SeqCst);

    let counts = Counts::default();
    let (sender, receiver) = async_std::channel::unbounded();
    let consumer = async |receiver: async_std::channel::Receiver<u8>| {
        while receiver.recv().await.is_ok() {
            body(&counts, LONG).await;
        }
    };
    task::block_on(async {
        _ = (sender.send(1).await, sender.send(2).await);
        drop(sender);
        smol::future::zip(consumer(receiver.clone()), consumer(receiver)).await;
    });
    assert_eq!(most(&counts), 2);

    // smol's, also under tokio.
    for on_tokio in [false, true] {
        let counts = Counts::default();
        let (sender, receiver) = smol::channel::unbounded();
        let consumer = async |receiver: smol::channel::Receiver<u8>| {
            while receiver.recv().await.is_ok() {
                body(&counts, LONG).await;
            }
        };
        let all = async {
            _ = (sender.send(1).await, sender.send(2).await);
            sender.close();
            smol::future::zip(consumer(receiver.clone()), consumer(receiver)).await;
        };
        match on_tokio {
            false => smol::block_on(all),
            true => runtime().block_on(all),
        }
        assert_eq!(most(&counts), 2);
    }

    // tokio's in a lock, which the condition of the loop holds, or one that is let go.
    for in_condition in [true, false] {
        let counts = Counts::default();
        let (sender, receiver) = tokio::sync::mpsc::unbounded_channel::<u8>();
        let receiver = tokio::sync::Mutex::new(receiver);
        let consumer = async || {
            if in_condition {
                while let Some(_item) = receiver.lock().await.recv().await {
                    body(&counts, SHORT).await;
                }
            } else {
                loop {
                    let item = receiver.lock().await.recv().await;
                    let Some(_item) = item else { break };
                    body(&counts, LONG).await;
                }
            }
        };
        _ = (sender.send(1), sender.send(2));
        drop(sender);
        runtime().block_on(async { tokio::join!(consumer(), consumer()) });
        let expected = if in_condition { 1 } else { 2 };
        assert_eq!(most(&counts), expected);
    }
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
