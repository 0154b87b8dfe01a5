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

use smol::Timer;
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

/// Work that blocks, and borrows.
fn blocking(seen: &Seen) -> impl Fn(u32) -> Result<u8, TryFromIntError> + Sync + '_ {
    |number| {
        seen.enter();
        thread::sleep(PAUSE);
        seen.leave();
        square(number)
    }
}

#[test]
fn std_only() {
    let seen = Seen::default();
    let ended = semaphores::std_only::at_most(4, 0..20, blocking(&seen));
    check(ended.expect("threads start"), &seen);
}

#[test]
fn condvar() {
    let seen = Seen::default();
    let ended = semaphores::condvar::at_most(4, 0..20, blocking(&seen));
    check(ended.expect("threads start"), &seen);
}

#[test]
fn crossbeam() {
    let seen = Seen::default();
    let ended = semaphores::crossbeam::at_most(4, 0..20, blocking(&seen));
    check(ended.expect("threads start"), &seen);
}

#[test]
fn rayon() {
    let seen = Seen::default();
    let ended = semaphores::rayon::at_most(4, 0..20, blocking(&seen));
    check(ended.expect("threads start"), &seen);
}

#[test]
fn tokio() {
    let seen = Arc::new(Seen::default());
    let runtime = ::tokio::runtime::Builder::new_multi_thread()
        .enable_time()
        .build()
        .expect("a runtime starts");
    let work = work!(seen, ::tokio::time::sleep);
    check(
        runtime.block_on(semaphores::tokio::at_most(4, 0..20, work)),
        &seen,
    );
}

#[test]
fn tokio_current_thread() {
    let seen = Arc::new(Seen::default());
    let runtime = ::tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime starts");
    let work = work!(seen, ::tokio::time::sleep);
    let ended = semaphores::tokio_current_thread::at_most(4, 0..20, work);
    check(runtime.block_on(ended), &seen);
}

#[test]
fn buffer_unordered() {
    let seen = Arc::new(Seen::default());
    let work = work!(seen, Timer::after);
    let ended = semaphores::buffer_unordered::at_most(4, 0..20, work);
    check(::smol::block_on(ended), &seen);
}

#[test]
fn smol() {
    // Work may borrow what outlives the executor.
    let seen = Seen::default();
    let executor = ::smol::Executor::new();
    let work = |number: u32| {
        let seen = &seen;
        async move {
            seen.enter();
            Timer::after(PAUSE).await;
            seen.leave();
            square(number)
        }
    };
    let ended = semaphores::smol::at_most(&executor, 4, 0..20, work);
    check(::smol::block_on(executor.run(ended)), &seen);
}

#[test]
fn async_std() {
    let seen = Arc::new(Seen::default());
    let work = work!(seen, ::async_std::task::sleep);
    let ended = semaphores::async_std::at_most(4, 0..20, work);
    check(::async_std::task::block_on(ended), &seen);
}

#[test]
fn surf() {
    let seen = Arc::new(Seen::default());
    let work = work!(seen, ::async_std::task::sleep);
    let ended = semaphores::surf::at_most(4, 0..20, work);
    check(::async_std::task::block_on(ended), &seen);
}
