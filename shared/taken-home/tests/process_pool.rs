//! `map`, on squares in worker processes; one panics, one takes its workers along.

use std::{io, process::Command, time::Duration};

use taken_home::process_pool::{self, session::End};

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

macro_rules! example {
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
