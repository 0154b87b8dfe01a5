//! `count`, on numbers that grow by two and are read in between, with a worker that panics.

use std::{
    io,
    sync::{
        Arc, LockResult, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use taken_home::locks;

const WORKERS: usize = 5;
const INCREMENTS: u64 = 100;
const READS: u64 = 3;

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

/// How often the number was read.
#[derive(Clone, Default)]
struct Reads(Arc<AtomicU64>);

impl Reads {
    /// Reads: the number is even, and has all that the worker has added.
    fn read(&self) -> impl Fn(&u64, usize, u64) + Clone + Send + Sync + 'static {
        let Self(reads) = self.clone();
        move |value, _, nth| {
            assert!(value.is_multiple_of(2) && *value >= 2 * nth, "{value}");
            reads.fetch_add(1, Relaxed);
        }
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
fn check<C: Counted>(count: impl Fn(bool, &Reads) -> C) {
    let all = 2 * INCREMENTS * WORKERS as u64;
    let reads = Reads::default();
    let (value, is_broken, panicked) = count(false, &reads).seen();
    assert_eq!(
        (value, is_broken, panicked),
        (all, false, vec![false; WORKERS])
    );
    let read = reads.0.load(Relaxed);
    assert_eq!(read, READS * INCREMENTS * WORKERS as u64);
    let (value, is_broken, panicked) = count(true, &reads).seen();
    assert_eq!(panicked, [false, false, true, false, false]);
    // A poisoned lock stops the others; a part of one's own is lost whole.
    let right = [all - 2 * INCREMENTS, all - INCREMENTS].contains(&value);
    assert!(right || is_broken && value < all, "{value}");
}

macro_rules! example {
    ($lesson:ident, $manner:ident) => {
        #[test]
        fn $lesson() {
            check(|panics, reads| example!(@ $lesson $manner panics, reads));
        }
    };
    (@ std_atomic $manner:ident $panics:ident, $reads:ident) => {
        locks::std_atomic::count(
            WORKERS, INCREMENTS, READS, 0,
            |value, worker, nth| $reads.read()(&value, worker, nth),
            two($panics),
        )
    };
    (@ crossbeam $manner:ident $panics:ident, $reads:ident) => {
        locks::crossbeam::count(
            WORKERS, INCREMENTS, READS, 0, $reads.read(), two($panics),
        )
    };
    (@ $lesson:ident blocking $panics:ident, $reads:ident) => {
        locks::$lesson::count(
            WORKERS, INCREMENTS, READS, 0, $reads.read(), add($panics),
        )
    };
    (@ $lesson:ident executor $panics:ident, $reads:ident) => {{
        let executor = smol::Executor::new();
        let count = locks::$lesson::count(
            &executor, WORKERS, INCREMENTS, READS, 0, $reads.read(), add($panics),
        );
        smol::block_on(executor.run(count))
    }};
    (@ $lesson:ident tokio $panics:ident, $reads:ident) => {{
        let runtime = tokio::runtime::Builder::new_multi_thread().build();
        let count = locks::$lesson::count(
            WORKERS, INCREMENTS, READS, 0, $reads.read(), add($panics),
        );
        runtime.expect("it starts").block_on(count)
    }};
    (@ $lesson:ident async_std $panics:ident, $reads:ident) => {
        async_std::task::block_on(
            locks::$lesson::count(
                WORKERS, INCREMENTS, READS, 0, $reads.read(), add($panics),
            ),
        )
    };
}

taken_home::locks!(example);
