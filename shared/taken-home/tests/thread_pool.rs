//! `as_completed`, on numbers and sleeps.

use std::{
    fmt::Debug,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use taken_home::thread_pool;

/// How many are at work now, how many were at most, and how many have been reported.
#[derive(Default)]
struct Seen {
    now: AtomicUsize,
    most: AtomicUsize,
    reported: AtomicUsize,
}

/// Squares a number. Zero takes until all others are reported; three panics.
fn square(seen: &Seen, number: u64) -> u64 {
    let now = seen.now.fetch_add(1, SeqCst) + 1;
    seen.most.fetch_max(now, SeqCst);
    thread::sleep(Duration::from_millis(20));
    while number == 0 && seen.reported.load(SeqCst) < 19 {
        thread::sleep(Duration::from_millis(1));
    }
    seen.now.fetch_sub(1, SeqCst);
    assert_ne!(number, 3, "three is not liked");
    number * number
}

/// Holds 0 to 19 on four threads against what is due: `run` passes them to the function.
fn check<E: Debug>(run: impl Fn(Arc<Seen>, &mut dyn FnMut(usize, Result<u64, E>))) {
    let seen = Arc::new(Seen::default());
    let here = thread::current().id();
    let mut ended = Vec::new();
    run(Arc::clone(&seen), &mut |index, end| {
        assert_eq!(thread::current().id(), here);
        match end {
            Ok(square) => assert_eq!(square, (index * index) as u64),
            Err(_) => assert_eq!(index, 3),
        }
        ended.push(index);
        seen.reported.fetch_add(1, SeqCst);
    });
    assert_eq!(ended.last(), Some(&0), "each is reported as it ends");
    ended.sort_unstable();
    assert_eq!(ended, Vec::from_iter(0..20));
    assert_eq!((seen.now.load(SeqCst), seen.most.load(SeqCst)), (0, 4));

    // A panic of `each` reaches the caller once no worker is at work any more.
    let seen = Arc::new(Seen::default());
    let mut each = |index, _: Result<u64, E>| {
        seen.reported.store(19, SeqCst);
        panic!("{index} ended");
    };
    let run = || run(Arc::clone(&seen), &mut each);
    assert!(catch_unwind(AssertUnwindSafe(run)).is_err());
    assert_eq!(seen.now.load(SeqCst), 0);
}

/// What still waits for a thread when `each` panics is not begun. `run` passes the work and
/// `each` to the function, which gives out eight numbers to four threads before it waits.
fn check_left<E>(
    run: impl Fn(Arc<dyn Fn(u64) + Send + Sync>, &mut dyn FnMut(usize, Result<(), E>)),
) {
    let (begun, is_over) = (Arc::new(AtomicUsize::new(0)), Arc::<AtomicBool>::default());
    let (count, over) = (Arc::clone(&begun), Arc::clone(&is_over));
    let work = Arc::new(move |number| {
        count.fetch_add(1, SeqCst);
        while number != 0 && !over.load(SeqCst) {
            thread::sleep(Duration::from_millis(1));
        }
        // The panic has reached the function by then.
        thread::sleep(Duration::from_millis(500));
    });
    let mut each = |_, _: Result<(), E>| {
        is_over.store(true, SeqCst);
        resume_unwind(Box::new("left"));
    };
    let run = || run(work.clone(), &mut each);
    assert!(catch_unwind(AssertUnwindSafe(run)).is_err());
    // Four were, and another when the first of them had ended.
    let begun = begun.load(SeqCst);
    assert!(begun <= 5, "{begun} were begun");
}

macro_rules! example {
    ($lesson:ident, $manner:ident) => {
        mod $lesson {
            use super::*;
            use thread_pool::$lesson::as_completed;

            #[test]
            fn reports_as_they_complete() {
                check(|seen, each| {
                    let work = move |number| square(&seen, number);
                    example!(@$manner as_completed(4, 0..20, work, each));
                });
            }

            #[test]
            fn begins_nothing_once_it_is_left() {
                check_left(|work, each| {
                    let work = move |number| work(number);
                    example!(@$manner as_completed(4, 0..20, work, each));
                });
            }

            #[test]
            #[should_panic(expected = "threads must be at least 1")]
            fn refuses_no_threads() {
                let work = |number: u64| number;
                example!(@$manner as_completed(0, 0..3, work, |_, end| drop(end)));
            }
        }
    };
    (@blocking $call:expr) => {
        $call.expect("threads start")
    };
    (@tokio $call:expr) => {{
        let runtime = ::tokio::runtime::Builder::new_multi_thread();
        let runtime = { runtime }.build().expect("it starts");
        runtime.block_on($call)
    }};
    (@async_std $call:expr) => {
        ::async_std::task::block_on($call)
    };
    (@any $call:expr) => {
        ::smol::block_on($call)
    };
}

taken_home::thread_pool!(example);
