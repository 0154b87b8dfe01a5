//! `map`, on squares in worker processes; one panics, one takes its workers along.

use std::{
    env, fs, io,
    panic::panic_any,
    path::Path,
    process::{self, Child, Command},
    thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use taken_home::process_pool::{
    self,
    procspawn::Work,
    session::{End, WINDOW},
};

const LIMIT: Duration = Duration::from_secs(30);

fn worker() -> io::Result<Command> {
    Ok(Command::new(env!("CARGO_BIN_EXE_square-worker")))
}

fn check(ends: Vec<End<(u32, u32)>>) {
    assert_eq!(ends.len(), 20);
    for (number, end) in (0..20).zip(ends) {
        match (number, end) {
            (3, End::Panicked(why)) => assert!(why.contains("not liked"), "{why}"),
            (5, end) => assert_eq!(end, End::WorkerLost),
            (_, end) => assert_eq!(end, End::Done((number, number * number))),
        }
    }
}

/// A server that is killed at the end, with the directory of its streams.
struct Server(Child, TempDir);

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A server and its address, if the program is there.
fn server() -> Option<(Server, String)> {
    let directory = TempDir::new().expect("a directory");
    let path = directory.path();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/peers/bin");
    let folders = env::split_paths(&env::var_os("PATH")?).collect::<Vec<_>>();
    let mut programs = [own].into_iter().chain(folders);
    let program = programs.find_map(|folder| {
        let program = folder.join("nats-server");
        program.is_file().then_some(program)
    })?;
    let started = Command::new(program)
        .args(["-js", "-a", "127.0.0.1", "-p", "-1", "-l"])
        .arg(path.join("log"))
        .arg("-sd")
        .arg(path)
        .arg("--ports_file_dir")
        .arg(path)
        .spawn();
    let server = Server(started.expect("it starts"), directory);
    let file = format!("nats-server_{}.ports", server.0.id());
    let clock = Instant::now();
    loop {
        let ports = fs::read_to_string(server.1.path().join(&file)).unwrap_or_default();
        if let Some(url) = ports.split('"').find(|word| word.starts_with("nats://")) {
            let url = url.to_owned();
            return Some((server, url));
        }
        assert!(clock.elapsed() < LIMIT, "it does not answer");
        thread::sleep(Duration::from_millis(5));
    }
}

procspawn::enable_test_support!();

#[derive(Clone, Serialize, Deserialize)]
struct Square(u32);

impl Work for Square {
    type Answer = (u32, u32);

    fn work(self, _attempt: u16) -> (u32, u32) {
        let Square(number) = self;
        assert_ne!(number, 3, "three is not liked");
        if number == 5 {
            process::abort();
        }
        (number, number * number)
    }
}

macro_rules! example {
    (procspawn, $manner:ident) => {
        #[test]
        fn procspawn() {
            let ends = process_pool::procspawn::map(2, (0..20).map(Square), LIMIT);
            check(ends.expect("workers start"));
        }
    };
    (rayon, $manner:ident) => {
        #[test]
        fn rayon() {
            let square = |number: u32| {
                assert_ne!(number, 3, "three is not liked");
                number * number
            };
            let ends = process_pool::rayon::map(2, 0..20_u32, square);
            for (number, end) in (0..20).zip(ends.expect("threads start")) {
                assert_eq!(end.ok(), (number != 3).then_some(number * number));
            }
        }
    };
    (nats, $manner:ident) => {
        #[test]
        fn nats() {
            let Some((_server, url)) = server() else {
                eprintln!("nothing is tried: there is no nats-server");
                return;
            };
            let runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = { runtime }.enable_all().build().expect("it starts");
            let ends = runtime.block_on(async {
                let client = async_nats::connect(url).await.expect("it answers");
                let jetstream = async_nats::jetstream::new(client);
                let tasks = 0..20_u32;
                process_pool::nats::map(&jetstream, "squares", 2, WINDOW, tasks, LIMIT, worker).await
            });
            check(ends.expect("workers start"));
        }
    };
    ($lesson:ident, $manner:ident) => {
        #[test]
        fn $lesson() {
            let ends = example!(@$manner process_pool::$lesson::map);
            check(ends.expect("workers start"));
        }
    };
    (@blocking $map:path) => {
        $map(2, 0..20_u32, LIMIT, worker)
    };
    (@executor $map:path) => {{
        let executor = smol::LocalExecutor::new();
        smol::block_on(executor.run($map(&executor, 2, 0..20_u32, LIMIT, worker)))
    }};
    (@tokio $map:path) => {{
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().build().expect("it starts");
        runtime.block_on($map(2, 0..20_u32, LIMIT, worker))
    }};
    (@async_std $map:path) => {
        async_std::task::block_on($map(2, 0..20_u32, LIMIT, worker))
    };
}

taken_home::process_pool!(example);

/// What a task panics with here: it is dropped before the worker reports the panic.
struct Slow;

impl Drop for Slow {
    fn drop(&mut self) {
        thread::sleep(LIMIT);
    }
}

/// Why procspawn's lesson catches the panics of its tasks: a worker that panics is killed as
/// soon as its task is gone, whether it has reported that or not (procspawn 1.0.2,
/// src/pool.rs).
#[test]
fn a_panic_that_is_left_to_procspawn_can_look_like_a_lost_worker() {
    let pool = procspawn::Pool::new(1).expect("a worker starts");
    let call = pool.spawn((), |(): ()| -> () { panic_any(Slow) });
    let clock = Instant::now();
    let error = call.join().expect_err("it panics");
    assert!(error.is_remote_close(), "{error}");
    assert!(clock.elapsed() < LIMIT, "the worker was waited for");
}
