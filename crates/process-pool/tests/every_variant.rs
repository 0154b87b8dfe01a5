//! What each pool promises beyond outcomes, with workers that never answer: a panic of the
//! caller's own reaches the caller, and no process is left.

use std::{
    any::Any,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    process::Command,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use process_pool::{
    Server, connect, nats_server,
    parts::session::{End, WINDOW},
    variants::{self, procspawn::Work},
};
use rustix::process::getpid;
use serde::{Deserialize, Serialize};
use test_fixtures::descendants;

const LIMIT: Duration = Duration::from_millis(300);

type Worker = Arc<dyn Fn() -> io::Result<Command> + Send + Sync>;
type Ends = io::Result<Vec<End<u32>>>;
/// A variant's `map`, whose tasks have [`LIMIT`] each.
type Map = fn(workers: usize, tasks: Vec<String>, worker: Worker) -> Ends;

fn std_only(workers: usize, tasks: Vec<String>, worker: Worker) -> Ends {
    variants::std_only::map(workers, tasks, LIMIT, move || worker())
}

fn crossbeam(workers: usize, tasks: Vec<String>, worker: Worker) -> Ends {
    variants::crossbeam::map(workers, tasks, LIMIT, move || worker())
}

fn tokio(workers: usize, tasks: Vec<String>, worker: Worker) -> Ends {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(variants::tokio::map(workers, tasks, LIMIT, move || {
        worker()
    }))
}

fn smol(workers: usize, tasks: Vec<String>, worker: Worker) -> Ends {
    let executor = smol::LocalExecutor::new();
    let ends = variants::smol::map(&executor, workers, tasks, LIMIT, move || worker());
    smol::block_on(executor.run(ends))
}

fn async_std(workers: usize, tasks: Vec<String>, worker: Worker) -> Ends {
    let ends = variants::async_std::map(workers, tasks, LIMIT, move || worker());
    async_std::task::block_on(ends)
}

/// With a server of its own.
fn nats(workers: usize, tasks: Vec<String>, worker: Worker) -> Ends {
    let server = Server::start().map_err(io::Error::other)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let client = connect(server.url()).await.map_err(io::Error::other)?;
        let jetstream = async_nats::jetstream::new(client);
        let worker = move || worker();
        variants::nats::map(&jetstream, "tests", workers, WINDOW, tasks, LIMIT, worker)
            .await
    })
}

const POOLS: [(&str, Map); 6] = [
    ("std_only", std_only),
    ("crossbeam", crossbeam),
    ("tokio", tokio),
    ("smol", smol),
    ("async_std", async_std),
    ("nats", nats),
];

/// Nothing else runs meanwhile, since this process's children are counted.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    // A test that failed is no reason not to run the others.
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a test on each pool.
fn on_each(test: impl Fn(&str, Map)) {
    let _alone = alone();
    for (name, map) in POOLS {
        if name == "nats" && nats_server().is_none() {
            eprintln!("nats is not tried: there is no nats-server");
            continue;
        }
        test(name, map);
        let left = descendants(getpid());
        assert!(left.is_empty(), "{name} left {left:?}");
    }
}

/// What the call panics with.
fn panic_of(call: impl FnOnce() -> Ends) -> String {
    let panic = catch_unwind(AssertUnwindSafe(call)).expect_err("it panics");
    message(&*panic)
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .expect("a panic has a message")
}

fn two() -> Vec<String> {
    vec!["one".to_owned(), "two".to_owned()]
}

/// A worker that never answers.
fn sleeper() -> Command {
    let mut worker = Command::new("sleep");
    worker.arg("60");
    worker
}

#[test]
fn a_pool_without_workers_is_refused() {
    on_each(|name, map| {
        // Its workers may all be elsewhere.
        if name != "nats" {
            let why = panic_of(|| map(0, two(), Arc::new(|| Ok(sleeper()))));
            assert_eq!(why, "workers must be at least 1", "{name}");
        }
    });
    let ends = catch_unwind(|| variants::rayon::map(0, vec![1], |task: u32| task));
    let why = message(&*ends.expect_err("it panics"));
    assert_eq!(why, "workers must be at least 1");
}

/// Of two workers one is started; making the other's command panics.
#[test]
fn a_panic_of_the_caller_waits_for_all_workers() {
    on_each(|name, map| {
        let asked = AtomicUsize::new(0);
        let worker = move || match asked.fetch_add(1, SeqCst) {
            1 => panic!("no second worker"),
            _ => Ok(sleeper()),
        };
        let why = panic_of(|| map(2, two(), Arc::new(worker)));
        assert_eq!(why, "no second worker", "{name}");
    });
}

#[test]
fn a_worker_that_cannot_be_started_ends_the_others() {
    on_each(|name, map| {
        let asked = AtomicUsize::new(0);
        let worker = move || match asked.fetch_add(1, SeqCst) {
            1 => Err(io::Error::other("no second worker")),
            _ => Ok(sleeper()),
        };
        let ends = map(2, two(), Arc::new(worker));
        let why = ends.expect_err("there is no second worker").to_string();
        assert_eq!(why, "no second worker", "{name}");
    });
}

