//! What becomes of the work when the future that waits for it is dropped in the middle.

use std::{
    env,
    future::pending,
    os::unix::process::ExitStatusExt,
    pin::{Pin, pin},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Waker},
    thread,
    time::{Duration, Instant},
};

use async_scoped::TokioScope;
use gather::variants;
use tokio::{
    runtime::{Builder, Runtime},
    time::{sleep, timeout},
};

const ITEMS: usize = 50;
const PAUSE: Duration = Duration::from_millis(20);
const BOUND: Duration = Duration::from_secs(10);

/// How many are at work.
#[derive(Clone, Default)]
struct Seen(Arc<AtomicUsize>);

/// One at work, until it is dropped.
struct AtWork(Seen);

impl Seen {
    fn now(&self) -> usize {
        self.0.load(SeqCst)
    }

    /// Work without an end.
    fn work(&self) -> impl Fn(usize) -> WithoutEnd + Clone + Send + use<> {
        let seen = self.clone();
        move |_| {
            let seen = seen.clone();
            Box::pin(async move {
                seen.0.fetch_add(1, SeqCst);
                let _at_work = AtWork(seen);
                pending::<()>().await;
            })
        }
    }

    fn wait_until(&self, wanted: usize) {
        let begun = Instant::now();
        while self.now() != wanted {
            assert!(
                begun.elapsed() < BOUND,
                "{} at work, not {wanted}",
                self.now()
            );
            thread::sleep(Duration::from_millis(1));
        }
    }
}

type WithoutEnd = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, SeqCst);
    }
}

fn two_threads() -> Runtime {
    let mut runtime = Builder::new_multi_thread();
    runtime
        .worker_threads(2)
        .enable_time()
        .build()
        .expect("it starts")
}

/// Futures of one task are polled by who polls that, and are gone with it.
macro_rules! in_one_task {
    ($($lesson:ident)*) => { $(
        #[test]
        fn $lesson() {
            let seen = Seen::default();
            {
                let mut all = pin!(variants::$lesson::gather(0..ITEMS, seen.work()));
                let mut context = Context::from_waker(Waker::noop());
                assert!(all.as_mut().poll(&mut context).is_pending());
                assert_eq!(seen.now(), ITEMS);
            }
            assert_eq!(seen.now(), 0);
        }
    )* };
}

in_one_task! { join_all futures_concurrency }

/// tokio stops tasks where they wait, each on its thread.
#[test]
fn tokio_hyper() {
    let (seen, runtime) = (Seen::default(), two_threads());
    let all = variants::tokio_hyper::gather(0..ITEMS, seen.work());
    runtime.block_on(async {
        let all = tokio::spawn(all);
        seen.wait_until(ITEMS);
        all.abort();
        seen.wait_until(0);
    });
}

/// A task of smol's is stopped, too, by the next who runs the executor.
#[test]
fn smol() {
    let (seen, executor) = (Seen::default(), smol::Executor::new());
    smol::block_on(executor.run(async {
        let all = variants::smol::gather(&executor, 0..ITEMS, seen.work());
        let late = async {
            while seen.now() < ITEMS {
                smol::future::yield_now().await;
            }
        };
        smol::future::or(async { drop(all.await) }, late).await;
        while seen.now() > 0 {
            smol::future::yield_now().await;
        }
    }));
}

/// async-std's runs on: nobody can stop it any more.
#[test]
fn async_std_runs_on() {
    let seen = Seen::default();
    async_std::task::block_on(async {
        let all = variants::async_std::gather(0..ITEMS, seen.work());
        let ended = async_std::future::timeout(PAUSE, all).await;
        assert!(ended.is_err());
    });
    seen.wait_until(ITEMS);
    thread::sleep(PAUSE);
    assert_eq!(seen.now(), ITEMS);
}

/// Work that borrows has to end before what it borrows is gone. So a scope that is dropped
/// blocks its thread until all of it has ended.
#[test]
fn a_dropped_scope_blocks_its_thread() {
    let ended = AtomicUsize::new(0);
    two_threads().block_on(async {
        let work = async {
            sleep(10 * PAUSE).await;
            ended.fetch_add(1, SeqCst);
        };
        // SAFETY: the future is dropped by `timeout` below, whether it has ended or not, and
        // nothing leaks it. So `ended` is there as long as the task is.
        let all = unsafe { TokioScope::scope_and_collect(|scope| scope.spawn(work)) };
        let began = Instant::now();
        assert!(timeout(PAUSE, all).await.is_err());
        assert!(
            began.elapsed() >= 10 * PAUSE,
            "it did not wait for its task"
        );
        assert_eq!(ended.load(SeqCst), 1);
    });
}

/// The one function of it that is safe waits for its end right away, and so it holds a thread
/// of the runtime.
#[test]
fn a_scope_that_is_safe_holds_a_thread() {
    let squares = async {
        let numbers = [2, 3];
        let ((), squares) = TokioScope::scope_and_block(|scope| {
            for number in &numbers {
                scope.spawn(async move { number * number });
            }
        });
        let squares = squares.into_iter().map(|square| square.expect("it ended"));
        squares.collect::<Vec<_>>()
    };
    assert_eq!(two_threads().block_on(squares), [4, 9]);
}

/// Where the runtime has one thread, that ends the program: the panic of tokio's
/// `block_in_place` comes once more as the scope is dropped.
#[test]
fn a_scope_on_a_runtime_of_one_thread_aborts() {
    const ALONE: &str = "INTERLEAVE_TEST_ABORTS";
    if env::var_os(ALONE).is_some() {
        let one = Builder::new_current_thread().build().expect("it starts");
        one.block_on(async {
            TokioScope::scope_and_block(|scope: &mut TokioScope<'_, ()>| {
                scope.spawn(async {});
            });
        });
        return;
    }
    let mut alone = Command::new(env::current_exe().expect("it has a path"));
    alone.args(["--exact", "a_scope_on_a_runtime_of_one_thread_aborts"]);
    let ended = alone.env(ALONE, "1").output().expect("it starts");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(
        said.contains("panic in a destructor during cleanup"),
        "{said}"
    );
    assert_eq!(ended.status.signal(), Some(6), "{said}");
}
