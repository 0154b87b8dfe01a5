//! `count`, on numbers that grow by two, with a worker that panics.

use std::{io, sync::LockResult, sync::PoisonError};

use taken_home::locks;

const WORKERS: usize = 5;
const INCREMENTS: u64 = 100;

/// Under a lock: adds two. Worker 2 panics half-way if asked.
fn add(panics: bool) -> impl Fn(&mut u64, usize, u64) -> u64 + Clone + Send + Sync {
    let two = two(panics);
    move |value, worker, nth| {
        *value += two(worker, nth);
        *value
    }
}

/// What is to be added.
fn two(panics: bool) -> impl Fn(usize, u64) -> u64 + Clone + Send + Sync {
    move |worker, nth| {
        let at = (worker, nth);
        assert!(!panics || at != (2, INCREMENTS / 2), "two is not liked");
        2
    }
}

/// What a variant's function returns: the value, and of each worker whether it did all.
trait Counted {
    /// The value, whether it is marked as broken, and of each worker whether it panicked.
    fn seen(self) -> (u64, bool, Vec<bool>);
}

impl<T, E> Counted for (u64, Vec<Result<T, E>>) {
    fn seen(self) -> (u64, bool, Vec<bool>) {
        (self.0, false, self.1.iter().map(Result::is_err).collect())
    }
}

impl<T, E> Counted for (LockResult<u64>, Vec<Result<LockResult<T>, E>>) {
    fn seen(self) -> (u64, bool, Vec<bool>) {
        let is_broken = self.0.is_err();
        let value = self.0.unwrap_or_else(PoisonError::into_inner);
        (
            value,
            is_broken,
            self.1.iter().map(Result::is_err).collect(),
        )
    }
}

impl<C: Counted> Counted for io::Result<C> {
    fn seen(self) -> (u64, bool, Vec<bool>) {
        self.expect("threads start").seen()
    }
}

/// Holds the counts after all increments, and without a worker's second half, against
/// what was due.
fn check<C: Counted>(count: impl Fn(bool) -> C) {
    let all = 2 * INCREMENTS * WORKERS as u64;
    assert_eq!(count(false).seen(), (all, false, vec![false; WORKERS]));
    let (value, is_broken, panicked) = count(true).seen();
    assert_eq!(panicked, [false, false, true, false, false]);
    // A poisoned lock stops the others; a part of one's own is lost whole.
    let right = [all - 2 * INCREMENTS, all - INCREMENTS].contains(&value);
    assert!(right || is_broken && value < all, "{value}");
}

macro_rules! example {
    ($lesson:ident, $manner:ident) => {
        #[test]
        fn $lesson() {
            check(|panics| example!(@ $lesson $manner panics));
        }
    };
    (@ std_atomic $manner:ident $panics:ident) => {
        locks::std_atomic::count(WORKERS, INCREMENTS, 0, two($panics))
    };
    (@ crossbeam $manner:ident $panics:ident) => {
        locks::crossbeam::count(WORKERS, INCREMENTS, 0, two($panics))
    };
    (@ $lesson:ident blocking $panics:ident) => {
        locks::$lesson::count(WORKERS, INCREMENTS, 0, add($panics))
    };
    (@ $lesson:ident executor $panics:ident) => {{
        let executor = smol::Executor::new();
        let count = locks::$lesson::count(&executor, WORKERS, INCREMENTS, 0, add($panics));
        smol::block_on(executor.run(count))
    }};
    (@ $lesson:ident tokio $panics:ident) => {{
        let runtime = tokio::runtime::Builder::new_multi_thread().build();
        let count = locks::$lesson::count(WORKERS, INCREMENTS, 0, add($panics));
        runtime.expect("it starts").block_on(count)
    }};
    (@ $lesson:ident async_std $panics:ident) => {
        async_std::task::block_on(
            locks::$lesson::count(WORKERS, INCREMENTS, 0, add($panics)),
        )
    };
}

taken_home::locks!(example);
