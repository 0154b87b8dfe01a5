//! `at_most`, on numbers and sleeps.

use std::{
    num::TryFromIntError,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use taken_home::semaphores;

/// How many are at work now, and how many were at most.
#[derive(Default)]
struct Seen {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Seen {
    fn enter(&self) {
        let now = self.now.fetch_add(1, SeqCst) + 1;
        self.most.fetch_max(now, SeqCst);
    }

    fn leave(&self) {
        self.now.fetch_sub(1, SeqCst);
    }
}

/// Five panics, and where work is a future that is before there is one.
fn begin(seen: &Seen, number: u32) {
    assert_ne!(number, 5, "five is not begun");
    seen.enter();
}

/// A square that fits into a byte; three panics.
fn square(number: u32) -> Result<u8, TryFromIntError> {
    assert_ne!(number, 3, "three is not liked");
    u8::try_from(number * number)
}

/// Holds the results of 0 to 19 under four permits against what was due.
fn check<E>(ended: Vec<Result<Result<u8, TryFromIntError>, E>>, seen: &Seen) {
    assert_eq!(ended.len(), 20);
    for (number, end) in ended.into_iter().enumerate() {
        match end {
            Ok(result) => assert_eq!(result.ok(), u8::try_from(number * number).ok()),
            Err(_) => assert!(matches!(number, 3 | 5), "{number} panicked"),
        }
    }
    assert_eq!((seen.now.load(SeqCst), seen.most.load(SeqCst)), (0, 4));
}

const PAUSE: Duration = Duration::from_millis(20);

/// Work that is a future; `sleep` is the runtime's.
macro_rules! work {
    ($seen:ident, $sleep:expr) => {{
        let seen = Arc::clone(&$seen);
        move |number: u32| {
            let seen = Arc::clone(&seen);
            begin(&seen, number);
            async move {
                $sleep(PAUSE).await;
                seen.leave();
                square(number)
            }
        }
    }};
}

macro_rules! example {
    ($lesson:ident, $manner:ident) => {
        mod $lesson {
            use super::*;
            use semaphores::$lesson::at_most;

            #[test]
            fn keeps_to_the_limit() {
                let seen = Arc::new(Seen::default());
                check(example!(@$manner seen, 4), &seen);
            }

            #[test]
            #[should_panic(expected = "limit must be at least 1")]
            fn refuses_a_limit_of_zero() {
                let seen = Arc::new(Seen::default());
                drop(example!(@$manner seen, 0));
            }
        }
    };
    (@blocking $seen:ident, $limit:expr) => {{
        // It may borrow what the caller has.
        let work = |number: u32| {
            begin(&$seen, number);
            thread::sleep(PAUSE);
            $seen.leave();
            square(number)
        };
        at_most($limit, 0..20, work).expect("threads start")
    }};
    (@executor $seen:ident, $limit:expr) => {{
        let executor = ::smol::Executor::new();
        let work = work!($seen, ::smol::Timer::after);
        let ended = at_most(&executor, $limit, 0..20, work);
        ::smol::block_on(executor.run(ended))
    }};
    (@tokio $seen:ident, $limit:expr) => {{
        let runtime = ::tokio::runtime::Builder::new_multi_thread();
        let runtime = { runtime }.enable_time().build().expect("it starts");
        runtime.block_on(at_most($limit, 0..20, work!($seen, ::tokio::time::sleep)))
    }};
    (@per_core $seen:ident, $limit:expr) => {
        at_most(2, $limit, 0..20, || work!($seen, ::tokio::time::sleep)).expect("threads start")
    };
    (@compio $seen:ident, $limit:expr) => {{
        let runtime = ::compio::runtime::Runtime::new().expect("it starts");
        runtime.block_on(at_most($limit, 0..20, work!($seen, ::compio::time::sleep)))
    }};
    (@async_std $seen:ident, $limit:expr) => {{
        let work = work!($seen, ::async_std::task::sleep);
        ::async_std::task::block_on(at_most($limit, 0..20, work))
    }};
    (@any $seen:ident, $limit:expr) => {
        ::smol::block_on(at_most($limit, 0..20, work!($seen, ::smol::Timer::after)))
    };
}

taken_home::semaphores!(example);
