//! `settle` and `first_error`, on numbers and sleeps.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use taken_home::error_handling;

const SHORT: Duration = Duration::from_millis(20);
const LONG: Duration = Duration::from_secs(60);

/// How many are at work.
#[derive(Clone, Default)]
struct Seen(Arc<AtomicUsize>);

impl Seen {
    fn enter(&self) -> Guard {
        self.0.fetch_add(1, SeqCst);
        Guard(self.clone())
    }
}

struct Guard(Seen);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, SeqCst);
    }
}

/// 21 panics, and where work is a future that is before there is one.
fn begin(seen: &Seen, number: u64) -> Guard {
    assert_ne!(number, 21, "it is not begun");
    seen.enter()
}

/// A square; three panics, and eight fails.
fn square(number: u64) -> Result<u64, String> {
    match number {
        3 => panic!("three is not liked"),
        8 => Err("eight is too many".to_owned()),
        number => Ok(number * number),
    }
}

/// Holds the results of 0 to 19 against what was due.
fn check_all<P>(ends: Vec<Result<Result<u64, String>, P>>, seen: &Seen) {
    assert_eq!(ends.len(), 20);
    for (number, end) in (0..).zip(ends) {
        match end {
            Ok(Ok(square)) => assert_eq!(square, number * number),
            Ok(Err(_)) => assert_eq!(number, 8),
            Err(_) => assert_eq!(number, 3),
        }
    }
    assert_eq!(seen.0.load(SeqCst), 0);
}

type Ends<P> = Vec<Option<Result<Result<u64, String>, P>>>;

/// Holds the results of 0 to 19, of which `bad` was the first to fail, against what was
/// due.
fn check_first<P>((first, ends): (Option<usize>, Ends<P>), bad: usize, seen: &Seen) {
    assert_eq!((first, ends.len()), (Some(bad), 20));
    for (number, end) in ends.iter().enumerate() {
        match end {
            Some(Ok(Ok(square))) => assert_eq!(*square, (number * number) as u64),
            Some(_) => assert_eq!(number, bad),
            None => assert_ne!(number, bad),
        }
    }
    assert!(matches!(ends[0], Some(Ok(Ok(0)))), "what is done is kept");
    assert!(ends[19].is_none(), "the last was stopped");
    assert_eq!(seen.0.load(SeqCst), 0);
}

/// Work that is a future: `bad` ends soon, those before it at once, those behind it late.
macro_rules! work {
    ($seen:ident, $sleep:expr, $bad:expr) => {{
        let seen = $seen.clone();
        move |number: u64| {
            let guard = begin(&seen, number);
            async move {
                let _guard = guard;
                if number >= $bad {
                    $sleep(if number > $bad { LONG } else { 10 * SHORT }).await;
                }
                square(number)
            }
        }
    }};
}

macro_rules! example {
    ($lesson:ident, $manner:ident) => {
        mod $lesson {
            use super::*;
            use error_handling::$lesson::{first_error, settle};

            #[test]
            fn settles() {
                let seen = Seen::default();
                let ends = example!(@$manner settle, seen, 20);
                check_all(ends, &seen);
            }

            #[test]
            fn stops_at_a_panic() {
                let (seen, clock) = (Seen::default(), Instant::now());
                check_first(example!(@$manner first_error, seen, 3), 3, &seen);
                assert!(clock.elapsed() < LONG / 2);
            }

            #[test]
            fn settles_a_panic_before_there_is_a_future() {
                let seen = Seen::default();
                let ends = example!(@$manner settle, seen, 20, [0, 21, 1]);
                assert!(matches!(ends[..], [Ok(Ok(0)), Err(_), Ok(Ok(1))]));
            }

            #[test]
            fn stops_at_a_panic_before_there_is_a_future() {
                let (seen, clock) = (Seen::default(), Instant::now());
                let items = [21, 20];
                let (first, ends) = example!(@$manner first_error, seen, 20, items);
                assert_eq!(first, Some(0));
                assert!(matches!(ends[..], [Some(Err(_)), None]));
                assert!(clock.elapsed() < LONG / 2);
            }

            #[test]
            fn stops_at_no_fault() {
                let seen = Seen::default();
                let (first, ends) = example!(@$manner first_error, seen, 20, 0..3);
                assert_eq!((first, ends.len()), (None, 3));
                assert!(ends.into_iter().all(|end| matches!(end, Some(Ok(Ok(_))))));
            }

            example!(@$manner no_threads);
        }
    };
    (@blocking no_threads) => {
        #[test]
        #[should_panic(expected = "threads must be at least 1")]
        fn settles_nothing_on_no_threads() {
            drop(settle(0, 0..3, square));
        }

        #[test]
        #[should_panic(expected = "threads must be at least 1")]
        fn stops_nothing_on_no_threads() {
            drop(first_error(0, 0..3, |number, _| square(number)));
        }
    };
    (@$manner:ident no_threads) => {};
    (@$manner:ident $function:ident, $seen:ident, $bad:expr) => {
        example!(@$manner $function, $seen, $bad, 0..20)
    };
    // Threads stop where they look: nothing begins any more.
    (@blocking settle, $seen:ident, $bad:expr, $items:expr) => {
        settle(4, $items, |number| {
            let _guard = begin(&$seen, number);
            square(number)
        })
        .expect("threads start")
    };
    (@blocking first_error, $seen:ident, $bad:expr, $items:expr) => {
        first_error(1, $items, |number, _| {
            let _guard = begin(&$seen, number);
            thread::sleep(SHORT);
            square(number)
        })
        .expect("threads start")
    };
    (@executor $function:ident, $seen:ident, $bad:expr, $items:expr) => {{
        let executor = ::smol::Executor::new();
        let work = work!($seen, ::smol::Timer::after, $bad);
        ::smol::block_on(executor.run($function(&executor, $items, work)))
    }};
    (@tokio $function:ident, $seen:ident, $bad:expr, $items:expr) => {{
        let runtime = ::tokio::runtime::Builder::new_multi_thread();
        let runtime = { runtime }.enable_time().build().expect("it starts");
        runtime.block_on($function($items, work!($seen, ::tokio::time::sleep, $bad)))
    }};
    (@async_std $function:ident, $seen:ident, $bad:expr, $items:expr) => {{
        let work = work!($seen, ::async_std::task::sleep, $bad);
        ::async_std::task::block_on($function($items, work))
    }};
    (@any $function:ident, $seen:ident, $bad:expr, $items:expr) => {
        ::smol::block_on($function($items, work!($seen, ::smol::Timer::after, $bad)))
    };
}

taken_home::error_handling!(example);