/// A shell's script as a worker.
fn script(text: &'static str) -> Worker {
    Arc::new(move || {
        let mut worker = Command::new("sh");
        worker.args(["-c", text]);
        Ok(worker)
    })
}

/// Runs one task, whose deadline must end the call whatever the worker does.
fn ends_at_its_deadline(task: &str, worker: &Worker) {
    on_each(|name, map| {
        let clock = Instant::now();
        let ends = map(1, vec![task.to_owned()], Arc::clone(worker));
        let took = clock.elapsed();
        assert_eq!(ends.expect("workers start"), [End::TimedOut], "{name}");
        assert!((LIMIT..LIMIT * 5).contains(&took), "{name} took {took:?}");
    });
}

#[test]
fn a_grandchild_that_keeps_the_pipe_delays_no_deadline() {
    let worker = "setsid sleep 8 & exit 0";
    ends_at_its_deadline("task", &script(worker));
}

#[test]
fn a_worker_that_reads_ever_more_puts_off_no_deadline() {
    let worker = "while [ \"$(head -c 16384 | wc -c)\" != 0 ]; do sleep 0.05; done";
    ends_at_its_deadline(&"task".repeat(1 << 18), &script(worker));
}

/// The head of an answer of 16 MiB, and a byte of it now and then.
#[test]
fn a_worker_that_answers_without_an_end_puts_off_no_deadline() {
    let worker = "printf 'ILPP\\1\\2\\1\\0'; head -c 8 /dev/zero; printf '\\0\\0\\0\\1'; \
        while echo; do sleep 0.01; done";
    ends_at_its_deadline("task", &script(worker));
}

// procspawn's workers are this program.
procspawn::enable_test_support!();

#[derive(Clone, Serialize, Deserialize)]
struct Sleep(Duration);

impl Work for Sleep {
    type Answer = ();

    fn work(self, _attempt: u16) {
        thread::sleep(self.0);
    }
}

#[test]
fn procspawn_refuses_a_pool_without_workers() {
    let ends = catch_unwind(|| variants::procspawn::map(0, [Sleep(LIMIT)], LIMIT));
    let why = message(&*ends.expect_err("it panics"));
    assert_eq!(why, "workers must be at least 1");
}

/// One worker is at a task; the task of the other can't be made.
#[test]
fn procspawn_waits_for_all_workers_before_a_panic_of_the_caller() {
    let _alone = alone();
    let tasks = (0..2).map(|number| match number {
        0 => Sleep(LIMIT / 2),
        _ => panic!("no second task"),
    });
    let clock = Instant::now();
    let map = || variants::procspawn::map(2, tasks, LIMIT * 100);
    let why = catch_unwind(AssertUnwindSafe(map)).expect_err("it panics");
    assert_eq!(message(&*why), "no second task");
    assert!(clock.elapsed() >= LIMIT / 2, "its task was not waited for");
    let left = descendants(getpid());
    assert!(left.is_empty(), "{left:?} are left");
}

#[test]
fn procspawn_kills_a_worker_past_its_deadline() {
    let _alone = alone();
    let clock = Instant::now();
    let tasks = [Sleep(LIMIT * 100), Sleep(Duration::ZERO)];
    let ends = variants::procspawn::map(1, tasks, LIMIT);
    let took = clock.elapsed();
    let ends = ends.expect("workers start");
    assert_eq!(ends, [End::TimedOut, End::Done(())]);
    assert!((LIMIT..LIMIT * 5).contains(&took), "it took {took:?}");
    let left = descendants(getpid());
    assert!(left.is_empty(), "{left:?} are left");
}

/// All but rayon, which has no processes, and procspawn, which takes no command of a worker.
#[test]
fn no_pool_is_left_out() {
    let all = variants::VARIANTS.iter().map(|variant| variant.name);
    let pools = all.filter(|name| !["rayon", "procspawn"].contains(name));
    assert!(pools.eq(POOLS.iter().map(|(name, _)| *name)));
}

#[test]
fn a_server_that_does_not_start_is_a_matter_of_its_row_alone() {
    if nats_server().is_none() {
        return;
    }
    let _alone = alone();
    // Go reserves more addresses than that, and the others need fewer.
    let output = Command::new("prlimit")
        .arg("--as=600000000")
        .arg(env!("CARGO_BIN_EXE_process-pool"))
        .args(["--variants", "nats,rayon", "--below", "100"])
        .output()
        .expect("it can be started");
    let said = String::from_utf8_lossy(&output.stdout);
    let row = said.lines().find(|line| line.starts_with("  nats "));
    let row = row.expect("a row");
    assert!(
        row.contains("does not start: fatal error: ") && row.contains("ulimit -v"),
        "{row}"
    );
    assert!(
        said.contains("\n  rayon ") && said.contains("primes 25"),
        "{said}"
    );
    assert_eq!(output.status.code(), Some(1));
}
