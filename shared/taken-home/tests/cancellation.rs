//! `until` and what stands beside it, on numbers, sleeps and processes.

use std::{
    future::ready,
    process::{Command, ExitStatus},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use taken_home::cancellation;

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(60);
/// When the tasks are stopped.
const DEADLINE: Duration = Duration::from_millis(300);

/// How many are under way.
type Running = Arc<AtomicUsize>;

/// One of those that are counted.
struct Counted(Running);

impl Counted {
    fn new(running: &Running) -> Self {
        running.fetch_add(1, SeqCst);
        Self(Arc::clone(running))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

/// A number that is returned; three panics.
fn number(number: u32) -> u32 {
    assert_ne!(number, 3, "three is not liked");
    number
}

/// Five tasks, of which the last never ends unless it is cancelled: the result of each,
/// in short.
fn check<E>(clock: Instant, running: &Running, ended: Vec<Result<Option<u32>, E>>) {
    assert_eq!(running.load(SeqCst), 0, "one is still under way");
    assert!((DEADLINE..LONG / 2).contains(&clock.elapsed()));
    let short = ended.into_iter().map(|end| end.map_err(|_| ()));
    let due = [Ok(Some(1)), Ok(Some(2)), Err(()), Ok(Some(4)), Ok(None)];
    assert!(short.eq(due), "not what came of each");
}

/// Tasks that are futures; `sleep` is the runtime's.
macro_rules! tasks {
    ($running:ident, $sleep:expr) => {{
        let running = Arc::clone(&$running);
        (1..=5).map(move |task| {
            let counted = Counted::new(&running);
            async move {
                let _counted = counted;
                // The last to be started is the first to end.
                let time = if task == 5 {
                    LONG
                } else {
                    DEADLINE / 20 * (5 - task)
                };
                $sleep(time).await;
                number(task)
            }
        })
    }};
}

/// Tasks for threads; `sleep` returns false if it was cut short.
macro_rules! closures {
    ($running:ident, $token:ty, $sleep:expr) => {{
        let running = Arc::clone(&$running);
        (1..=5).map(move |task| {
            let counted = Counted::new(&running);
            move |token: $token| {
                let _counted = counted;
                let time = if task == 5 {
                    LONG
                } else {
                    DEADLINE / 20 * (5 - task)
                };
                $sleep(token, time).then(|| number(task))
            }
        })
    }};
}

fn flagged(stop: &AtomicBool, time: Duration) -> bool {
    let end = Instant::now() + time;
    while Instant::now() < end {
        if stop.load(SeqCst) {
            return false;
        }
        thread::sleep(Duration::from_millis(1));
    }
    true
}

/// A process that exits, and one that must be killed.
const PROCESSES: [&str; 2] = ["exit 7", "exec sleep 60"];

fn command(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

fn check_processes(clock: Instant, [first, second]: [Option<ExitStatus>; 2]) {
    assert_eq!(first.and_then(|status| status.code()), Some(7));
    assert_eq!(second, None);
    assert!((DEADLINE..LONG / 2).contains(&clock.elapsed()));
}

/// None where a task was not begun.
fn begun<T, E>(ended: Vec<Option<Result<Option<T>, E>>>) -> Vec<Result<Option<T>, E>> {
    ended
        .into_iter()
        .map(|end| end.unwrap_or(Ok(None)))
        .collect()
}

macro_rules! example {
    ($lesson:ident, $manner:ident) => {
        #[test]
        fn $lesson() {
            runs::$lesson();
        }
    };
}

taken_home::cancellation!(example);

/// Each lesson, run.
mod runs {
    use super::*;

    pub(super) fn std_only() {
        let (clock, running) = (Instant::now(), Running::default());
        use cancellation::token::Token;
        let tasks = closures!(running, &Token, |token: &Token, time| token.sleep(time));
        let ended = cancellation::std_only::until(clock + DEADLINE, tasks);
        check(clock, &running, begun(ended.expect("threads start")));
    }

    pub(super) fn crossbeam() {
        use cancellation::crossbeam::{sleep, until};
        let (clock, running) = (Instant::now(), Running::default());
        let tasks = closures!(running, &crossbeam_channel::Receiver<()>, sleep);
        let ended = until(clock + DEADLINE, tasks);
        check(clock, &running, begun(ended.expect("threads start")));
    }

    pub(super) fn rayon() {
        use cancellation::token::Token;
        let (clock, running) = (Instant::now(), Running::default());
        let pool = ::rayon::ThreadPoolBuilder::new().num_threads(2);
        let pool = pool.build().expect("threads start");
        let tasks = closures!(running, &Token, |token: &Token, time| token.sleep(time));
        let ended = cancellation::rayon::until(&pool, clock + DEADLINE, tasks);
        check(clock, &running, begun(ended));
    }

    fn runtime() -> ::tokio::runtime::Runtime {
        ::tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .expect("a runtime starts")
    }

    pub(super) fn tokio() {
        use cancellation::tokio::{until, until_killed, until_told};
        let runtime = runtime();
        let short = |end: Result<u32, ::tokio::task::JoinError>| match end {
            Err(error) if error.is_cancelled() => Ok(None),
            end => end.map(Some),
        };

        let (clock, running) = (Instant::now(), Running::default());
        let tasks = tasks!(running, ::tokio::time::sleep);
        let ended = runtime.block_on(until((clock + DEADLINE).into(), tasks));
        check(clock, &running, ended.into_iter().map(short).collect());

        let (clock, running) = (Instant::now(), Running::default());
        let calls = closures!(running, &AtomicBool, flagged);
        let ended = runtime.block_on(until_told((clock + DEADLINE).into(), calls));
        check(clock, &running, ended);

        let clock = Instant::now();
        let ended = PROCESSES.map(|script| {
            let deadline = (clock + DEADLINE).into();
            let ended = until_killed(deadline, command(script).into());
            runtime.block_on(ended).expect("it starts")
        });
        check_processes(clock, ended);
    }

    pub(super) fn tokio_token() {
        use cancellation::tokio_token::{until, until_killed, until_told};
        use tokio_util::sync::CancellationToken;
        let runtime = runtime();

        let (clock, running) = (Instant::now(), Running::default());
        let tasks = tasks!(running, ::tokio::time::sleep).map(|task| {
            move |token: CancellationToken| token.run_until_cancelled_owned(task)
        });
        let ended = runtime.block_on(until((clock + DEADLINE).into(), tasks));
        check(clock, &running, ended);

        // Before there is a future, a panic is one outcome, too.
        let tasks = (1..=4).map(|task| move |_: CancellationToken| ready(number(task)));
        let ended = runtime.block_on(until((clock + LONG).into(), tasks));
        let short = ended.into_iter().map(Result::ok);
        assert!(short.eq([Some(1), Some(2), None, Some(4)]));

        let (clock, running) = (Instant::now(), Running::default());
        let calls = closures!(
            running,
            &CancellationToken,
            |token: &CancellationToken, time| {
                let end = Instant::now() + time;
                while Instant::now() < end && !token.is_cancelled() {
                    thread::sleep(Duration::from_millis(1));
                }
                !token.is_cancelled()
            }
        );
        let ended = runtime.block_on(until_told((clock + DEADLINE).into(), calls));
        check(clock, &running, ended);

        let clock = Instant::now();
        let tasks = PROCESSES.map(|script| {
            move |token: CancellationToken| async move {
                until_killed(&token, command(script).into()).await
            }
        });
        let ended = runtime.block_on(until((clock + DEADLINE).into(), tasks));
        let mut ended = ended.into_iter().map(|end| match end {
            Ok(status) => status.expect("it starts"),
            Err(panic) => panic!("{panic}"),
        });
        check_processes(
            clock,
            std::array::from_fn(|_| ended.next().expect("two ended")),
        );
    }

    pub(super) fn smol() {
        use cancellation::smol::{until, until_killed, until_told};
        // Tasks may borrow what outlives the executor.
        let executor = ::smol::Executor::new();

        let (clock, running) = (Instant::now(), Running::default());
        let tasks = tasks!(running, ::smol::Timer::after);
        let ended = until(&executor, clock + DEADLINE, tasks);
        let ended = ::smol::block_on(executor.run(ended)).into_iter();
        check(clock, &running, ended.map(|end| end.transpose()).collect());

        let (clock, running) = (Instant::now(), Running::default());
        let calls = closures!(running, &AtomicBool, flagged);
        let ended = ::smol::block_on(until_told(clock + DEADLINE, calls));
        check(clock, &running, begun(ended));

        let clock = Instant::now();
        let ended = PROCESSES.map(|script| {
            let ended = until_killed(clock + DEADLINE, command(script).into());
            ::smol::block_on(ended).expect("it starts")
        });
        check_processes(clock, ended);
    }

    pub(super) fn compio() {
        use ::compio::runtime::{JoinError, Runtime};
        use cancellation::compio::{until, until_killed, until_told};
        let runtime = Runtime::new().expect("a runtime starts");
        let short = |end: Result<u32, JoinError>| match end {
            Err(JoinError::Cancelled) => Ok(None),
            end => end.map(Some),
        };

        let (clock, running) = (Instant::now(), Running::default());
        let tasks = tasks!(running, ::compio::time::sleep);
        let ended = runtime.block_on(until(clock + DEADLINE, tasks));
        check(clock, &running, ended.into_iter().map(short).collect());

        let (clock, running) = (Instant::now(), Running::default());
        let calls = closures!(running, &AtomicBool, flagged);
        let ended = runtime.block_on(until_told(5, clock + DEADLINE, calls));
        check(clock, &running, ended);

        let clock = Instant::now();
        let ended = PROCESSES.map(|script| {
            let ended = until_killed(clock + DEADLINE, command(script));
            runtime.block_on(ended).expect("it starts")
        });
        check_processes(clock, ended);
    }

    pub(super) fn async_std() {
        use ::async_std::task;
        use cancellation::async_std::{until, until_killed, until_told};

        let (clock, running) = (Instant::now(), Running::default());
        let tasks = tasks!(running, task::sleep);
        let ended = task::block_on(until(clock + DEADLINE, tasks)).into_iter();
        check(clock, &running, ended.map(|end| end.transpose()).collect());

        let (clock, running) = (Instant::now(), Running::default());
        let calls = closures!(running, &AtomicBool, flagged);
        let ended = task::block_on(until_told(clock + DEADLINE, calls));
        check(clock, &running, begun(ended));

        let clock = Instant::now();
        let ended = PROCESSES.map(|script| {
            let ended = until_killed(clock + DEADLINE, command(script).into());
            task::block_on(ended).expect("it starts")
        });
        check_processes(clock, ended);
    }

    pub(super) fn surf() {
        use ::async_std::task;
        let (clock, running) = (Instant::now(), Running::default());
        let tasks = tasks!(running, task::sleep);
        let ended = cancellation::surf::until(clock + DEADLINE, tasks);
        let ended = task::block_on(ended).into_iter();
        check(clock, &running, ended.map(|end| end.transpose()).collect());
    }
}
