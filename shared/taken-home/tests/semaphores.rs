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

/// A square that fits into a byte; three panics.
fn square(number: u32) -> Result<u8, TryFromIntError> {
    assert_ne!(number, 3, "three is not liked");
    u8::try_from(number * number)
}

/// Holds what came of 0 to 19 under four permits against what was due.
fn check<E>(ended: Vec<Result<Result<u8, TryFromIntError>, E>>, seen: &Seen) {
    assert_eq!(ended.len(), 20);
    for (number, end) in ended.into_iter().enumerate() {
        match end {
            Ok(result) => assert_eq!(result.ok(), u8::try_from(number * number).ok()),
            Err(_) => assert_eq!(number, 3),
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
            async move {
                seen.enter();
                $sleep(PAUSE).await;
                seen.leave();
                square(number)
            }
        }
    }};
}

macro_rules! example {
    ($lesson:ident, $manner:ident) => {
        #[test]
        fn $lesson() {
            let seen = Arc::new(Seen::default());
            let ended = example!(@$manner seen, semaphores::$lesson::at_most);
            check(ended, &seen);
        }
    };
    (@blocking $seen:ident, $at_most:path) => {{
        // It may borrow what the caller has.
        let work = |number: u32| {
            $seen.enter();
            thread::sleep(PAUSE);
            $seen.leave();
            square(number)
        };
        $at_most(4, 0..20, work).expect("threads start")
    }};
    (@executor $seen:ident, $at_most:path) => {{
        let executor = smol::Executor::new();
        let ended = $at_most(&executor, 4, 0..20, work!($seen, smol::Timer::after));
        smol::block_on(executor.run(ended))
    }};
    (@tokio $seen:ident, $at_most:path) => {{
        let runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = { runtime }.enable_time().build().expect("it starts");
        runtime.block_on($at_most(4, 0..20, work!($seen, tokio::time::sleep)))
    }};
    (@async_std $seen:ident, $at_most:path) => {
        async_std::task::block_on($at_most(4, 0..20, work!($seen, async_std::task::sleep)))
    };
    (@any $seen:ident, $at_most:path) => {
        smol::block_on($at_most(4, 0..20, work!($seen, smol::Timer::after)))
    };
}

taken_home::semaphores!(example);
